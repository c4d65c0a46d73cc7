// All the SQL of the operator's list of accounts: the one place that looks across accounts.

import Database
import Time
import Web

struct AccountRecord {
    let id: ID<Account>
    let slug: String
    let name: String
    let users: Int
    let createdAt: Timestamp
}

enum AccountDirectory {
    static func page(
        search: String, at position: PagePosition<Account>, size: Int, on connection: any Connection
    ) throws -> Keyset<AccountRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        var condition: SQL = ""
        if !search.isEmpty {
            let pattern = LikePattern.containing(search)
            condition = " AND search_text LIKE \(pattern) ESCAPE '\\'"
        }
        let records = try connection.rows(
            """
            SELECT id, slug, name, (SELECT COUNT(*) FROM users u WHERE u.account_id = accounts.id), created_at FROM accounts
            WHERE 1 = 1 \(condition) \(position.condition(on: "id"))
            ORDER BY id \(direction) LIMIT \(size + 1)
            """
        ) { row in
            AccountRecord(
                id: try row.next(), slug: try row.next(), name: try row.next(), users: try row.next(), createdAt: try row.next())
        }
        return Keyset(records, size: size, position)
    }

    /// Nil when there is no such account.
    static func account(slug: String, on connection: any Connection) throws -> (id: ID<Account>, name: String)? {
        try connection.first("SELECT id, name FROM accounts WHERE slug = \(slug)") { (id: try $0.next(), name: try $0.next()) }
    }

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
