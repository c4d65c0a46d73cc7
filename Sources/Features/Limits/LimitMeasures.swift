// What is measured and never refused: the events of a day in the account's zone, each counted once, and what the stored media take. Every
// quarter of an hour, when midnights are everywhere; the notices that are over end with it.

import Cron
import Database
import Delivery
import Logging
import Threading
import Time
import Web

struct LimitMeasures {
    /// Events that are counted, and accounts that are measured, in one transaction.
    private static let eventBatch = 2000
    private static let accountBatch = 50
    /// A transaction that has taken its ids may not be there yet.
    private static let delay = Duration.seconds(10)
    /// Days are kept as long as the Deletion history.
    private static let kept = 92

    private let app: App
    private let limits: [Limit]

    init(_ app: App) {
        self.app = app
        limits = app.features.allLimits
    }

    private var site: Site { app.site }

    func job() throws -> Job {
        let expression = try CronExpression("*/15 * * * *")
        return Job(name: "limits", schedule: { Schedule(expression: expression, zone: .utc) }) { run in try self.run { run.isStopping } }
    }

    /// At once, on a thread of its own: a page is not to wait a quarter of an hour for its figures.
    func begin() throws {
        try OwnThread.start("limits") { [self] in
            do { try run() } catch DatabaseError.closed { return } catch { site.logger.error("Limits could not be measured: \(error)") }
        }
    }

    func run(until isStopping: () -> Bool = { false }) throws {
        while !isStopping(), try countEvents() {}
        try measureAccounts(until: isStopping)
        for told in try site.database.read(AlertStore.limitsTold) where !isStopping() {
            guard let limit = limits.first(where: { $0.name == told.limit }) else { continue }
            try site.database.write { connection in
                try connection.lock(told.account)
                try app.alerts.follow(limit, in: told.account, on: connection)
            }
        }
    }

    /// False when there are no more, or another thread counts them.
    private func countEvents() throws -> Bool {
        let end = ID<Event>.first(at: site.clock.now() - Self.delay)
        let (start, events) = try site.database.read { connection in
            let start = try LimitMeasureStore.countedTo(on: connection)
            return (start, try LimitMeasureStore.events(after: start, before: end, limit: Self.eventBatch, on: connection))
        }
        guard let last = events.last else { return false }
        var counts: [LimitMeasureStore.Day: Int] = [:]
        for event in events where event.counts {
            guard let zone = event.zone else { continue }
            counts[.init(account: event.account, date: site.zone(zone).civil(event.acceptedAt).date), default: 0] += 1
        }
        let now = site.clock.now()
        return try site.database.write { connection in
            guard try LimitMeasureStore.advance(from: start, to: last.id, on: connection) else { return false }
            for (day, count) in counts { try LimitMeasureStore.add(count, to: day, at: now, on: connection) }
            return events.count == Self.eventBatch
        }
    }

    private func measureAccounts(until isStopping: () -> Bool) throws {
        var last: ID<Account>?
        while !isStopping() {
            let accounts = try site.database.read { try LimitMeasureStore.accounts(after: last, limit: Self.accountBatch, on: $0) }
            guard let end = accounts.last else { return }
            last = end.id
            let stored = try accounts.map { account in
                try site.database.read { try LimitMeasureStore.storedBytes(of: account.id, on: $0) }
            }
            let now = site.clock.now()
            try site.database.write { connection in
                for (account, bytes) in zip(accounts, stored) {
                    let today = site.zone(account.zone).civil(now).date
                    let day = LimitMeasureStore.Day(account: account.id, date: today)
                    try LimitMeasureStore.set(bytes, on: day, at: now, on: connection)
                    try LimitMeasureStore.add(0, to: day, at: now, on: connection)
                    try LimitMeasureStore.delete(of: account.id, before: today.adding(days: -Self.kept), on: connection)
                    for limit in [Limit.storage, .events] { try app.alerts.follow(limit, in: account.id, on: connection) }
                }
            }
        }
    }
}

/// All the SQL of what is measured.
enum LimitMeasureStore {
    struct Day: Hashable {
        let account: ID<Account>
        /// In the account's zone.
        let date: CivilDate
    }

