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

    static func stock(of account: ID<Account>, on connection: any Connection) throws -> [MediaKind: MediaStock] {
        var stock: [MediaKind: MediaStock] = [:]
        try connection.forEachRow(
            """
            SELECT kind, is_held, COUNT(*), COALESCE(SUM(bytes), 0), MIN(recorded_at) FROM media_files
            WHERE account_id = \(account) AND state = 'live' GROUP BY kind, is_held
            """
        ) { row in
            let kind = try row.next(MediaKind.self)
            let isHeld = try row.next(Bool.self)
            let items = try row.next(Int.self)
            var sum = stock[kind] ?? MediaStock()
            sum.items += items
            sum.bytes += try row.next(Int.self)
            let oldest = try row.next(Timestamp.self)
            sum.oldest = min(sum.oldest ?? oldest, oldest)
            if isHeld { sum.held = items }
            stock[kind] = sum
        }
        return stock
    }

    /// What a purge at `instant` would delete under `policy`, or under the stored one.
    static func figures(
        of account: ID<Account>, under policy: RetentionPolicy? = nil, asOf instant: Timestamp, on connection: any Connection
    ) throws -> [PurgeFigures] {
        let policy = try policy ?? self.policy(of: account, on: connection)
        return try MediaKind.allCases.map { kind in
            var figures = PurgeFigures(kind: kind, days: policy.days[kind], cutoff: policy.cutoff(of: kind, asOf: instant))
            guard let cutoff = figures.cutoff else { return figures }
            try connection.forEachRow(
                """
                SELECT is_held, COUNT(*), COALESCE(SUM(bytes), 0), MIN(recorded_at), MAX(recorded_at), COUNT(connector) FROM media_files
                WHERE account_id = \(account) AND kind = \(kind) AND state = 'live' AND is_held IN (0, 1) AND recorded_at < \(cutoff)
                GROUP BY is_held
                """
            ) { row in
                let isHeld = try row.next(Bool.self)
                let items = try row.next(Int.self)
                if isHeld {
                    figures.held = items
                } else {
                    figures.planned = items
                    figures.items = items
                    figures.bytes = try row.next()
                    figures.oldest = try row.next()
                    figures.newest = try row.next()
                    figures.connectorCopies = try row.next()
                }
            }
            return figures
        }
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
            }, held: try PurgeGuardStore.held(RetentionPurge.job(of: account), on: connection))
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
