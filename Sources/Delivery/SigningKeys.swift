// A webhook's secrets, decoded once for many requests.

import Crypto
import Time

struct SigningKeys {
    private let newest: (standard: SymmetricKey, legacy: SymmetricKey)
    private let previous: (standard: SymmetricKey, until: Timestamp)?

    init(_ webhook: WebhookConfiguration) {
        newest = (WebhookSecret.key(of: webhook.secret), SymmetricKey(data: Array(webhook.secret.utf8)))
        previous = webhook.previousSecret.map { (WebhookSecret.key(of: $0.secret), $0.until) }
    }

    /// The newest first.
    func standard(at time: Timestamp) -> [SymmetricKey] {
        guard let previous, previous.until > time else { return [newest.standard] }
        return [newest.standard, previous.standard]
    }

    var legacy: SymmetricKey { newest.legacy }
}
