// The account's playlists, which settings and queues name: one that is in use cannot be deleted.

import Database
import Web

enum PlaylistStore {
    enum Removal: Equatable {
        case deleted, notFound
        /// The account's settings or a queue play it.
        case isInUse
    }

    static func playlists(of account: ID<Account>, on connection: any Connection) throws -> [(id: ID<Playlist>, name: String)] {
        try connection.rows("SELECT id, name FROM playlists WHERE account_id = \(account) ORDER BY name, id") {
            (id: try $0.next(), name: try $0.next())
        }
    }

    static func exists(_ playlist: ID<Playlist>, in account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.value("SELECT COUNT(*) FROM playlists WHERE id = \(playlist) AND account_id = \(account)", as: Int.self) ?? 0 > 0
    }

    /// Call it within `member.delete`. Who begins to use a playlist takes the account's lock as well.
    static func delete(_ playlist: ID<Playlist>, of account: ID<Account>, on connection: any Connection) throws -> Removal {
        try connection.lock(account)
        let count = try connection.execute(
            """
            DELETE FROM playlists WHERE id = \(playlist) AND account_id = \(account)
                AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = \(account) AND playlist_id = \(playlist))
                AND NOT EXISTS (SELECT 1 FROM queues WHERE account_id = \(account) AND playlist_id = \(playlist))
            """)
        if count > 0 { return .deleted }
        return try exists(playlist, in: account, on: connection) ? .isInUse : .notFound
    }
}
