// Sessions in the database: found by the hash of a token that only the browser has, ended by time, by sign-out, or by the user.

import Crypto
package import Database
import Spelling
import Time

package struct SessionStore: Sendable {
    package static let idle = Duration.seconds(30 * 60)
    package static let absolute = Duration.seconds(12 * 3600)
    /// The time of the last request is written at most this often, so that reading pages does not write.
    static let touch = Duration.seconds(60)

    let database: Database
    let ids: IDGenerator
    let clock: Clock
    /// All that there are: staff of the platform and administrators have them by being what they are.
    let allRights: Set<Right>
    let accountLogo: AccountLogo?

    /// Starts a session and gives its token, 256 random bits, which is nowhere else.
    package func start(
        user: ID<User>, account: ID<Account>?, userAgent: String, address: String, on connection: any Connection
    ) throws -> String {
        let token = Token.random()
        let now = clock.now()
        try connection.execute(
            """
            INSERT INTO sessions (token_hash, id, user_id, account_id, created_at, last_seen_at, user_agent, address)
            VALUES (\(Token.hash(token)), \(ids.next(SessionRow.self)), \(user), \(account), \(now), \(now), \(String(userAgent.prefix(200))), \(address))
            """)
        return token
    }

    func find(token: String) throws -> Session? {
        let now = clock.now()
        return try database.read { connection in
            try connection.first(
                """
                SELECT s.id, s.last_seen_at, u.id, u.name, u.email, u.account_id IS NULL, u.language, u.time_zone, u.theme,
                    u.password_changed_at, u.must_change_password, r.rights, r.is_administrator,
                    a.id, a.slug, a.name, a.language, a.country, a.time_zone, a.password_days,
                    \(accountLogo?.column ?? "NULL")
                FROM sessions s JOIN users u ON u.id = s.user_id
                LEFT JOIN roles r ON r.id = u.role_id LEFT JOIN accounts a ON a.id = s.account_id
                WHERE s.token_hash = \(Token.hash(token)) AND u.is_enabled = 1
                    AND s.last_seen_at > \(now - Self.idle) AND s.created_at > \(now - Self.absolute)
                """, session)
        }
    }

    private func session(_ row: Row) throws -> Session {
        let id: ID<SessionRow> = try row.next()
        let lastSeenAt: Timestamp = try row.next()
        let user: ID<User> = try row.next()
        let name: String = try row.next()
        let email: String = try row.next()
        let isOperator: Bool = try row.next()
        let language: String? = try row.next()
        let timeZone: String? = try row.next()
        let theme: String = try row.next()
        let passwordChangedAt: Timestamp = try row.next()
        let mustChangePassword: Bool = try row.next()
        let rights: String? = try row.next()
        let isAdministrator = try row.next(Bool?.self) ?? false
        let accountID: ID<Account>? = try row.next()
        let account = try accountID.map { id in
            Session.AccountSummary(
                id: id, slug: try row.next(), name: try row.next(), language: try row.next(), country: try row.next(),
                timeZone: try row.next(), passwordDays: try row.next(),
                logoURL: try row.next(String?.self).flatMap { accountLogo?.url($0) } ?? "")
        }
        return Session(
            id: id, user: user, userName: name, email: email,
            rights: isOperator || isAdministrator ? allRights : Set(stored: rights ?? ""), isOperator: isOperator,
            language: language, timeZone: timeZone, theme: theme, passwordChangedAt: passwordChangedAt,
            mustChangePassword: mustChangePassword, account: account, lastSeenAt: lastSeenAt)
    }

    func touchIfNeeded(_ session: Session) throws {
        let now = clock.now()
        guard session.lastSeenAt < now - Self.touch else { return }
        try database.write { _ = try $0.execute("UPDATE sessions SET last_seen_at = \(now) WHERE id = \(session.id)") }
    }

    package func end(_ session: ID<SessionRow>, of user: ID<User>, on connection: any Connection) throws -> Bool {
        try connection.execute("DELETE FROM sessions WHERE id = \(session) AND user_id = \(user)") > 0
    }

    /// Ends all of a user's sessions: at a change of password or rights, or when the user asks. Gives their number.
    @discardableResult
    package func endAll(of user: ID<User>, but kept: ID<SessionRow>? = nil, on connection: any Connection) throws -> Int {
        try connection.execute("DELETE FROM sessions WHERE user_id = \(user) AND id <> \(kept?.stored ?? "")")
    }

    package func deleteExpired() throws {
        let now = clock.now()
        try database.write { connection in
            _ = try connection.execute(
                "DELETE FROM sessions WHERE last_seen_at <= \(now - Self.idle) OR created_at <= \(now - Self.absolute)")
        }
    }
}

/// Secrets that we give out once and recognise by their hash.
package enum Token {
    package static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return Hexadecimal.text(of: (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } })
    }

    package static func hash(_ token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(token.utf8)))
    }

    /// In a time that tells nothing of where they differ.
    package static func isEqual(_ one: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        SymmetricKey(data: Array(one)) == SymmetricKey(data: Array(other))
    }
}
