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
