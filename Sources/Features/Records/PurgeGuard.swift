// To a clock that is wrong everything is old: a start 93 days ahead of time took 97,045 events and 300 recordings, none of them due. No
// scheduled purge trusts the clock for more than it must; what looks like too much at once waits for a person.

import Cron
import Database
import JSON
import Logging
import Time
import Web

/// The rule: **a purge by the clock may take what has come due since it was last through, as long as that is no more than 14 days ago.**
///
/// A night has passed in ordinary operation, and some days of downtime are ordinary too; so nothing is counted or asked then. After a longer
/// gap the purge still goes when nothing has come due beyond the fourteenth day. Otherwise it takes nothing at all, because of a clock
/// that may be wrong nobody knows which part is right, and says so in the log, in the health report, in `hookswitch purge` and, of media, on
/// the retention page. It goes on by itself once the clock is back, or when a person has looked at the figures and let it.
///
/// The gap is between two runs, not between two cutoffs: who has just shortened a retention has seen what that deletes and confirmed it,
/// and is not asked again. Before the first run it is counted from the making of the account, so that a fresh installation, however old the
/// media that it was filled with, is purged in its first night. When a run was last through never goes back, so that a clock which was
/// behind for a while holds nothing either.
///
/// Not behind this are sessions, which end by the same clock anyway, and the daily looks at files without rows, which go by both.
struct PurgeGuard: Sendable {
    /// More than ten days of holidays with the machine off, and less than any retention that somebody relies on for a quarter.
    static let ordinaryGap = Duration.seconds(14 * 86400)

    let site: Site
    /// Told of a purge that waits, where it is one account's.
    let alerts: Alerts?

    init(site: Site, alerts: Alerts? = nil) {
        (self.site, self.alerts) = (site, alerts)
    }

    /// A job that deletes what is old.
    ///
    /// - Parameter due: how many items it would take at an instant.
    func job(
        _ name: String, schedule: @escaping @Sendable () throws -> Schedule,
        due: @escaping @Sendable (Timestamp, any Connection) throws -> Int, run: @escaping @Sendable (JobRun) throws -> Void
    ) -> Job {
        Job(name: name, schedule: schedule) { [self] job in
            let start = site.clock.now()
            try site.reserve.giving {
                guard try mayGo(name, due: due) else { return }
                try run(job)
                if !job.isStopping { try note(name, at: start) }
            }
        }
    }

    /// What a purge at this moment would take beyond its share, with when it was last through; nil when it may go.
    func excess(_ job: String, due: (Timestamp, any Connection) throws -> Int) throws -> HeldPurge? {
        let now = site.clock.now()
        return try site.database.read { connection in
            guard let last = try PurgeGuardStore.lastRun(of: job, on: connection), now - last > Self.ordinaryGap else { return nil }
            let items = try due(now, connection)
            guard items > (try due(last + Self.ordinaryGap, connection)) else { return nil }
            return HeldPurge(job: job, items: items, lastRun: last, heldSince: now)
        }
    }

    /// A purge was through, or a person has looked at what it would take and let it go.
    func note(_ job: String, at time: Timestamp? = nil) throws {
        let time = time ?? site.clock.now()
        try site.database.write { try note(job, at: time, on: $0) }
    }

    func note(_ job: String, at time: Timestamp, on connection: any Connection) throws {
        try PurgeGuardStore.note(job, at: time, on: connection)
        if let account = PurgeGuardStore.account(of: job) { try alerts?.resolve(.purgeHeld, for: account, on: connection) }
    }

    private func mayGo(_ job: String, due: (Timestamp, any Connection) throws -> Int) throws -> Bool {
        guard let held = try excess(job, due: due) else { return true }
        try site.database.write { connection in
            try PurgeGuardStore.hold(held, on: connection)
            guard let account = PurgeGuardStore.account(of: job) else { return }
            try alerts?.raise(.purgeHeld, for: account, ["items": JSONValue(Int64(held.items))], on: connection)
        }
        site.logger.error(
            """
            The purge \(job) waits for a person: it would delete \(held.items) items at once, since it was last through at \
            \(held.lastRun.iso8601), and this machine's clock says \(held.heldSince.iso8601). Set the clock right, or let the purge go on \
            with: hookswitch purge --confirm
            """)
        return false
    }
}

/// A purge that waits for a person.
struct HeldPurge: Sendable, Equatable {
    let job: String
    /// What it would take.
    let items: Int
    /// When it was last through, or when there was first something for it to do.
    let lastRun: Timestamp
    let heldSince: Timestamp
}
