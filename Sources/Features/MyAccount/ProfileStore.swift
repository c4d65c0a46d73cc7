// All the SQL of My Account.

import Database
import Time
import Web

struct ProfileStore {
    struct OwnSession {
        let id: ID<SessionRow>
        let createdAt: Timestamp
        let lastSeenAt: Timestamp
        let userAgent: String
        let address: String
    }

    let site: Site

    func profile(of user: ID<User>) throws -> Profile? {
        try site.database.read { connection in
            try connection.first("SELECT country, language, time_zone, theme, version FROM users WHERE id = \(user)") { row in
                Profile(
                    country: try row.next(), language: try row.next(), timeZone: try row.next(), theme: try row.next(),
                    version: try row.next())
            }
        }
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime.
    func save(_ profile: Profile, of user: ID<User>, on connection: any Connection) throws {
        let changed = try connection.execute(
            """
            UPDATE users SET country = \(profile.country), language = \(profile.language), time_zone = \(profile.timeZone),
                theme = \(profile.theme), version = version + 1
            WHERE id = \(user) AND version = \(profile.version)
            """)
        guard changed == 1 else { throw Refusal.stale }
    }

    func sessions(of user: ID<User>) throws -> [OwnSession] {
        let now = site.clock.now()
        return try site.database.read { connection in
            try connection.rows(
                """
                SELECT id, created_at, last_seen_at, user_agent, address FROM sessions
                WHERE user_id = \(user) AND last_seen_at > \(now - SessionStore.idle) AND created_at > \(now - SessionStore.absolute)
                ORDER BY last_seen_at DESC
                """
            ) { row in
                OwnSession(
                    id: try row.next(), createdAt: try row.next(), lastSeenAt: try row.next(), userAgent: try row.next(),
                    address: try row.next())
            }
        }
    }
}
