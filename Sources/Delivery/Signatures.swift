// Both signatures of a request: Standard Webhooks for new receivers, the bare body's for those of seed 003.

import Crypto
import FoundationEssentials
import Spelling
package import Time

package enum Signatures {
    /// `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, one for each valid secret, the newest first.
    package static func standard(id: String, timestamp: Timestamp, body: [UInt8], secrets: [String]) -> String {
        standard(id: id, timestamp: timestamp, body: body, codes: secrets.map(standardCode))
    }

    /// `x-signature`: lower-case hexadecimal HMAC-SHA256 of the body alone; the key is the secret as shown, in UTF-8.
    package static func legacy(body: [UInt8], secret: String) -> String {
        legacy(body: body, code: legacyCode(secret))
    }

    static func standardCode(_ secret: String) -> HMAC<SHA256> { HMAC(key: WebhookSecret.key(of: secret)) }
    static func legacyCode(_ secret: String) -> HMAC<SHA256> { HMAC(key: SymmetricKey(data: Array(secret.utf8))) }

    /// With codes that their key has begun.
    static func standard(id: String, timestamp: Timestamp, body: [UInt8], codes: [HMAC<SHA256>]) -> String {
        let message = Array("\(id).\(timestamp.seconds).".utf8) + body
        var signatures = ""
        for var code in codes {
            code.update(data: message)
            if !signatures.isEmpty { signatures += " " }
            signatures += "v1," + code.finalize().withUnsafeBytes { Data($0).base64EncodedString() }
        }
        return signatures
    }

    static func legacy(body: [UInt8], code: HMAC<SHA256>) -> String {
        var code = code
        code.update(data: body)
        return code.finalize().withUnsafeBytes { Hexadecimal.text(of: $0) }
    }
}
