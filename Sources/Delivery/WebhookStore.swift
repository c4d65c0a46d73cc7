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
        let sealed = try SealedColumns(webhook, vault)
        try connection.execute(
            """
            INSERT INTO webhooks (id, account_id, name, is_main, transmission, url, authentication, auth_login, auth_secret, auth_header,
                headers, events, restriction, restriction_value, is_enabled, is_paused, disabled_reason, secret, previous_secret,
                previous_secret_until, failures_in_row, delivered_count, version, created_at, updated_at)
            VALUES (\(webhook.id), \(webhook.account), \(webhook.name), \(webhook.isMain), \(webhook.transmission), \(webhook.url),
                \(webhook.authentication.kind), \(sealed.login), \(sealed.authSecret), \(sealed.authHeader), \(sealed.headers),
                \(webhook.events), \(webhook.restriction.kind.rawValue), \(webhook.restriction.values.joined(separator: "\n")),
                \(webhook.isEnabled), \(webhook.isPaused), \(webhook.disabledReason), \(sealed.secret), \(sealed.previousSecret),
                \(webhook.previousSecret?.until), 0, 0, \(webhook.version), \(webhook.createdAt), \(webhook.updatedAt))
            """)
    }

    /// Writes all that a person can change, and gives the receiver a fresh start (failures forgotten, all flows). Pausing and
    /// resuming are `DeliveryEngine.hold` and `resume`, since they move deliveries.
    ///
    /// - Returns: false when the row's version is no longer `webhook.version`: somebody else changed it, or it is gone.
    package func update(_ webhook: WebhookConfiguration, at time: Timestamp, on connection: any Connection) throws -> Bool {
        let sealed = try SealedColumns(webhook, vault)
        let changed = try connection.execute(
            """
            UPDATE webhooks SET name = \(webhook.name), is_main = \(webhook.isMain), transmission = \(webhook.transmission), url = \(webhook.url),
                authentication = \(webhook.authentication.kind), auth_login = \(sealed.login), auth_secret = \(sealed.authSecret),
                auth_header = \(sealed.authHeader), headers = \(sealed.headers), events = \(webhook.events),
                restriction = \(webhook.restriction.kind.rawValue), restriction_value = \(webhook.restriction.values.joined(separator: "\n")),
                is_enabled = \(webhook.isEnabled), disabled_reason = \(webhook.isEnabled ? nil : webhook.disabledReason),
                secret = \(sealed.secret), previous_secret = \(sealed.previousSecret), previous_secret_until = \(webhook.previousSecret?.until),
                failures_in_row = 0, first_failure_at = NULL, probe_at = NULL, probe_interval = NULL,
                version = version + 1, updated_at = \(time)
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

    private static let selection: SQL = """
        SELECT id, account_id, name, is_main, transmission, url, authentication, auth_login, auth_secret, auth_header, headers, events,
            restriction, restriction_value, is_enabled, is_paused, disabled_reason, secret, previous_secret, previous_secret_until,
            failures_in_row, first_failure_at, probe_at, probe_interval, delivered_count, last_result, last_at, version, created_at, updated_at
        FROM webhooks\u{20}
        """

    private func decode(_ row: Row) throws -> WebhookConfiguration {
        let id: ID<Webhook> = try row.next()
        let places = Places(account: try row.next(), webhook: id)
        var webhook = WebhookConfiguration(
            id: id, account: places.account, name: try row.next(), url: "", secret: "", createdAt: Timestamp(milliseconds: 0))
        webhook.isMain = try row.next()
        webhook.transmission = try row.next()
        webhook.url = try row.next()
        webhook.authentication = try authentication(
            kind: try row.next(), login: try row.next(), secret: try row.next(), header: try row.next(), places)
        webhook.headers = try headers(try row.next(), places)
        webhook.events = try row.next()
        let restriction = Restriction.Kind(rawValue: try row.next()) ?? .none
        webhook.restriction = Restriction(kind: restriction, values: try row.next(String.self).split(separator: "\n").map(String.init))
        webhook.isEnabled = try row.next()
        webhook.isPaused = try row.next()
        webhook.disabledReason = try row.next()
        webhook.secret = try vault.open(try row.next(), at: places.secret)
        let previous: [UInt8]? = try row.next()
        let until: Timestamp? = try row.next()
        if let previous, let until {
            webhook.previousSecret = .init(secret: try vault.open(previous, at: places.previousSecret), until: until)
        }
        webhook.circuit.failuresInRow = try row.next()
        webhook.circuit.firstFailureAt = try row.next()
        webhook.circuit.probeAt = try row.next()
        webhook.circuit.probeInterval = try row.next(Int64?.self).map { .milliseconds($0) }
        webhook.deliveredCount = try row.next()
        webhook.lastResult = try row.next()
        webhook.lastAt = try row.next()
        webhook.version = try row.next()
        webhook.createdAt = try row.next()
        webhook.updatedAt = try row.next()
        return webhook
    }

    private func authentication(
        kind: WebhookConfiguration.Authentication.Kind, login: String?, secret: [UInt8]?, header: String?, _ places: Places
    ) throws -> WebhookConfiguration.Authentication {
        guard let secret else { return .none }
        let opened = try vault.open(secret, at: places.authSecret)
        switch kind {
        case .none: return .none
        case .basic: return .basic(login: login ?? "", password: opened)
        case .bearer: return .bearer(token: opened)
        case .apiKey: return .apiKey(header: header ?? "", key: opened)
        }
    }

    private func headers(_ sealed: [UInt8]?, _ places: Places) throws -> [WebhookConfiguration.Header] {
        guard let sealed else { return [] }
        let value = try JSONValue(parsing: Array(vault.open(sealed, at: places.headers).utf8))
        return (value.array ?? []).compactMap { pair in
            guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else { return nil }
            return .init(name: name, value: value)
        }
    }
}

/// Where each secret of a webhook stands.
private struct Places {
    let account: ID<Account>
    let webhook: ID<Webhook>

    var secret: Vault.Place { Vault.Place(account: account, table: "webhooks", row: webhook, column: "secret") }
    var previousSecret: Vault.Place { Vault.Place(account: account, table: "webhooks", row: webhook, column: "previous_secret") }
    var authSecret: Vault.Place { Vault.Place(account: account, table: "webhooks", row: webhook, column: "auth_secret") }
    var headers: Vault.Place { Vault.Place(account: account, table: "webhooks", row: webhook, column: "headers") }
}

private struct SealedColumns {
    let login: String?
    let authHeader: String?
    let authSecret: [UInt8]?
    let headers: [UInt8]?
    let secret: [UInt8]
    let previousSecret: [UInt8]?

    init(_ webhook: WebhookConfiguration, _ vault: Vault) throws {
        let places = Places(account: webhook.account, webhook: webhook.id)
        let clear: (login: String?, header: String?, secret: String?) =
            switch webhook.authentication {
            case .none: (nil, nil, nil)
            case .basic(let login, let password): (login, nil, password)
            case .bearer(let token): (nil, nil, token)
            case .apiKey(let header, let key): (nil, header, key)
            }
        login = clear.login
        authHeader = clear.header
        authSecret = try clear.secret.map { try vault.seal($0, at: places.authSecret) }
        let pairs = JSONValue.array(webhook.headers.map { .array([.string($0.name), .string($0.value)]) })
        headers = webhook.headers.isEmpty ? nil : try vault.seal(String(decoding: pairs.serialized(), as: UTF8.self), at: places.headers)
        secret = try vault.seal(webhook.secret, at: places.secret)
        previousSecret = try webhook.previousSecret.map { try vault.seal($0.secret, at: places.previousSecret) }
    }
}
