// All the SQL of what is measured.

import Database
import Delivery
import Time
import Web

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
