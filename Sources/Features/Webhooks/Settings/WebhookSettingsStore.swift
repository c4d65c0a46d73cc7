// All the SQL of the account's webhook settings; the main webhook itself is a webhook like any other.

import Database
import Delivery
import HTTPClient
import Web

struct WebhookSettingsStore {
    private let endpoints: EndpointStore

    init(_ app: App) {
        endpoints = EndpointStore(app)
    }

    func settings(of account: ID<Account>, on connection: any Connection) throws -> WebhookSettings {
        var settings =
            try connection.first(
                "SELECT \(WebhookSettings.record.columns) FROM webhook_settings WHERE account_id = \(account)",
                WebhookSettings.record.decode)
            ?? WebhookSettings()
        settings.main = try endpoints.main(of: account, on: connection)
        settings.url = settings.main?.url
        settings.authentication = settings.main?.authentication ?? .none
        return settings
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime, `.limitReached` for a main webhook too many.
    ///
    /// - Parameter name: of a main webhook that is made now.
    func save(_ settings: WebhookSettings, of account: ID<Account>, named name: String, on connection: any Connection) throws {
        let isSaved = try WebhookSettings.record.save(settings, over: settings.version, of: account, in: "webhook_settings", on: connection)
        guard isSaved else { throw Refusal.stale }
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
}

extension WebhookSettings {
    static let record = Record(WebhookSettings()) {
        Column("is_enabled", \.isEnabled)
        Column("version", \.version, isUpdated: false)
    }
}
