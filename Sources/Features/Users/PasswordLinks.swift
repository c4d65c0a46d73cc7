// The link by which somebody chooses a password without knowing one: of an invitation, or because it was forgotten. Good once and for two
// hours; the database has its hash alone.

import Database
import Time
import Web

struct PasswordLinks {
    static let period = Duration.seconds(2 * 3600)

    let clock: Clock

    /// Gives the token, in the place of any earlier one.
    ///
    /// - Parameter isMailed: it goes to their address and nowhere else, so that whoever uses it has shown that the address is theirs.
    func offer(to user: ID<User>, isMailed: Bool, on connection: any Connection) throws -> String {
        let token = Token.random()
        try end(of: user, on: connection)
        try connection.execute(
            """
            INSERT INTO password_links (user_id, token_hash, is_mailed, created_at)
            VALUES (\(user), \(Token.hash(token)), \(isMailed), \(clock.now()))
            """)
        return token
    }

    /// For whom it is; nil when it is used up or too old, or never was, or when they have chosen a password since. A clock that was
    /// ahead makes none that lasts for days.
    func user(of token: String, on connection: any Connection) throws -> ID<User>? {
        let now = clock.now()
        return try connection.value(
            """
            SELECT l.user_id FROM password_links l JOIN users u ON u.id = l.user_id
            WHERE l.token_hash = \(Token.hash(token)) AND l.created_at > \(now - Self.period) AND l.created_at <= \(now + Self.period)
                AND u.password_changed_at <= l.created_at
            """)
    }

    /// Uses it up. Of two who follow it at once, it goes with one.
    func take(_ token: String, on connection: any Connection) throws -> (user: ID<User>, isMailed: Bool)? {
        guard let user = try user(of: token, on: connection) else { return nil }
        let hash = Token.hash(token)
        let isMailed = try connection.value("SELECT is_mailed FROM password_links WHERE token_hash = \(hash)", as: Bool.self) ?? false
        guard try connection.execute("DELETE FROM password_links WHERE token_hash = \(hash)") == 1 else { return nil }
        return (user, isMailed)
    }

    /// Any that they may have.
    func end(of user: ID<User>, on connection: any Connection) throws {
        try connection.execute("DELETE FROM password_links WHERE user_id = \(user)")
    }

    func endThoseNotMailed(of user: ID<User>, on connection: any Connection) throws {
        try connection.execute("DELETE FROM password_links WHERE user_id = \(user) AND is_mailed = 0")
    }

    func deleteOld(on connection: any Connection) throws {
        try connection.execute("DELETE FROM password_links WHERE created_at <= \(clock.now() - Self.period)")
    }
}
