// All the SQL of My Account.

import Database
import HTTPTypes
import Time
import Web

enum ProfileStore {
    struct OwnSession {
        let id: ID<SessionRow>
        let createdAt: Timestamp
        let lastSeenAt: Timestamp
        let userAgent: String
        let address: String
    }

    static func profile(of user: ID<User>, on connection: any Connection) throws -> Profile {
        let found = try connection.first("SELECT \(Profile.record.columns) FROM users WHERE id = \(user)", Profile.record.decode)
        guard let found else { throw Abort(.notFound) }
        return found
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime.
    static func save(_ profile: Profile, of user: ID<User>, on connection: any Connection) throws {
        let count = try connection.execute(
            """
            UPDATE users SET \(Profile.record.assignments(profile)), version = version + 1
            WHERE id = \(user) AND version = \(profile.version)
            """)
        guard count == 1 else { throw Refusal.stale }
    }

    /// Those that have not ended by `now`.
    static func sessions(of user: ID<User>, at now: Timestamp, on connection: any Connection) throws -> [OwnSession] {
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
