// All the SQL of notices.

import Database
import JSON
import Time
import Web

package enum AlertRow: Identified {
    package static let idPrefix = "alr"
}

struct AlertRecord {
    private(set) var id = ID<AlertRow>(value: 0)
    private(set) var kind = ""
    private(set) var subject = ""
    private(set) var variant = ""
    private(set) var storedValues = "{}"
    private(set) var times = 1
    private(set) var firstAt = Timestamp(milliseconds: 0)
    private(set) var lastAt = Timestamp(milliseconds: 0)
    /// When somebody dismissed it.
    private(set) var seenAt: Timestamp?
    private(set) var seenBy = ""
    private(set) var resolvedAt: Timestamp?

    static let record = Record(AlertRecord()) {
        Column("id", \.id)
        Column("kind", \.kind)
        Column("subject", \.subject)
        Column("variant", \.variant)
        Column("params", \.storedValues)
        Column("times", \.times)
        Column("first_at", \.firstAt)
        Column("last_at", \.lastAt)
        Column("seen_at", \.seenAt)
        Column("seen_by", \.seenBy)
        Column("resolved_at", \.resolvedAt)
    }

    private init() {}

    init(kind: String, subject: String, variant: String, values: [String: JSONValue]) {
        (self.kind, self.subject, self.variant) = (kind, subject, variant)
        let members = values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        storedValues = String(decoding: JSONValue.object(JSONObject(members: members)).serialized(), as: UTF8.self)
    }

    var isOpen: Bool { seenAt == nil && resolvedAt == nil }

    /// What its words name, in a language.
    func words(in language: Language) -> [String: String] {
        let members = (try? JSONValue(parsing: Array(storedValues.utf8)))?.object?.members ?? []
        return members.reduce(into: [:]) { words, member in
            words[member.name] =
                member.value.integer.map { Numbers(language: language).text(Int(clamping: $0)) } ?? member.value.string ?? ""
        }
    }
}

struct AlertFilter {
    enum State: String, CaseIterable {
        case open, closed
    }

    var state: State?
    var from: Timestamp?
    var until: Timestamp?
}

enum AlertStore {
    /// False when there was such a notice already, which has counted it.
    static func raise(
        _ alert: AlertRecord, as id: ID<AlertRow>, for account: ID<Account>, at now: Timestamp, on connection: any Connection
    ) throws -> Bool {
        let times: Int? = try connection.value(
            """
            INSERT INTO alerts (id, account_id, kind, subject, variant, params, times, first_at, last_at)
            VALUES (\(id), \(account), \(alert.kind), \(alert.subject), \(alert.variant), \(alert.storedValues), 1, \(now), \(now))
            ON CONFLICT (account_id, kind, subject) WHERE resolved_at IS NULL
            DO UPDATE SET times = alerts.times + 1, last_at = excluded.last_at, variant = excluded.variant, params = excluded.params
            RETURNING times
            """)
        return times == 1
    }

    static func resolve(
        _ kind: String, for account: ID<Account>, of subject: String, at now: Timestamp, on connection: any Connection
    ) throws {
        try connection.execute(
            """
            UPDATE alerts SET resolved_at = \(now)
            WHERE account_id = \(account) AND kind = \(kind) AND subject = \(subject) AND resolved_at IS NULL
            """)
    }

    /// One page of the account's notices, by when they began, the newest first.
    static func page(
        of account: ID<Account>, _ filter: AlertFilter, at position: PagePosition<AlertRow>, size: Int, on connection: any Connection
    ) throws -> Keyset<AlertRecord> {
        var conditions: SQL = ""
        switch filter.state {
        case .open: conditions += " AND seen_at IS NULL AND resolved_at IS NULL"
        case .closed: conditions += " AND (seen_at IS NOT NULL OR resolved_at IS NOT NULL)"
        case nil: break
        }
        // Whatever of it lies within the dates.
        if let from = filter.from { conditions += " AND last_at >= \(from)" }
        if let until = filter.until { conditions += " AND first_at < \(until)" }
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try connection.rows(
            """
            SELECT \(AlertRecord.record.columns) FROM alerts
            WHERE account_id = \(account) \(conditions) \(position.condition(on: "id")) ORDER BY id \(direction) LIMIT \(size + 1)
            """, AlertRecord.record.decode)
        return Keyset(records, size: size, position)
    }

    /// Throws 404 for one of another account, as for one that never was.
    static func alert(_ id: ID<AlertRow>, of account: ID<Account>, on connection: any Connection) throws -> AlertRecord {
        let found = try connection.first(
            "SELECT \(AlertRecord.record.columns) FROM alerts WHERE id = \(id) AND account_id = \(account)", AlertRecord.record.decode)
        guard let found else { throw Refusal.notFound }
        return found
    }

    /// - Parameter isOver: with this the next one is a new notice.
    /// - Returns: false when somebody else did, or it is over.
    static func dismiss(
        _ id: ID<AlertRow>, of account: ID<Account>, by name: String, isOver: Bool, at now: Timestamp, on connection: any Connection
    ) throws -> Bool {
        let end = isOver ? now : nil
        return try connection.execute(
            """
            UPDATE alerts SET seen_at = \(now), seen_by = \(name), resolved_at = \(end)
            WHERE id = \(id) AND account_id = \(account) AND seen_at IS NULL AND resolved_at IS NULL
            """) == 1
    }

    /// Those who can sign in.
    static func administrators(of account: ID<Account>, upTo limit: Int, on connection: any Connection) throws -> [LinkReader] {
        try connection.rows(
            """
            SELECT u.id, u.name, u.email, u.account_id, a.name, COALESCE(u.language, a.language)
            FROM users u JOIN roles r ON r.id = u.role_id JOIN accounts a ON a.id = u.account_id
            WHERE u.account_id = \(account) AND r.is_administrator = 1 AND u.is_enabled = 1 AND u.password_hash <> ''
            ORDER BY u.id LIMIT \(limit)
            """, LinkReader.decode)
    }

    /// Of those that are over. How many it deleted.
    static func delete(before time: Timestamp, upTo limit: Int, on connection: any Connection) throws -> Int {
        try connection.execute(
            "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE resolved_at < \(time) ORDER BY resolved_at LIMIT \(limit))")
    }
}

enum AlertSchema {
    static let migrations = [
        Migration(
            1500, "notices",
            [
                """
                CREATE TABLE alerts (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, subject TEXT NOT NULL,
                    variant TEXT NOT NULL, params TEXT NOT NULL, times BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
                    seen_at BIGINT, seen_by TEXT NOT NULL DEFAULT '', resolved_at BIGINT)
                """,
                "CREATE INDEX alerts_by_account ON alerts (account_id, id)",
                "CREATE UNIQUE INDEX alerts_by_subject ON alerts (account_id, kind, subject) WHERE resolved_at IS NULL",
                // Counted with every page.
                "CREATE INDEX alerts_open ON alerts (account_id) WHERE seen_at IS NULL AND resolved_at IS NULL",
                "CREATE INDEX alerts_by_end ON alerts (resolved_at) WHERE resolved_at IS NOT NULL",
            ])
    ]

    /// How many wait for somebody in the account `a` of the session's query.
    static let waiting: SQL = "(SELECT COUNT(*) FROM alerts n WHERE n.account_id = a.id AND n.seen_at IS NULL AND n.resolved_at IS NULL)"
}
