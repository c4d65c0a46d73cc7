// What somebody may do, as a closed vocabulary: a role holds rights, a route names the one it needs, and nothing else is asked.

package enum Right: String, CaseIterable, Sendable {
    case manageAccountSettings = "settings.account"
    case manageRetention = "settings.retention"
    case viewDeletions = "deletions.view"
    case manageKeys = "keys.manage"
    case viewWebhooks = "webhooks.view"
    case manageWebhooks = "webhooks.manage"
    case viewPayloads = "webhooks.payloads"
    case retryDeliveries = "webhooks.retry"
    case seeSecrets = "webhooks.secrets"
}

extension Set<Right> {
    /// As a role stores them. Rights that this version does not know are left out rather than guessed.
    package init(stored: String) {
        self.init(stored.split(separator: " ").compactMap { Right(rawValue: String($0)) })
    }

    package var stored: String { map(\.rawValue).sorted().joined(separator: " ") }
}

/// What a machine's key may do.
package enum Scope: String, CaseIterable, Sendable {
    case writeEvents = "events:write"
    case readEvents = "events:read"
    case writeMedia = "media:write"
}
