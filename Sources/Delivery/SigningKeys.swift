// A webhook's secrets, made ready once for many requests.

import Crypto
import Time

struct SigningKeys {
    /// Begun with their key, to be gone on with for each request: beginning takes as long as a whole body (measured: 3 of 24 µs a delivery on the engine's thread).
    typealias Code = HMAC<SHA256>

    private let newest: (standard: Code, legacy: Code)
    private let previous: (standard: Code, until: Timestamp)?

    init(_ webhook: WebhookConfiguration) {
        newest = (Signatures.standardCode(webhook.secret), Signatures.legacyCode(webhook.secret))
        previous = webhook.previousSecret.map { (Signatures.standardCode($0.secret), $0.until) }
    }

    /// The newest first.
    func standard(at time: Timestamp) -> [Code] {
        guard let previous, previous.until > time else { return [newest.standard] }
        return [newest.standard, previous.standard]
    }

    var legacy: Code { newest.legacy }
}
