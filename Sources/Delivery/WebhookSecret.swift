// The key of a webhook's signatures, in the form that the libraries of Standard Webhooks take.

import Crypto
import FoundationEssentials
import Spelling

package struct WebhookSecret {
    /// Standard Webhooks asks for 24 to 64 bytes.
    private static let byteCount = 32
    static let prefix = "whsec_"

    /// A new secret: `whsec_` and the base64 of 32 random bytes.
    package static func generate() -> String {
        SymmetricKey(size: .init(bitCount: byteCount * 8)).withUnsafeBytes { prefix + Data($0).base64EncodedString() }
    }

    /// The bytes that sign. A secret that is not base64, as an older system may have handed over, signs as it is written.
    static func key(of secret: String) -> SymmetricKey {
        let encoded = secret.rest(after: prefix).map(String.init) ?? secret
        guard let bytes = Data(base64Encoded: encoded), !bytes.isEmpty else { return SymmetricKey(data: Array(secret.utf8)) }
        return SymmetricKey(data: bytes)
    }
}
