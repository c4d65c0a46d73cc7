// A webhook as it is configured, its secrets opened: what matching and sending need, and what a form changes.

package import Database
package import HTTPClient
package import Time

package struct WebhookConfiguration: Sendable, Equatable {
    package enum Transmission: String, Sendable, CaseIterable, SQLConvertible {
        case webhook
    }

    /// The secret before the last rotation, which signs beside the new one until then.
    package struct PreviousSecret: Sendable, Equatable {
        package var secret: String
        package var until: Timestamp

        package init(secret: String, until: Timestamp) {
            self.secret = secret
            self.until = until
        }
    }

    /// Why the engine switched a webhook off by itself.
    package enum DisabledReason: String, Sendable, CaseIterable, SQLConvertible {
        /// The receiver answered 410.
        case gone
        /// Five days of attempts without a success.
        case failing
        /// One of its secrets cannot be opened: known when it is read, and over when the secrets are typed again.
        case unreadable
    }

    package var id: ID<Webhook>
    package internal(set) var account: ID<Account>
    package var name: String
    package var isMain = false
    package var transmission = Transmission.webhook
    package var url: String
    package var authentication = Credential.none
    package var headers: [CustomHeader] = []
    package var events = EventSubscription.all
    package var restriction = Restriction.none
    package var isEnabled = true
    package var isPaused = false
    package var disabledReason: DisabledReason?
    package var secret: String
    package var previousSecret: PreviousSecret?

    /// Written by the engine alone.
    package internal(set) var pacing = Pacing()
    package internal(set) var deliveredCount: Int = 0
    /// A status code or a fault, as text: "200", "timeout". Nil before the first attempt.
    package internal(set) var lastResult: String?
    package internal(set) var lastAt: Timestamp?

    /// Counts changes by people, and that the engine switched it off: what a form holds against a stale copy, and the engine against
    /// results of what it was before.
    package internal(set) var version: Int = 1
    package internal(set) var createdAt: Timestamp
    package internal(set) var updatedAt: Timestamp

    package init(id: ID<Webhook>, account: ID<Account>, name: String, url: String, secret: String, createdAt: Timestamp) {
        self.id = id
        self.account = account
        self.name = name
        self.url = url
        self.secret = secret
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// The secrets that sign at that time, the newest first.
    package func validSecrets(at time: Timestamp) -> [String] {
        guard let previousSecret, previousSecret.until > time else { return [secret] }
        return [secret, previousSecret.secret]
    }

    /// Makes a new secret; the present one stays valid for `overlap` (24 h by webhooks.md), the one before it no longer.
    package mutating func rotateSecret(at time: Timestamp, overlap: Duration = .seconds(24 * 3600)) {
        // One that could not be read signs nothing.
        previousSecret = secret.isEmpty ? nil : PreviousSecret(secret: secret, until: time + overlap)
        secret = WebhookSecret.generate()
    }
}
