// A table that somebody has sent and not yet agreed to: theirs alone, and for an hour.

import Database
import Time
import Web

enum UserImportRow: Identified {
    static let idPrefix = "imp"
}

struct UserImportStore {
    static let kept = Duration.seconds(3600)

    let ids: IDGenerator
    let clock: Clock

    struct Pending {
        let id: ID<UserImportRow>
        let fileName: String
        let text: String
    }

    /// In the place of an earlier one.
    func insert(_ text: String, named fileName: String, by user: ID<User>, in account: ID<Account>, on connection: any Connection) throws {
        try delete(of: user, on: connection)
        try connection.execute(
            """
            INSERT INTO user_imports (user_id, id, account_id, file_name, content, created_at)
            VALUES (\(user), \(ids.next(UserImportRow.self)), \(account), \(fileName), \(text), \(clock.now()))
            """)
    }

    func pending(of user: ID<User>, in account: ID<Account>, on connection: any Connection) throws -> Pending? {
        let now = clock.now()
        return try connection.first(
            """
            SELECT id, file_name, content FROM user_imports
            WHERE user_id = \(user) AND account_id = \(account) AND created_at > \(now - Self.kept) AND created_at <= \(now + Self.kept)
            """
        ) { Pending(id: try $0.next(), fileName: try $0.next(), text: try $0.next()) }
    }

    func delete(of user: ID<User>, on connection: any Connection) throws {
        try connection.execute("DELETE FROM user_imports WHERE user_id = \(user)")
    }

    func deleteOld(on connection: any Connection) throws {
        let now = clock.now()
        try connection.execute(
            "DELETE FROM user_imports WHERE created_at <= \(now - Self.kept) OR created_at > \(now + Self.kept)")
    }
}
