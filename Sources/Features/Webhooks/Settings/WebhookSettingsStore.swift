// All the SQL of the account's webhook settings; the main webhook itself is a webhook like any other.

import Database
import Delivery
import HTTPClient
import Time
import Web

struct WebhookSettingsStore {
    private let site: Site
    private let endpoints: EndpointStore

    init(_ app: App) {
        site = app.site
        endpoints = EndpointStore(app)
    }

    func settings(of account: ID<Account>, on connection: any Connection) throws -> WebhookSettings {
        let stored = try connection.first("SELECT is_enabled, version FROM webhook_settings WHERE account_id = \(account)") { row in
            WebhookSettings(isEnabled: try row.next(), version: try row.next())
        }
        var settings = stored ?? WebhookSettings()
        settings.main = try endpoints.main(of: account, on: connection)
        settings.url = settings.main?.url
        settings.authentication = settings.main?.authentication ?? .none
        return settings
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime, `.limitReached` for a main webhook too many.
    ///
    /// - Parameter name: of a main webhook that is made now.
    func save(_ settings: WebhookSettings, of account: ID<Account>, named name: String, on connection: any Connection) throws {
        guard try saveSwitch(settings, of: account, on: connection) else { throw Refusal.stale }
        guard let url = settings.url else { return }
        var main = settings.main ?? endpoints.new(named: name, of: account)
        main.isMain = true
        main.url = url
        main.authentication = settings.authentication
        // Its own form, open elsewhere, is not to grow old by the switch alone.
        guard main != settings.main else { return }
        if settings.main == nil {
            try endpoints.insert(main, on: connection)
        } else {
            try endpoints.update(main, on: connection)
        }
    }

    private func saveSwitch(_ settings: WebhookSettings, of account: ID<Account>, on connection: any Connection) throws -> Bool {
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
