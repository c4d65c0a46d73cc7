// Both signatures of a request: Standard Webhooks for new receivers, the bare body's for those of seed 003.

import Crypto
import FoundationEssentials
import Spelling
package import Time

package enum Signatures {
    /// `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, one for each valid secret, the newest first.
    package static func standard(id: String, timestamp: Timestamp, body: [UInt8], secrets: [String]) -> String {
        standard(id: id, timestamp: timestamp, body: body, keys: secrets.map(WebhookSecret.key))
    }

    /// `x-signature`: lower-case hexadecimal HMAC-SHA256 of the body alone; the key is the secret as shown, in UTF-8.
    package static func legacy(body: [UInt8], secret: String) -> String {
        legacy(body: body, key: SymmetricKey(data: Array(secret.utf8)))
    }

    static func standard(id: String, timestamp: Timestamp, body: [UInt8], keys: [SymmetricKey]) -> String {
        let head = Array("\(id).\(timestamp.seconds).".utf8)
        var signatures = ""
        for key in keys {
            var code = HMAC<SHA256>(key: key)
            code.update(data: head)
            code.update(data: body)
            if !signatures.isEmpty { signatures += " " }
            signatures += "v1," + Data(code.finalize()).base64EncodedString()
        }
        return signatures
    }

    static func legacy(body: [UInt8], key: SymmetricKey) -> String {
        HMAC<SHA256>.authenticationCode(for: body, using: key).withUnsafeBytes { Hexadecimal.text(of: $0) }
    }
}
