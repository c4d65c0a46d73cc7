// All the SQL of signing in: who has an email address, and which browsers their owners have used.

import Database
import Time
import Web

struct Credentials {
    let user: ID<User>
    let name: String
    let email: String
    let account: ID<Account>?
    /// Nil: staff of the platform.
    let accountName: String?
    let passwordHash: String
    let isEnabled: Bool
    let hasFactor: Bool
    /// They have shown that the address is theirs.
    let isVerified: Bool
}

struct SignInStore {
    /// As long as the browser keeps its cookie.
    static let deviceAge = Duration.seconds(365 * 86400)

    /// Of one address: more than anybody works for.
    private static let maximumAccounts = 50

    let clock: Clock

    /// Everybody with this address, of every account, by the account's name; staff first.
    func credentials(email: String, on connection: any Connection) throws -> [Credentials] {
        try connection.rows(
            Self.selection + " WHERE u.email = \(email) ORDER BY COALESCE(a.name, ''), u.id LIMIT \(Self.maximumAccounts)",
            Self.credentials)
    }

    /// That they have the password still with which they were read, and may sign in: stretching one takes long enough for a change.
    func isCurrent(_ user: Credentials, on connection: any Connection) throws -> Bool {
        try connection.value(
            "SELECT 1 FROM users WHERE id = \(user.user) AND password_hash = \(user.passwordHash) AND is_enabled = 1", as: Int.self) != nil
    }

    func credentials(of user: ID<User>, on connection: any Connection) throws -> Credentials? {
        try connection.first(Self.selection + " WHERE u.id = \(user)", Self.credentials)
    }

    private static let selection: SQL = """
        SELECT u.id, u.name, u.email, u.account_id, a.name, u.password_hash, u.is_enabled, u.factor_since IS NOT NULL,
            CASE WHEN u.verified_email = u.email THEN 1 ELSE 0 END
        FROM users u LEFT JOIN accounts a ON a.id = u.account_id
        """

    private static func credentials(_ row: Row) throws -> Credentials {
        Credentials(
            user: try row.next(), name: try row.next(), email: try row.next(), account: try row.next(), accountName: try row.next(),
            passwordHash: try row.next(), isEnabled: try row.next(), hasFactor: try row.next(), isVerified: try row.next())
    }

    /// True for the token of a browser in which this user has signed in.
    func isDevice(_ token: String, of user: ID<User>, on connection: any Connection) throws -> Bool {
        try isDevice(token, of: "d.user_id = \(user)", on: connection)
    }

    /// True for the token of a browser in which anybody with this address has signed in.
    func isDevice(_ token: String, ofEmail email: String, on connection: any Connection) throws -> Bool {
        try isDevice(token, of: "u.email = \(email)", on: connection)
    }

    /// Of those with this address, who has signed in in the browser with that token.
    func users(ofDevice token: String?, email: String, on connection: any Connection) throws -> Set<ID<User>> {
        guard let token else { return [] }
        return Set(
            try connection.rows(
                """
                SELECT u.id FROM devices d JOIN users u ON u.id = d.user_id
                WHERE d.token_hash = \(Token.hash(token)) AND u.email = \(email) AND d.expires_at > \(clock.now())
                """
            ) { try $0.next(ID<User>.self) })
    }

    /// The token of the visitor's browser, when anybody with this address has signed in there.
    func knownDevice(_ token: String?, ofEmail email: String, on connection: any Connection) throws -> String? {
        try token.flatMap { try isDevice($0, ofEmail: email, on: connection) ? $0 : nil }
    }

    private func isDevice(_ token: String, of whom: SQL, on connection: any Connection) throws -> Bool {
        try connection.value(
            """
            SELECT 1 FROM devices d JOIN users u ON u.id = d.user_id
            WHERE d.token_hash = \(Token.hash(token)) AND \(whom) AND d.expires_at > \(clock.now()) LIMIT 1
            """, as: Int.self) != nil
    }

    func rememberDevice(_ token: String, of user: ID<User>, for time: Duration = deviceAge, on connection: any Connection) throws {
        let end = clock.now() + time
        try connection.execute(
            """
            INSERT INTO devices (token_hash, user_id, expires_at) VALUES (\(Token.hash(token)), \(user), \(end))
            ON CONFLICT (token_hash, user_id) DO UPDATE SET expires_at = \(end)
            """)
    }

    /// After a change of password, other browsers have to show that they know it before they have an allowance of their own again.
    func forgetDevices(of user: ID<User>, but token: String, on connection: any Connection) throws {
        try connection.execute("DELETE FROM devices WHERE user_id = \(user) AND token_hash <> \(Token.hash(token))")
    }

    func deleteOldDevices(on connection: any Connection) throws {
        try connection.execute("DELETE FROM devices WHERE expires_at <= \(clock.now())")
    }

    /// They have used a link that went to their address. False when that was known.
    func verifyEmail(of user: Credentials, on connection: any Connection) throws -> Bool {
        try connection.execute(
            """
            UPDATE users SET verified_email = email
            WHERE id = \(user.user) AND email = \(user.email) AND (verified_email IS NULL OR verified_email <> email)
            """) == 1
    }

    /// Throws `Refusal.stale` when the password was changed in the meantime.
    func savePassword(_ hash: String, of user: Credentials, on connection: any Connection) throws {
        let changed = try connection.execute(
            """
            UPDATE users SET password_hash = \(hash), password_changed_at = \(clock.now()), must_change_password = 0
            WHERE id = \(user.user) AND password_hash = \(user.passwordHash)
            """)
        guard changed == 1 else { throw Refusal.stale }
    }
}
