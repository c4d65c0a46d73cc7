// All the SQL of policies and figures; that of a purge is in PurgeStore.

import Database
import Time
import Web

enum RetentionStore {
    /// A purge that has more to do.
    struct Progress {
        let kind: MediaKind
        let planned: Int
        let items: Int
        let startedAt: Timestamp
    }

    struct Check {
        let checkedAt: Timestamp
        let quarantined: Int
        let missing: Int
    }

    struct State {
        let unfinished: [Progress]
        let check: Check?
        /// The nightly purge, when it waits for a person.
        let held: HeldPurge?
        let lastPurge: Timestamp?
    }

    struct AccountPlace {
        let id: ID<Account>
        let timeZone: String
        let language: String
    }

    // MARK: Policies

    static func policy(of account: ID<Account>, on connection: any Connection) throws -> RetentionPolicy {
        var policy = RetentionPolicy()
        policy.version = try connection.value("SELECT version FROM retention_versions WHERE account_id = \(account)") ?? 0
        try connection.forEachRow("SELECT kind, days FROM retention_policies WHERE account_id = \(account)") { row in
            policy.days[try row.next()] = try row.next(Int.self)
        }
        return policy
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime.
    static func save(_ policy: RetentionPolicy, of account: ID<Account>, on connection: any Connection) throws {
        let isCurrent =
            if policy.version == 0 {
                try connection.execute("INSERT INTO retention_versions (account_id, version) VALUES (\(account), 1) ON CONFLICT DO NOTHING")
                    > 0
            } else {
                try connection.execute(
                    "UPDATE retention_versions SET version = version + 1 WHERE account_id = \(account) AND version = \(policy.version)") > 0
            }
        guard isCurrent else { throw Refusal.stale }
        try connection.execute("DELETE FROM retention_policies WHERE account_id = \(account)")
        for (kind, days) in policy.days {
            try connection.execute("INSERT INTO retention_policies (account_id, kind, days) VALUES (\(account), \(kind), \(days))")
        }
    }

    // MARK: Figures

    /// What is stored, counted up to `MediaStock.countedTo` of each kind, the oldest first: the page costs the same however much it is.
    static func stock(of account: ID<Account>, on connection: any Connection) throws -> [MediaKind: MediaStock] {
        try MediaKind.allCases.reduce(into: [:]) { stocks, kind in
            var stock = MediaStock()
            for isHeld in [false, true] {
                try connection.forEachRow(
                    """
                    SELECT COUNT(*), COALESCE(SUM(bytes), 0), MIN(recorded_at) FROM (
                        SELECT bytes, recorded_at FROM media_files
                        WHERE account_id = \(account) AND kind = \(kind) AND state = 'live' AND is_held = \(isHeld)
                        ORDER BY recorded_at LIMIT \(MediaStock.countedTo + 1)) first
                    """
                ) { row in
                    let items = try row.next(Int.self)
                    stock.items += items
                    stock.bytes += try row.next(Int.self)
                    if isHeld { stock.held = items }
                    if let oldest = try row.next(Timestamp?.self) { stock.oldest = min(stock.oldest ?? oldest, oldest) }
                }
            }
            if stock.items > 0 { stocks[kind] = stock }
        }
    }

    /// What files between two moments sum up to.
    struct Part {
        var items = 0
        var bytes = 0
        var oldest: Timestamp?
        var newest: Timestamp?
        var copies = 0
        /// Where the next part begins; nil: this was the last.
        var end: Timestamp?
    }

    /// What a purge at `instant` would delete by the stored policy, at one moment.
    static func figures(of account: ID<Account>, asOf instant: Timestamp, on connection: any Connection) throws -> [PurgeFigures] {
        try PurgeFigures.due(of: account, under: try policy(of: account, on: connection), asOf: instant) { try $0(connection) }
    }

    /// - Parameter size: so many files, or more of one moment.
    static func part(
        of account: ID<Account>, _ kind: MediaKind, isHeld: Bool, from start: Timestamp?, until cutoff: Timestamp, size: Int,
        on connection: any Connection
    ) throws -> Part {
        // One bound above, never two: SQLite would seek by the first and read on to there.
        func due(until end: Timestamp) -> SQL {
            let due: SQL = """
                FROM media_files
                WHERE account_id = \(account) AND kind = \(kind) AND state = 'live' AND is_held = \(isHeld) AND recorded_at < \(end)
                """
            return start.map { due + " AND recorded_at >= \($0)" } ?? due
        }
        let next: Timestamp? = try connection.value(
            "SELECT recorded_at \(due(until: cutoff)) ORDER BY recorded_at LIMIT 1 OFFSET \(size)")
        var part = Part()
        // All of a moment are in the same part.
        part.end = next.map { next in start.map { max(next, $0 + .milliseconds(1)) } ?? next }
        try connection.forEachRow(
            """
            SELECT COUNT(*), COALESCE(SUM(bytes), 0), MIN(recorded_at), MAX(recorded_at), COUNT(connector)
            \(due(until: part.end ?? cutoff))
            """
        ) {
            (part.items, part.bytes, part.oldest, part.newest, part.copies) =
                (try $0.next(), try $0.next(), try $0.next(), try $0.next(), try $0.next())
        }
        return part
    }

    static func state(of account: ID<Account>, on connection: any Connection) throws -> State {
        State(
            unfinished: try connection.rows(
                "SELECT kind, planned, items, started_at FROM purge_runs WHERE account_id = \(account) AND finished_at IS NULL ORDER BY id"
            ) { row in
                Progress(kind: try row.next(), planned: try row.next(), items: try row.next(), startedAt: try row.next())
            },
            check: try connection.first(
                "SELECT checked_at, quarantined, missing FROM media_checks WHERE account_id = \(account)"
            ) { row in
                Check(checkedAt: try row.next(), quarantined: try row.next(), missing: try row.next())
            }, held: try PurgeGuardStore.held(RetentionPurge.job(of: account), on: connection),
            lastPurge: try connection.value("SELECT ran_at FROM purge_marks WHERE job = \(RetentionPurge.job(of: account))"))
    }

    // MARK: Accounts and checks

    static func accounts(on connection: any Connection) throws -> [AccountPlace] {
        try connection.rows("SELECT id, time_zone, language FROM accounts ORDER BY id", place)
    }

    static func place(of account: ID<Account>, on connection: any Connection) throws -> AccountPlace? {
        try connection.first("SELECT id, time_zone, language FROM accounts WHERE id = \(account)", place)
    }

    private static func place(_ row: Row) throws -> AccountPlace {
        AccountPlace(id: try row.next(), timeZone: try row.next(), language: try row.next())
    }
}
