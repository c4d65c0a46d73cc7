// All the SQL of entries that are still to go.

import Database
import Web

enum BlacklistRemovalStore {
    private static let columns: SQL = "id, account_id, domain_id, user_id, deletion_id, planned, done"

    private static func decode(_ row: Row) throws -> BlacklistRemoval {
        BlacklistRemoval(
            id: try row.next(), account: try row.next(), domain: try row.next(), user: try row.next(), deletion: try row.next(),
            planned: try row.next(), done: try row.next())
    }

    static func next(on connection: any Connection) throws -> BlacklistRemoval? {
        try connection.first("SELECT \(columns) FROM blacklist_removals ORDER BY id LIMIT 1", decode)
    }

    /// Notes what is to be removed.
    static func begin(_ removal: BlacklistRemoval, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO blacklist_removals (\(columns)) VALUES (\(removal.id), \(removal.account), \(removal.domain), \(removal.user),
                \(removal.deletion), \(removal.planned), 0)
            """)
    }

    /// Removes some. How many have gone with them.
    @discardableResult
    static func goOn(_ id: ID<BlacklistRemovalRow>, _ site: Site, on connection: any Connection) throws -> Int {
        guard var removal = try connection.first("SELECT \(columns) FROM blacklist_removals WHERE id = \(id)", decode) else { return 0 }
        var count = 0
        if let domain = removal.domain { count += try BlacklistStore.removeSome(of: domain, on: connection) }
        if let user = removal.user { count += try BlacklistStore.removeSome(of: user, on: connection) }
        removal.done += count
        if count < BlacklistStore.batch {
            try connection.execute("DELETE FROM blacklist_removals WHERE id = \(id)")
        } else {
            try connection.execute("UPDATE blacklist_removals SET done = \(removal.done) WHERE id = \(id)")
        }
        if let deletion = removal.deletion {
            try Deletion(
                account: removal.account, user: nil, userName: "", entity: .blacklistEntry, detail: "", planned: removal.planned,
                items: removal.done, bytes: 0
            ).update(deletion, on: connection)
        }
        return removal.done
    }

    /// With somebody who is being deleted.
    static func remove(of user: ID<User>, in account: ID<Account>, _ ids: IDGenerator, on connection: any Connection) throws {
        guard try BlacklistStore.removeSome(of: user, on: connection) == BlacklistStore.batch else { return }
        try begin(
            BlacklistRemoval(
                id: ids.next(), account: account, domain: nil, user: user, deletion: nil, planned: 0, done: 0), on: connection)
    }
}
