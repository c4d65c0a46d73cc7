// The SQL of the purge history: what each run meant to delete, and what it did.

import Database
import Time
import Web

struct PurgeRunRecord {
    private(set) var id = ID<PurgeRun>(value: 0)
    private(set) var kind = MediaKind.recordings
    /// The policy and its cutoff, in the account's words.
    private(set) var detail = ""
    private(set) var planned = 0
    private(set) var marked = 0
    private(set) var items = 0
    private(set) var bytes = 0
    private(set) var newlyHeld = 0
    private(set) var isPolicyLonger = false
    /// Why the disk left some, an `errno`; 0: it did not.
    private(set) var fault = 0
    private(set) var deletion: ID<DeletionRow>?
    /// Nil: nobody who had signed in.
    private(set) var user: ID<User>?
    private(set) var userName = ""
    private(set) var startedAt = Timestamp(milliseconds: 0)
    private(set) var finishedAt: Timestamp?

    static let record = Record(PurgeRunRecord()) {
        Column("id", \.id)
        Column("kind", \.kind)
        Column("detail", \.detail)
        Column("planned", \.planned)
        Column("marked", \.marked)
        Column("items", \.items)
        Column("bytes", \.bytes)
        Column("newly_held", \.newlyHeld)
        Column("is_policy_longer", \.isPolicyLonger)
        Column("fault", \.fault)
        Column("deletion_id", \.deletion)
        Column("user_id", \.user)
        Column("user_name", \.userName)
        Column("started_at", \.startedAt)
        Column("finished_at", \.finishedAt)
    }

    private init() {}
}

struct PurgeRunFilter {
    var kind: MediaKind?
    var from: Timestamp?
    var until: Timestamp?
}

enum PurgeRunStore {
    /// As long as the Deletion history, whose entries they explain.
    static let kept = Duration.seconds(92 * 86400)

    /// One page, newest first. Of an account there are some thousands at most: four a night, and those that somebody asked for.
    static func page(
        of account: ID<Account>, _ filter: PurgeRunFilter, at position: PagePosition<PurgeRun>, size: Int, on connection: any Connection
    ) throws -> Keyset<PurgeRunRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        var conditions: SQL = ""
        if let kind = filter.kind { conditions += " AND kind = \(kind)" }
        if let from = filter.from { conditions += " AND started_at >= \(from)" }
        if let until = filter.until { conditions += " AND started_at < \(until)" }
        let records = try connection.rows(
            """
            SELECT \(PurgeRunRecord.record.columns) FROM purge_runs
            WHERE account_id = \(account) \(conditions) \(position.condition(on: "id")) ORDER BY id \(direction) LIMIT \(size + 1)
            """, PurgeRunRecord.record.decode)
        return Keyset(records, size: size, position)
    }

    /// They have purged, or are purging, what they were shown at this time.
    static func hasRun(
        since shownAt: Timestamp, by user: ID<User>, in account: ID<Account>, on connection: any Connection
    ) throws -> Bool {
        try connection.value(
            "SELECT 1 FROM purge_runs WHERE account_id = \(account) AND user_id = \(user) AND started_at > \(shownAt) LIMIT 1", as: Int.self
        )
            != nil
    }

    static func count(before time: Timestamp, on connection: any Connection) throws -> Int {
        try connection.value("SELECT COUNT(*) FROM purge_runs WHERE started_at < \(time) AND finished_at IS NOT NULL") ?? 0
    }

    /// How many it deleted. What has more to do stays until it has done it.
    static func delete(before time: Timestamp, upTo limit: Int, on connection: any Connection) throws -> Int {
        try connection.execute(
            """
            DELETE FROM purge_runs WHERE id IN (
                SELECT id FROM purge_runs WHERE started_at < \(time) AND finished_at IS NOT NULL ORDER BY started_at LIMIT \(limit))
            """)
    }
}
