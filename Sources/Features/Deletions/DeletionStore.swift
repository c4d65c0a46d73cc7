// All the SQL of the Deletion history.

import Database
import HTTP
import Time
import Web

struct DeletionRecord {
    let id: ID<DeletionRow>
    let deletedAt: Timestamp
    /// Nil: nobody who had signed in.
    let user: ID<User>?
    let userName: String
    let entity: DeletedEntity
    let detail: String
    let planned: Int
    let items: Int
    let bytes: Int

    func userWords(_ t: Translation) -> String {
        user == nil ? UnnamedActor(rawValue: userName)?.words(t) ?? userName : userName
    }
}

/// What a list of deletions is narrowed to.
struct DeletionFilter {
    var search = ""
    /// Those whose words, as the reader sees them, hold the searched text.
    var actors: [UnnamedActor] = []
    var entity: DeletedEntity?
    var from: Timestamp?
    var until: Timestamp?
}

struct DeletionStore {
    let site: Site

    /// One page of the account's deletions, newest first. Costs the same whatever the history's length: keyset pagination by id,
    /// which is by time.
    func page(
        of account: ID<Account>, _ filter: DeletionFilter, at position: PagePosition<DeletionRow>, size: Int
    ) throws -> Keyset<DeletionRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try site.database.read { connection in
            try connection.rows(
                """
                SELECT id, deleted_at, user_id, user_name, entity, detail, planned, items, bytes FROM deletions
                WHERE account_id = \(account) \(Self.conditions(filter)) \(position.condition(on: "id"))
                ORDER BY id \(direction) LIMIT \(size + 1)
                """
            ) { row in
                DeletionRecord(
                    id: try row.next(), deletedAt: try row.next(), user: try row.next(), userName: try row.next(), entity: try row.next(),
                    detail: try row.next(), planned: try row.next(), items: try row.next(), bytes: try row.next())
            }
        }
        return Keyset(records, size: size, position)
    }

    func deleteBefore(_ time: Timestamp, limit: Int) throws -> Int {
        try site.database.write { connection in
            try connection.execute(
                "DELETE FROM deletions WHERE id IN (SELECT id FROM deletions WHERE deleted_at < \(time) ORDER BY deleted_at LIMIT \(limit))"
            )
        }
    }

    private static func conditions(_ filter: DeletionFilter) -> SQL {
        var conditions: SQL = ""
        if let entity = filter.entity { conditions += " AND entity = \(entity)" }
        if let from = filter.from { conditions += " AND deleted_at >= \(from)" }
        if let until = filter.until { conditions += " AND deleted_at < \(until)" }
        if !filter.search.isEmpty {
            let pattern = LikePattern.containing(filter.search)
            var ofActors: SQL = ""
            for actor in filter.actors { ofActors += " OR user_id IS NULL AND user_name = \(actor.rawValue)" }
            conditions += " AND (search_text LIKE \(pattern) ESCAPE '\\'\(ofActors))"
        }
        return conditions
    }
}