    struct CountedEvent {
        let id: ID<Event>
        let account: ID<Account>
        /// Nil: the account is there no more.
        let zone: String?
        let acceptedAt: Timestamp
        /// A test is none of the platform's.
        let counts: Bool
    }

    struct Measure {
        /// Of a day, in the time that was asked about.
        let highest: Int
        let at: Timestamp
    }

    static func newest(_ name: String, of account: ID<Account>) -> SQL {
        "SELECT used FROM account_measures WHERE account_id = \(account) AND name = \(name) ORDER BY day DESC LIMIT 1"
    }

    /// Nil: nothing has been measured yet.
    static func measure(
        _ limit: Limit, of account: ID<Account>, since day: CivilDate, on connection: any Connection
    ) throws -> Measure? {
        let found = try connection.first(
            """
            SELECT MAX(used), MAX(measured_at) FROM account_measures
            WHERE account_id = \(account) AND name = \(limit.name) AND day >= \(day.iso)
            """
        ) { (highest: try $0.next(Int?.self), at: try $0.next(Timestamp?.self)) }
        guard let highest = found?.highest, let at = found?.at else { return nil }
        return Measure(highest: highest, at: at)
    }

    static func countedTo(on connection: any Connection) throws -> ID<Event> {
        try connection.value("SELECT counted_to FROM event_counting") ?? ID(value: 0)
    }

    static func events(after start: ID<Event>, before end: ID<Event>, limit: Int, on connection: any Connection) throws -> [CountedEvent] {
        try connection.rows(
            """
            SELECT e.id, e.account_id, a.time_zone, e.accepted_at, e.is_test FROM events e LEFT JOIN accounts a ON a.id = e.account_id
            WHERE e.id > \(start) AND e.id < \(end) ORDER BY e.id LIMIT \(limit)
            """
        ) { row in
            CountedEvent(
                id: try row.next(), account: try row.next(), zone: try row.next(), acceptedAt: try row.next(),
                counts: try !row.next(Bool.self))
        }
    }

    /// False when somebody else has counted on from there.
    static func advance(from start: ID<Event>, to end: ID<Event>, on connection: any Connection) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO event_counting (id, counted_to) VALUES (1, \(end))
            ON CONFLICT (id) DO UPDATE SET counted_to = excluded.counted_to WHERE event_counting.counted_to = \(start)
            """) == 1
    }

    static func add(_ count: Int, to day: Day, at now: Timestamp, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO account_measures (account_id, name, day, used, measured_at)
            SELECT id, 'events', \(day.date.iso), \(count), \(now) FROM accounts WHERE id = \(day.account) AND state <> 'deleting'
            ON CONFLICT (account_id, name, day)
            DO UPDATE SET used = account_measures.used + excluded.used, measured_at = excluded.measured_at
            """)
    }

    static func set(_ bytes: Int, on day: Day, at now: Timestamp, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO account_measures (account_id, name, day, used, measured_at)
            SELECT id, 'storage', \(day.date.iso), \(bytes), \(now) FROM accounts WHERE id = \(day.account) AND state <> 'deleting'
            ON CONFLICT (account_id, name, day) DO UPDATE SET used = excluded.used, measured_at = excluded.measured_at
            """)
    }

    static func delete(of account: ID<Account>, before day: CivilDate, on connection: any Connection) throws {
        try connection.execute("DELETE FROM account_measures WHERE account_id = \(account) AND day < \(day.iso)")
    }

    static func accounts(
        after last: ID<Account>?, limit: Int, on connection: any Connection
    ) throws -> [(id: ID<Account>, zone: String)] {
        try connection.rows(
            """
            SELECT id, time_zone FROM accounts WHERE id > \(last?.stored ?? "") AND state <> 'deleting' ORDER BY id LIMIT \(limit)
            """
        ) { (id: try $0.next(), zone: try $0.next()) }
    }

    /// From an index that has all of it.
    static func storedBytes(of account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.value(
            "SELECT COALESCE(SUM(bytes), 0) FROM media_files WHERE account_id = \(account) AND state = 'live'") ?? 0
    }
}
