// All the SQL of the Deletion history.

import Database
import HTTP
import Time
import Web

struct DeletionRecord {
    private(set) var id = ID<DeletionRow>(value: 0)
    private(set) var deletedAt = Timestamp(milliseconds: 0)
    /// Nil: nobody who had signed in.
    private(set) var user: ID<User>?
    private(set) var userName = ""
    private(set) var entity = DeletedEntity("")
    private(set) var detail = ""
    private(set) var planned = 0
    private(set) var items = 0
    private(set) var bytes = 0

    static let record = Record(DeletionRecord()) {
        Column("id", \.id)
        Column("deleted_at", \.deletedAt)
        Column("user_id", \.user)
        Column("user_name", \.userName)
        Column("entity", \.entity)
        Column("detail", \.detail)
        Column("planned", \.planned)
        Column("items", \.items)
        Column("bytes", \.bytes)
    }

    private init() {}

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

enum DeletionStore {
    private typealias DeletionID = ID<DeletionRow>

    /// Ids are by time, so that what is newer or older than the dates is not passed over but left out; by no more than this are they ahead
    /// of a clock that was set back.
    private static let stray = Duration.seconds(86_400)

    /// One page of the account's deletions, newest first, by id, which is by time. Without a filter it costs the same whatever the
    /// history's length, and so with an entity or dates; with a text, what is passed over until the page is full.
    static func page(
        of account: ID<Account>, _ filter: DeletionFilter, at position: PagePosition<DeletionRow>, size: Int, on connection: any Connection
    ) throws -> Keyset<DeletionRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try connection.rows(
            """
            SELECT \(DeletionRecord.record.columns) FROM deletions
            WHERE account_id = \(account) \(conditions(filter)) \(position.condition(on: "id"))
            ORDER BY id \(direction) LIMIT \(size + 1)
            """, DeletionRecord.record.decode)
        return Keyset(records, size: size, position)
    }

    static func count(before time: Timestamp, on connection: any Connection) throws -> Int {
        try connection.value("SELECT COUNT(*) FROM deletions WHERE deleted_at < \(time)") ?? 0
    }

    /// How many it deleted.
    static func delete(before time: Timestamp, limit: Int, on connection: any Connection) throws -> Int {
        try connection.execute(
            "DELETE FROM deletions WHERE id IN (SELECT id FROM deletions WHERE deleted_at < \(time) ORDER BY deleted_at LIMIT \(limit))")
    }

    private static func conditions(_ filter: DeletionFilter) -> SQL {
        var conditions: SQL = ""
        if let entity = filter.entity { conditions += " AND entity = \(entity)" }
        if let from = filter.from { conditions += " AND deleted_at >= \(from) AND id >= \(DeletionID.first(at: from - stray))" }
        if let until = filter.until { conditions += " AND deleted_at < \(until) AND id < \(DeletionID.first(at: until + stray))" }
        if !filter.search.isEmpty {
            let pattern = LikePattern.containing(filter.search)
            var ofActors: SQL = ""
            for actor in filter.actors { ofActors += " OR user_id IS NULL AND user_name = \(actor.rawValue)" }
            conditions += " AND (search_text LIKE \(pattern) ESCAPE '\\'\(ofActors))"
        }
        return conditions
    }
}
