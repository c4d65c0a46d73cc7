// What has to follow every committed change of an account's webhooks, in one place so that no page forgets half of it.

import Database
import Delivery
import JSON
import Logging
import Web

extension AlertKind {
    /// The engine switched a webhook off by itself.
    static let webhookDisabled = AlertKind(
        "webhook_disabled", .bad, .lasting, variants: WebhookConfiguration.DisabledReason.allCases.map(\.rawValue), right: .viewWebhooks
    ) { "\(EndpointController.path)/\($0)" }
}

extension App {
    /// Has the account told when a webhook is off and nobody switched it off.
    func tellOfDisabledWebhooks() {
        engine.whenDisabled { [alerts] webhook, account, reason, connection in
            let name = try connection.value("SELECT name FROM webhooks WHERE id = \(webhook)", as: String.self) ?? ""
            try alerts.raise(
                .webhookDisabled, for: account, of: webhook.description, variant: reason.rawValue, ["name": .string(name)], on: connection)
        }
        // It is found where nothing is written, and nobody there can wait.
        directory.whenUnreadable { [alerts, site] webhook in
            site.database.write {
                try alerts.raise(
                    .webhookDisabled, for: webhook.account, of: webhook.id.description,
                    variant: WebhookConfiguration.DisabledReason.unreadable.rawValue, ["name": .string(webhook.name)], on: $0)
            } then: { error in
                if let error { site.logger.error("A webhook that cannot be read was told to nobody: \(error)") }
            }
        }
    }

    /// - Parameter webhooks: those that may now have something to send.
    func webhooksChanged(_ webhooks: [ID<Webhook>], of account: ID<Account>) {
        directory.invalidate(account: account)
        engine.wake(webhooks)
    }
}
