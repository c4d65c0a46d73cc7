// All the SQL of the account's webhook settings; the main webhook itself is a webhook like any other.

import Database
import Time
import Web

struct WebhookSettingsStore {
    let site: Site

    func settings(of account: ID<Account>, on connection: any Connection) throws -> WebhookSettings {
        try connection.first("SELECT is_enabled, version FROM webhook_settings WHERE account_id = \(account)") { row in
            WebhookSettings(isEnabled: try row.next(), version: try row.next())
        } ?? WebhookSettings(isEnabled: false, version: 0)
    }

    /// False when somebody saved in the meantime: nothing is written then.
    func save(_ settings: WebhookSettings, of account: ID<Account>, on connection: any Connection) throws -> Bool {
        let now = site.clock.now()
        if settings.version == 0 {
            return try connection.execute(
                """
                INSERT INTO webhook_settings (account_id, is_enabled, version, updated_at)
                VALUES (\(account), \(settings.isEnabled), 1, \(now)) ON CONFLICT (account_id) DO NOTHING
                """) == 1
        }
        return try connection.execute(
            """
            UPDATE webhook_settings SET is_enabled = \(settings.isEnabled), version = version + 1, updated_at = \(now)
            WHERE account_id = \(account) AND version = \(settings.version)
            """) == 1
    }
}
