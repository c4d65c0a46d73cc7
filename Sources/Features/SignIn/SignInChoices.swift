// Between the password and the session: somebody whose password fits several accounts has shown it once, and says within a few minutes
// which account is meant; somebody with a second factor shows that too. The page carries a token, good once and for its browser.

import Database
import Time
import Web

struct SignInChoices {
    static let period = Duration.seconds(10 * 60)

    let clock: Clock

    /// Gives the token that the page carries. It is good for nobody who has another password by now than the one that was shown.
    func offer(_ users: [Credentials], to browser: [UInt8], on connection: any Connection) throws -> String {
        let token = Token.random()
        let now = clock.now()
        for user in users {
            try connection.execute(
                """
                INSERT INTO sign_in_choices (token_hash, user_id, browser_hash, created_at)
                SELECT \(Token.hash(token)), id, \(browser), \(now) FROM users
                WHERE id = \(user.user) AND password_hash = \(user.passwordHash)
                """)
        }
        return token
    }

    /// Uses the token up. False when it is used up already or too old, was offered to another browser or without this user, or the user
    /// was disabled or has another password since.
    func take(_ token: String, for user: ID<User>, by browser: [UInt8], on connection: any Connection) throws -> Bool {
        let isOffered = try isOffered(token, for: user, by: browser, on: connection)
        // Of two who choose at once, the rows go with one.
        return try connection.execute("DELETE FROM sign_in_choices WHERE token_hash = \(Token.hash(token))") > 0 && isOffered
    }

    func isOffered(_ token: String, for user: ID<User>, by browser: [UInt8], on connection: any Connection) throws -> Bool {
        let now = clock.now()
        return try connection.value(
            """
            SELECT 1 FROM sign_in_choices c JOIN users u ON u.id = c.user_id
            WHERE c.token_hash = \(Token.hash(token)) AND c.user_id = \(user) AND c.browser_hash = \(browser)
                AND c.created_at > \(now - Self.period) AND c.created_at <= \(now + Self.period)
                AND u.is_enabled = 1 AND u.password_changed_at <= c.created_at
            """, as: Int.self) != nil
    }

    func deleteOld(on connection: any Connection) throws {
        try connection.execute("DELETE FROM sign_in_choices WHERE created_at <= \(clock.now() - Self.period)")
    }
}
