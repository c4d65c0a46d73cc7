// A webhook as it stands in its table: what is secret is sealed, and what is one thing here may be two columns there.

package import Database
package import HTTPClient
import JSON
import Spelling
import Time

struct WebhookRow: Sendable {
    /// All that is a column of its own.
    var webhook: WebhookConfiguration
    private var authentication = Credential.Kind.none
    private var login: String?
    private var authSecret: [UInt8]?
    private var authHeader: String?
    private var headers: [UInt8]?
    private var restriction = Restriction.Kind.none
    private var restrictionValue = ""
    private var secret: [UInt8] = []
    private var previousSecret: [UInt8]?
    private var previousSecretUntil: Timestamp?
    private var probeInterval: Int64? {
        get { webhook.pacing.probeInterval?.stored }
        set { webhook.pacing.probeInterval = newValue.map { .milliseconds($0) } }
    }
    private var failingFor: Int64 {
        get { webhook.pacing.failingFor.stored }
        set { webhook.pacing.failingFor = .milliseconds(newValue) }
    }

    static let record = Record(WebhookRow()) {
        Column("id", \.webhook.id, isUpdated: false)
        Column("account_id", \.webhook.account, isUpdated: false)
        Column("name", \.webhook.name)
        Column("is_main", \.webhook.isMain)
        Column("transmission", \.webhook.transmission)
        Column("url", \.webhook.url)
        Column("authentication", \.authentication)
        Column("auth_login", \.login)
        Column("auth_secret", \.authSecret)
        Column("auth_header", \.authHeader)
        Column("headers", \.headers)
        Column("events", \.webhook.events)
        Column("restriction", \.restriction)
        Column("restriction_value", \.restrictionValue)
        Column("is_enabled", \.webhook.isEnabled)
        Column("is_paused", \.webhook.isPaused, isUpdated: false)
        Column("disabled_reason", \.webhook.disabledReason)
        Column("secret", \.secret)
        Column("previous_secret", \.previousSecret)
        Column("previous_secret_until", \.previousSecretUntil)
        Column("failures_in_row", \.webhook.pacing.failuresInRow)
        Column("first_failure_at", \.webhook.pacing.firstFailureAt)
        Column("failing_for", \.failingFor)
        Column("resting_since", \.webhook.pacing.restingSince)
        Column("probe_at", \.webhook.pacing.probeAt)
        Column("probe_interval", \.probeInterval)
        Column("delivered_count", \.webhook.deliveredCount, isUpdated: false)
        Column("last_result", \.webhook.lastResult, isUpdated: false)
        Column("last_at", \.webhook.lastAt, isUpdated: false)
        Column("version", \.webhook.version, isUpdated: false)
        Column("created_at", \.webhook.createdAt, isUpdated: false)
        Column("updated_at", \.webhook.updatedAt)
    }

    private init() {
        webhook = WebhookConfiguration(
            id: ID(value: 0), account: ID(value: 0), name: "", url: "", secret: "", createdAt: Timestamp(milliseconds: 0))
    }

    init(_ webhook: WebhookConfiguration, _ vault: Vault) throws {
        self.webhook = webhook
        let places = Places(webhook)
        let clear: (login: String?, header: String?, secret: String?) =
            switch webhook.authentication {
            case .none: (nil, nil, nil)
            case .basic(let login, let password): (login, nil, password)
            case .bearer(let token): (nil, nil, token)
            case .apiKey(let header, let key): (nil, header, key)
            }
        authentication = webhook.authentication.kind
        login = clear.login
        authHeader = clear.header
        authSecret = try clear.secret.map { try vault.seal($0, at: places.authSecret) }
        let pairs = JSONValue.array(webhook.headers.map { .array([.string($0.name), .string($0.value)]) })
        headers = webhook.headers.isEmpty ? nil : try vault.seal(String(decoding: pairs.serialized(), as: UTF8.self), at: places.headers)
        restriction = webhook.restriction.kind
        restrictionValue = webhook.restriction.values.joined(separator: "\n")
        secret = try vault.seal(webhook.secret, at: places.secret)
        previousSecret = try webhook.previousSecret.map { try vault.seal($0.secret, at: places.previousSecret) }
        previousSecretUntil = webhook.previousSecret?.until
    }

    /// With its secrets. One that does not open, for a key that is another or bytes that are damaged, takes this webhook out of use, and
    /// no other: the account's events still have to be taken.
    func opened(_ vault: Vault) -> WebhookConfiguration {
        var webhook = webhook
        let places = Places(webhook)
        var isReadable = true
        func open(_ sealed: [UInt8], at place: Vault.Place) -> String {
            if let opened = try? vault.open(sealed, at: place) { return opened }
            isReadable = false
            return ""
        }
        if let authSecret {
            let opened = open(authSecret, at: places.authSecret)
            webhook.authentication =
                switch authentication {
                case .none: .none
                case .basic: .basic(login: login ?? "", password: opened)
                case .bearer: .bearer(token: opened)
                case .apiKey: .apiKey(header: authHeader ?? "", key: opened)
                }
        }
        if let headers {
            let pairs = try? JSONValue(parsing: Array(open(headers, at: places.headers).utf8))
            webhook.headers = (pairs?.array ?? []).compactMap { pair in
                guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else { return nil }
                return .init(name: name, value: value)
            }
        }
        webhook.restriction = Restriction(kind: restriction, values: restrictionValue.words(between: "\n").map(String.init))
        webhook.secret = open(secret, at: places.secret)
        if let previousSecret, let previousSecretUntil {
            let opened = open(previousSecret, at: places.previousSecret)
            webhook.previousSecret = opened.isEmpty ? nil : .init(secret: opened, until: previousSecretUntil)
        }
        if !isReadable {
            if authSecret != nil { webhook.authentication = .none }
            webhook.isEnabled = false
            webhook.disabledReason = .unreadable
        }
        return webhook
    }
}

/// Where each secret of a webhook stands.
private struct Places {
    private let webhook: WebhookConfiguration

    init(_ webhook: WebhookConfiguration) {
        self.webhook = webhook
    }

    var secret: Vault.Place { place(.webhookSecret) }
    var previousSecret: Vault.Place { place(.webhookPreviousSecret) }
    var authSecret: Vault.Place { place(.webhookAuthentication) }
    var headers: Vault.Place { place(.webhookHeaders) }

    private func place(_ column: SealedColumn) -> Vault.Place { column.place(account: webhook.account, row: webhook.id) }
}

extension SealedColumn {
    fileprivate static let webhookSecret = SealedColumn("webhooks", "secret")
    fileprivate static let webhookPreviousSecret = SealedColumn("webhooks", "previous_secret")
    fileprivate static let webhookAuthentication = SealedColumn("webhooks", "auth_secret")
    fileprivate static let webhookHeaders = SealedColumn("webhooks", "headers")

    package static let ofWebhooks = [webhookSecret, webhookPreviousSecret, webhookAuthentication, webhookHeaders]
}

extension Credential.Kind: SQLConvertible {
    /// As `DeliveryState` says.
    package init(columns: any ColumnSource, at index: Int) throws(NoSuchValue) {
        guard let value = Self(rawValue: columns.text(at: index)) else { throw NoSuchValue() }
        self = value
    }
}
