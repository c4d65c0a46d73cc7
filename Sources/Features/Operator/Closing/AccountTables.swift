// Every table that has rows of accounts, in the order in which they can be emptied: what is exported of each, and under what the
// certificate counts it. A test walks the schema and finds a table that is not here.

import Database
import JSON
import Web

/// What a certificate counts.
enum CertificateKind: String, CaseIterable, SQLConvertible {
    case people, sessions, roles, keys, webhooks, events, deliveries, media, reference, settings, mail, records
}

struct ExportedColumn: ExpressibleByStringLiteral, Sendable {
    let name: StaticString
    let isNumber: Bool

    init(stringLiteral name: StaticString) {
        (self.name, isNumber) = (name, false)
    }

    private init(number name: StaticString) {
        (self.name, isNumber) = (name, true)
    }

    static func number(_ name: StaticString) -> ExportedColumn { ExportedColumn(number: name) }

    func value(_ row: Row) throws -> JSONValue {
        isNumber ? try row.next(Int?.self).map { JSONValue($0) } ?? .null : try row.next(String?.self).map { .string($0) } ?? .null
    }
}

struct AccountTable: Sendable {
    static let batch = 500

    let name: StaticString
    let kind: CertificateKind
    /// The primary key.
    private let key: SQL
    private let isOfUsers: Bool
    /// The first is unique within the account. None: secrets, or what is of no use elsewhere.
    let columns: [ExportedColumn]

    init(_ name: StaticString, _ kind: CertificateKind, key: SQL = "id", ofUsers: Bool = false, _ columns: [ExportedColumn] = []) {
        (self.name, self.kind, self.key, isOfUsers, self.columns) = (name, kind, key, ofUsers, columns)
    }

    private func isOwn(_ account: ID<Account>) -> SQL {
        isOfUsers ? "user_id IN (SELECT id FROM users WHERE account_id = \(account))" : "account_id = \(account)"
    }

    /// Some of the account's rows. How many.
    func delete(of account: ID<Account>, on connection: any Connection) throws -> Int {
        let table = SQL(stringLiteral: name)
        return try connection.execute(
            "DELETE FROM \(table) WHERE (\(key)) IN (SELECT \(key) FROM \(table) WHERE \(isOwn(account)) LIMIT \(Self.batch))")
    }

    /// The next of the account's rows, as they are exported, and behind what to go on.
    func page(of account: ID<Account>, after last: String, on connection: any Connection) throws -> [(cursor: String, row: JSONObject)] {
        guard let first = columns.first else { return [] }
        let cursor = SQL(stringLiteral: first.name)
        let list = columns.map { SQL(stringLiteral: $0.name) }.joined(by: ", ")
        return try connection.rows(
            """
            SELECT \(list) FROM \(SQL(stringLiteral: name)) WHERE \(isOwn(account)) AND \(cursor) > \(last)
            ORDER BY \(cursor) LIMIT \(Self.batch)
            """
        ) { row in
            let object = JSONObject(members: try columns.map { ($0.name.description, try $0.value(row)) })
            return (object[first.name.description]?.string ?? "", object)
        }
    }

    /// Children before their parents. The history of webhooks and the media files are not among them: they go in their own ways.
    static let all = [
        AccountTable("devices", .sessions, key: "token_hash, user_id", ofUsers: true),
        AccountTable("password_links", .sessions, key: "user_id", ofUsers: true),
        AccountTable("sign_in_choices", .sessions, key: "token_hash, user_id", ofUsers: true),
        AccountTable("sessions", .sessions, key: "token_hash", ofUsers: true),
        AccountTable("recovery_codes", .sessions, key: "user_id, code_hash", ofUsers: true),
        AccountTable("user_imports", .sessions, key: "user_id"),
        AccountTable("queue_members", .reference, key: "queue_id, user_id"),
        AccountTable("mails", .mail, ["id", "recipient", "subject", "state", .number("created_at")]),
        AccountTable("api_keys", .keys, ["id", "name", "hint", "scopes", "user_name", .number("created_at")]),
        AccountTable("webhook_rights", .settings, key: "account_id, event_type", ["event_type"]),
        AccountTable("webhook_settings", .settings, key: "account_id", ["account_id", .number("is_enabled")]),
        AccountTable(
            "webhooks", .webhooks,
            [
                "id", "name", "transmission", "url", "authentication", "events", "restriction", "restriction_value", .number("is_main"),
                .number("is_enabled"), .number("created_at"), .number("updated_at"),
            ]),
        AccountTable(
            "users", .people,
            [
                "id", "name", "email", "role_id", "mobile", "head_of_line", "country", "language", "time_zone", .number("is_enabled"),
                .number("created_at"),
            ]),
        AccountTable("roles", .roles, ["id", "name", "rights", .number("is_administrator")]),
        AccountTable("retention_policies", .settings, key: "account_id, kind", ["kind", .number("days")]),
        AccountTable("retention_versions", .settings, key: "account_id"),
        AccountTable("sms_messages", .mail, ["id", "recipient", "state", .number("created_at")]),
        AccountTable("sms_settings", .settings, key: "account_id", ["account_id", "url", "sender", "login"]),
        AccountTable("sms_tests", .records, ["id", "recipient", "verdict", .number("started_at")]),
        AccountTable("media_hold_items", .records, key: "media_id, hold_id"),
        AccountTable(
            "media_holds", .records,
            [
                "id", "origin", "state", "scope", "reason", "user_name", .number("created_at"), .number("items"), .number("late"),
                "release_reason", "released_by", .number("released_at"), .number("freed"),
            ]),
        AccountTable("media_checks", .records, key: "account_id"),
        AccountTable("purge_runs", .records),
        AccountTable("queues", .reference, ["id", "name", "reference", "head_of_line", "playlist_id", .number("created_at")]),
        AccountTable("tracking_numbers", .reference, ["id", "number", "name", "reference", .number("created_at")]),
        AccountTable("playlists", .reference, ["id", "name", "reference", .number("created_at")]),
        AccountTable("blacklist_removals", .records),
        AccountTable("blacklist_entries", .settings, ["id", "domain_id", "who", "user_id", "address", "source", .number("at")]),
        AccountTable("email_domains", .settings, ["id", "domain", "added_by", .number("created_at")]),
        AccountTable("alerts", .records, ["id", "kind", "subject", "params", .number("times"), .number("first_at"), .number("last_at")]),
        AccountTable("account_limits", .settings, key: "account_id, name", ["name", .number("maximum")]),
        AccountTable(
            "limit_requests", .settings,
            [
                "id", "name", .number("had"), .number("wanted"), "reason", "user_name", .number("created_at"), "state", .number("granted"),
                "answer", .number("closed_at"),
            ]),
        AccountTable("chat_domains", .settings, ["id", "domain", "user_name", .number("created_at")]),
        AccountTable("user_domains", .settings, ["id", "domain", "user_name", .number("created_at")]),
        AccountTable("account_measures", .records, key: "account_id, name, day"),
        AccountTable("refused_entries", .records, key: "hour, kind, subject, address"),
        AccountTable(
            "deletions", .records,
            ["id", "user_name", "entity", "detail", .number("planned"), .number("items"), .number("bytes"), .number("deleted_at")]),
        AccountTable("audit", .records, ["id", "user_name", "action", "subject", "changes", .number("at")]),
    ]
}
