// All SQL of the webhooks' configuration, and the only place that seals and opens their secrets.

package import Database
import JSON
package import Time

package struct WebhookStore: Sendable {
    private let vault: Vault

    package init(vault: Vault) {
        self.vault = vault
    }

    package func insert(_ webhook: WebhookConfiguration, on connection: any Connection) throws {
        let row = try WebhookRow(webhook, vault)
        try connection.execute("INSERT INTO webhooks (\(WebhookRow.record.columns)) VALUES (\(WebhookRow.record.values(row)))")
    }

    /// Writes all that a person can change, and gives the receiver a fresh start (failures forgotten, all flows). Pausing and
    /// resuming are `DeliveryEngine.hold` and `resume`, since they move deliveries.
    ///
    /// Of secrets that could not be read only what was typed now is there: the signing secret is a new one.
    ///
    /// - Returns: false when the row's version is no longer `webhook.version`: somebody else changed it, or it is gone.
    package func update(_ webhook: WebhookConfiguration, at time: Timestamp, on connection: any Connection) throws -> Bool {
        var webhook = webhook
        if webhook.secret.isEmpty { webhook.secret = WebhookSecret.generate() }
        if webhook.disabledReason == .unreadable { webhook.disabledReason = nil }
        var row = try WebhookRow(webhook, vault)
        row.webhook.pacing = Pacing()
        row.webhook.updatedAt = time
        if webhook.isEnabled { row.webhook.disabledReason = nil }
        let changed = try connection.execute(
            """
            UPDATE webhooks SET \(WebhookRow.record.assignments(row)), version = version + 1
            WHERE id = \(webhook.id) AND account_id = \(webhook.account) AND version = \(webhook.version)
            """)
        return changed == 1
    }

    /// Deletes the webhook for good; what it had not yet sent is discarded, and its history stays.
    package func delete(_ webhook: ID<Webhook>, of account: ID<Account>, at time: Timestamp, on connection: any Connection) throws -> Bool {
        let deleted = try connection.execute("DELETE FROM webhooks WHERE id = \(webhook) AND account_id = \(account)")
        guard deleted == 1 else { return false }
        try WebhookTotals.discardDeleted(webhook, at: time, on: connection)
        return true
    }

    package func webhook(_ id: ID<Webhook>, of account: ID<Account>, on connection: any Connection) throws -> WebhookConfiguration? {
        try connection.first(Self.selection + "WHERE id = \(id) AND account_id = \(account)", decode)
    }

    /// The main one first, then in the order in which they were made.
    package func webhooks(of account: ID<Account>, on connection: any Connection) throws -> [WebhookConfiguration] {
        try connection.rows(Self.selection + "WHERE account_id = \(account) ORDER BY is_main DESC, id", decode)
    }

    /// All that decides where the account's events go.
    package func accountWebhooks(of account: ID<Account>, on connection: any Connection) throws -> AccountWebhooks {
        AccountWebhooks(
            isEnabled: try connection.value("SELECT is_enabled FROM webhook_settings WHERE account_id = \(account)") ?? false,
            switchedOff: Set(try connection.rows("SELECT event_type FROM webhook_rights WHERE account_id = \(account)") { try $0.next() }),
            webhooks: try webhooks(of: account, on: connection))
    }

    private static let selection: SQL = "SELECT \(WebhookRow.record.columns) FROM webhooks "

    private func decode(_ row: Row) throws -> WebhookConfiguration {
        try WebhookRow.record.decode(row).opened(vault)
    }
}
