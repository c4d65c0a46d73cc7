// All the SQL of the operator's accounts: the one place that looks across accounts.

import Database
import Delivery
import Time
import Web

struct AccountRecord {
    let id: ID<Account>
    let slug: String
    let name: String
    let state: AccountState
    let users: Int
    let createdAt: Timestamp
}

struct AccountFilter {
    var search = ""
    var state: AccountState?
}

enum AccountDirectory {
    static func page(
        _ filter: AccountFilter, at position: PagePosition<Account>, size: Int, on connection: any Connection
    ) throws -> Keyset<AccountRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        var condition: SQL = ""
        if !filter.search.isEmpty {
            let pattern = LikePattern.containing(filter.search)
            condition = " AND a.search_text LIKE \(pattern) ESCAPE '\\'"
        }
        if let state = filter.state { condition = "\(condition) AND a.state = \(state)" }
        let records = try connection.rows(
            """
            \(selection) WHERE 1 = 1 \(condition) \(position.condition(on: "a.id"))
            ORDER BY a.id \(direction) LIMIT \(size + 1)
            """, decode)
        return Keyset(records, size: size, position)
    }

    /// Nil when there is no such account.
    static func account(slug: String, on connection: any Connection) throws -> AccountRecord? {
        try connection.first("\(selection) WHERE a.slug = \(slug)", decode)
    }

    static func account(_ id: ID<Account>, on connection: any Connection) throws -> AccountRecord? {
        try connection.first("\(selection) WHERE a.id = \(id)", decode)
    }

    private static let selection: SQL = """
        SELECT a.id, a.slug, a.name, a.state, (SELECT COUNT(*) FROM users u WHERE u.account_id = a.id), a.created_at FROM accounts a
        """

    private static func decode(_ row: Row) throws -> AccountRecord {
        AccountRecord(
            id: try row.next(), slug: try row.next(), name: try row.next(), state: try row.next(), users: try row.next(),
            createdAt: try row.next())
    }

    // MARK: One account

    struct Suspension {
        let reason: String
        let by: String
        let at: Timestamp
    }

    static func suspension(of account: ID<Account>, on connection: any Connection) throws -> Suspension? {
        try connection.first(
            """
            SELECT suspension_reason, suspended_by, suspended_at FROM accounts WHERE id = \(account) AND suspended_at IS NOT NULL
            """
        ) { Suspension(reason: try $0.next(), by: try $0.next(), at: try $0.next()) }
    }

    struct Figures {
        let administrators: Int
        let lastSeenAt: Timestamp?
        let webhooks: Int
        /// Of the last days; no more than `maximumDeliveries`.
        let deliveries: Int
        let files: Int
        let bytes: Int
        let heldFiles: Int
    }

    static let period = Duration.seconds(7 * 86400)
    static let maximumDeliveries = 100_000

    static func figures(of account: ID<Account>, at now: Timestamp, on connection: any Connection) throws -> Figures {
        let found = try connection.first(
            """
            SELECT
                (SELECT COUNT(*) FROM users u JOIN roles r ON r.id = u.role_id WHERE u.account_id = \(account) AND r.is_administrator = 1),
                (SELECT MAX(s.last_seen_at) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.account_id = \(account)),
                (SELECT COUNT(*) FROM webhooks WHERE account_id = \(account)),
                (SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE account_id = \(account)
                    AND id > \(ID<WebhookDelivery>.first(at: now - period)) LIMIT \(maximumDeliveries)) AS counted),
                COUNT(*), COALESCE(SUM(bytes), 0), COALESCE(SUM(is_held), 0)
            FROM media_files WHERE account_id = \(account) AND state = 'live'
            """
        ) { row in
            Figures(
                administrators: try row.next(), lastSeenAt: try row.next(), webhooks: try row.next(), deliveries: try row.next(),
                files: try row.next(), bytes: try row.next(), heldFiles: try row.next())
        }
        return found ?? Figures(administrators: 0, lastSeenAt: nil, webhooks: 0, deliveries: 0, files: 0, bytes: 0, heldFiles: 0)
    }

    /// Administrators who have chosen no password yet.
    static func invited(in account: ID<Account>, on connection: any Connection) throws -> [ID<User>] {
        try connection.rows(
            """
            SELECT u.id FROM users u JOIN roles r ON r.id = u.role_id
            WHERE u.account_id = \(account) AND r.is_administrator = 1 AND u.is_enabled = 1 AND u.password_hash = '' ORDER BY u.id LIMIT 5
            """
        ) { try $0.next() }
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime.
    static func rename(_ account: AccountName, on connection: any Connection) throws {
        let changed = try connection.execute(
            """
            UPDATE accounts SET name = \(account.name), search_text = \(SearchText.folded(account.name, account.slug)), version = version + 1
            WHERE id = \(account.id) AND version = \(account.version)
            """)
        guard changed == 1 else { throw Refusal.stale }
    }

    static func name(slug: String, on connection: any Connection) throws -> AccountName? {
        try connection.first("SELECT \(AccountName.record.columns) FROM accounts WHERE slug = \(slug)", AccountName.record.decode)
    }

    static func webhooks(of account: ID<Account>, on connection: any Connection) throws -> [ID<Webhook>] {
        try connection.rows("SELECT id FROM webhooks WHERE account_id = \(account)") { try $0.next() }
    }

    // MARK: State

    /// Throws `Refusal.stale` unless the account is open.
    static func suspend(
        _ account: ID<Account>, because reason: String, by name: String, at now: Timestamp, on connection: any Connection
    ) throws {
        try connection.lock(account)
        let changed = try connection.execute(
            """
            UPDATE accounts SET state = \(AccountState.suspended), suspended_at = \(now), suspended_by = \(name),
                suspension_reason = \(reason)
            WHERE id = \(account) AND state = \(AccountState.active)
            """)
        guard changed == 1 else { throw Refusal.stale }
    }

    /// Throws `Refusal.stale` unless the account is suspended.
    static func resume(_ account: ID<Account>, on connection: any Connection) throws {
        try connection.lock(account)
        let changed = try connection.execute(
            """
            UPDATE accounts SET state = \(AccountState.active), suspended_at = NULL, suspended_by = NULL, suspension_reason = NULL
            WHERE id = \(account) AND state = \(AccountState.suspended)
            """)
        guard changed == 1 else { throw Refusal.stale }
    }

    // MARK: Looking into one

    /// Gives the session's new token: rights change with the account, and a form of the account before, still open in another tab,
    /// must not be taken for this one's.
    static func open(_ account: ID<Account>, in session: ID<SessionRow>, on connection: any Connection) throws -> String {
        let token = Token.random()
        try connection.execute("UPDATE sessions SET account_id = \(account), token_hash = \(Token.hash(token)) WHERE id = \(session)")
        return token
    }

    /// Ends the opening, with a new token as well.
    static func leave(_ session: ID<SessionRow>, on connection: any Connection) throws -> String {
        let token = Token.random()
        try connection.execute("UPDATE sessions SET account_id = NULL, token_hash = \(Token.hash(token)) WHERE id = \(session)")
        return token
    }
}
