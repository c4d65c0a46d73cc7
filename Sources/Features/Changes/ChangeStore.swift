// All the SQL of the change log.

import Database
import HTTP
import Time
import Web

struct ChangeRecord {
    private(set) var id = ID<AuditRow>(value: 0)
    private(set) var at = Timestamp(milliseconds: 0)
    /// Nil: nobody who had signed in.
    private(set) var user: ID<User>?
    private(set) var userName = ""
    /// Staff of the platform, at work in this account.
    private(set) var isStaff = false
    /// Empty: not over the network.
    private(set) var address = ""
    /// The path of a tab.
    private(set) var area = ""
    private(set) var action = ""
    private(set) var subject = ""
    private(set) var form = ""
    private(set) var storedChanges: String?

    static let record = Record(ChangeRecord()) {
        Column("id", \.id)
        Column("at", \.at)
        Column("user_id", \.user)
        Column("user_name", \.userName)
        Column("is_staff", \.isStaff)
        Column("address", \.address)
        Column("area", \.area)
        Column("action", \.action)
        Column("subject", \.subject)
        Column("form", \.form)
        Column("changes", \.storedChanges)
    }

    private init() {}

    var changes: [FieldChange] { storedChanges.map { FieldChange.list(stored: $0) } ?? [] }
}

/// What the change log is narrowed to.
struct ChangeFilter {
    var search = ""
    /// Those whose words, as the reader sees them, hold the searched text.
    var actions: [String] = []
    var actors: [UnnamedActor] = []
    /// The path of a tab; empty: what was done on none.
    var area: String?
    var from: Timestamp?
    var until: Timestamp?
}

enum ChangeStore {
    /// One page of the account's changes, newest first, by id, which is by time. Without a search it costs the same whatever the log's
    /// length; with one, what is passed over until the page is full.
    static func page(
        of account: ID<Account>, _ filter: ChangeFilter, at position: PagePosition<AuditRow>, size: Int, on connection: any Connection
    ) throws -> Keyset<ChangeRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try connection.rows(
            """
            SELECT \(ChangeRecord.record.columns) FROM audit
            WHERE account_id = \(account) \(conditions(filter)) \(position.condition(on: "id"))
            ORDER BY id \(direction) LIMIT \(size + 1)
            """, ChangeRecord.record.decode)
        return Keyset(records, size: size, position)
    }

    private static func conditions(_ filter: ChangeFilter) -> SQL {
        var conditions: SQL = ""
        if let area = filter.area { conditions += " AND area = \(area)" }
        if let from = filter.from { conditions += " AND at >= \(from)" }
        if let until = filter.until { conditions += " AND at < \(until)" }
        if !filter.search.isEmpty {
            let pattern = LikePattern.containing(filter.search)
            var others: SQL = ""
            for actor in filter.actors { others += " OR user_id IS NULL AND user_name = \(actor.rawValue)" }
            if !filter.actions.isEmpty {
                others += " OR action IN (\(filter.actions.map { "\($0)" as SQL }.joined(by: ", ")))"
            }
            conditions += " AND (search_text LIKE \(pattern) ESCAPE '\\'\(others))"
        }
        return conditions
    }
}
