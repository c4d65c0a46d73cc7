// Why an event went to a webhook, or did not: accepting and explaining ask the same function.

import Database
package import JSON

/// The first condition that did not hold, in the order of webhooks.md § From event to receiver.
package enum Verdict: String, Sendable, CaseIterable {
    case matched
    /// Matched, and kept back until the webhook resumes.
    case paused
    case integrationOff = "integration_off"
    case notInRights = "not_in_rights"
    case notEnabled = "not_enabled"
    case notSubscribed = "not_subscribed"
    case restriction

    package var hasDelivery: Bool { self == .matched || self == .paused }
}

/// All that decides where an account's events go.
package struct AccountWebhooks: Sendable, Equatable {
    /// Whether the integration is on; off for an account that never set it.
    package var isEnabled: Bool
    /// What matches is accepted and waits: `WebhookDirectory.webhook` lets nothing go.
    package internal(set) var isSuspended = false
    /// Names of the event types that are switched off in Webhook rights.
    package var switchedOff: Set<String>
    package var webhooks: [WebhookConfiguration]

    package init(isEnabled: Bool = false, switchedOff: Set<String> = [], webhooks: [WebhookConfiguration] = []) {
        self.isEnabled = isEnabled
        self.switchedOff = switchedOff
        self.webhooks = webhooks
    }

    package func verdict(on webhook: WebhookConfiguration, type: EventType, data: JSONObject) -> Verdict {
        if !isEnabled { return .integrationOff }
        if switchedOff.contains(type.name) { return .notInRights }
        if !webhook.isEnabled { return .notEnabled }
        if !webhook.events.includes(type) { return .notSubscribed }
        if !webhook.restriction.holds(for: data) { return .restriction }
        return webhook.isPaused ? .paused : .matched
    }

    /// A verdict for each webhook of the account.
    package func verdicts(type: EventType, data: JSONObject) -> [(webhook: WebhookConfiguration, verdict: Verdict)] {
        webhooks.map { ($0, verdict(on: $0, type: type, data: data)) }
    }
}
