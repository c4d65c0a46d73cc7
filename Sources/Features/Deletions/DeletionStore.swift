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

    var place: DeletionPlace { DeletionPlace(id: id, deletedAt: deletedAt) }

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

    /// Whether what lies behind the place is within the dates on that side.
    fileprivate func has(_ place: DeletionPlace, isBackward: Bool) -> Bool {
        isBackward ? from.map { place.deletedAt >= $0 } ?? true : until.map { place.deletedAt < $0 } ?? true
    }
}

/// One page of the history.
struct DeletionPage {
    let rows: Keyset<DeletionRecord>
    /// How far the look for what was typed came, when that is why the page is not full.
    let searchedTo: DeletionPlace?
}

/// Where a row stands in the history.
struct DeletionPlace {
    let id: ID<DeletionRow>
    let deletedAt: Timestamp
}

enum DeletionStore {
    /// Rows that a page looks through for what somebody typed, which no index finds. A page is to cost the same however long the history
    /// is, so it says how far it came, and leads on.
    static let maximumLooked = 1000

    /// One page of the account's deletions, newest first.
    static func page(
        of account: ID<Account>, _ filter: DeletionFilter, at position: PagePosition<DeletionRow>, size: Int, on connection: any Connection
    ) throws -> DeletionPage {
        let anchor = try (position.after ?? position.before).flatMap { try place(of: $0, in: account, on: connection) }
        let (records, edge) = try rows(
            of: account, filter, beyond: anchor, isBackward: position.isBackward, limit: size + 1, on: connection)
        return DeletionPage(rows: Keyset(records, size: size, position), searchedTo: records.count > size ? nil : edge)
    }

    /// Up to `limit` of those behind `anchor`, and the last that was looked at where there may be more.
    static func rows(
        of account: ID<Account>, _ filter: DeletionFilter, beyond anchor: DeletionPlace?, isBackward: Bool = false, limit: Int,
        on connection: any Connection
    ) throws -> (records: [DeletionRecord], edge: DeletionPlace?) {
        let order: SQL = isBackward ? "deleted_at ASC, id ASC" : "deleted_at DESC, id DESC"
        var condition: SQL = "account_id = \(account)"
        if let entity = filter.entity { condition += " AND entity = \(entity)" }
        // One bound on each side: of two, SQLite chooses the index that does not know the entity.
        let anchor = anchor.flatMap { filter.has($0, isBackward: isBackward) ? $0 : nil }
        if let from = filter.from, anchor == nil || !isBackward { condition += " AND deleted_at >= \(from)" }
        if let until = filter.until, anchor == nil || isBackward { condition += " AND deleted_at < \(until)" }
        if let anchor {
            condition += " AND (deleted_at, id) "
            condition += isBackward ? ">" : "<"
            condition += " (\(anchor.deletedAt), \(anchor.id))"
        }
        guard !filter.search.isEmpty else {
            let records = try connection.rows(
                "SELECT \(DeletionRecord.record.columns) FROM deletions WHERE \(condition) ORDER BY \(order) LIMIT \(limit)",
                DeletionRecord.record.decode)
            return (records, nil)
        }
        // The last that is looked at, and whether there is one behind it.
        let edges = try connection.rows(
            "SELECT id, deleted_at FROM deletions WHERE \(condition) ORDER BY \(order) LIMIT 2 OFFSET \(maximumLooked - 1)"
        ) { DeletionPlace(id: try $0.next(), deletedAt: try $0.next()) }
        let edge = edges.count == 2 ? edges.first : nil
        let records = try connection.rows(
            """
            SELECT \(DeletionRecord.record.columns) FROM (
                SELECT \(DeletionRecord.record.columns), search_text FROM deletions WHERE \(condition)
                ORDER BY \(order) LIMIT \(maximumLooked)) AS looked
            WHERE \(search(filter)) ORDER BY \(order) LIMIT \(limit)
            """, DeletionRecord.record.decode)
        return (records, edge)
    }

    private static func place(
        of id: ID<DeletionRow>, in account: ID<Account>, on connection: any Connection
    ) throws -> DeletionPlace? {
        try connection.first("SELECT id, deleted_at FROM deletions WHERE id = \(id) AND account_id = \(account)") {
            DeletionPlace(id: try $0.next(), deletedAt: try $0.next())
        }
    }

    static func count(before time: Timestamp, on connection: any Connection) throws -> Int {
        try connection.value("SELECT COUNT(*) FROM deletions WHERE deleted_at < \(time)") ?? 0
    }

    /// How many it deleted.
    static func delete(before time: Timestamp, limit: Int, on connection: any Connection) throws -> Int {
        try connection.execute(
            "DELETE FROM deletions WHERE id IN (SELECT id FROM deletions WHERE deleted_at < \(time) ORDER BY deleted_at LIMIT \(limit))")
    }

    private static func search(_ filter: DeletionFilter) -> SQL {
        let pattern = LikePattern.containing(filter.search)
        var ofActors: SQL = ""
        for actor in filter.actors { ofActors += " OR user_id IS NULL AND user_name = \(actor.rawValue)" }
        return "(search_text LIKE \(pattern) ESCAPE '\\'\(ofActors))"
    }
}
