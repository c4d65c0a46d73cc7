// Others can use up the tries of somebody's address. The operator's word opens the way for one browser: a link, good once and for two
// hours, makes the browser that follows it one that this address is known in. It is no sign-in: the password is asked as ever.

import Database
import Time
import Web

struct SignInOpenings {
    static let period = Duration.seconds(2 * 3600)

    let clock: Clock

    /// Gives the link's token, in the place of any earlier one.
    func offer(to email: String, on connection: any Connection) throws -> String {
        let token = Token.random()
        try connection.execute("DELETE FROM sign_in_openings WHERE email = \(email)")
        try connection.execute(
            "INSERT INTO sign_in_openings (token_hash, email, created_at) VALUES (\(Token.hash(token)), \(email), \(clock.now()))")
        return token
    }

    /// For whom it is; nil when it is used up or too old, or never was. A clock that was ahead makes none that lasts for days.
    func email(of token: String, on connection: any Connection) throws -> String? {
        try connection.value(
            """
            SELECT email FROM sign_in_openings
            WHERE token_hash = \(Token.hash(token)) AND created_at > \(clock.now() - Self.period) AND created_at <= \(clock.now() + Self.period)
            """)
    }

    /// Uses it up.
    func take(_ token: String, on connection: any Connection) throws -> String? {
        guard let email = try email(of: token, on: connection) else { return nil }
        // Of two who follow it at once, it goes with one.
        return try connection.execute("DELETE FROM sign_in_openings WHERE token_hash = \(Token.hash(token))") == 1 ? email : nil
    }

    func deleteOld(on connection: any Connection) throws {
        try connection.execute("DELETE FROM sign_in_openings WHERE created_at <= \(clock.now() - Self.period)")
    }
}
