// The records of what happened would grow for ever: the change log is kept two years, the runs of jobs and of purges, and those who
// were not let in, a quarter of one.

import Cron
import Database
import Mail
import Time
import Web

extension Feature {
    static let records = Feature(migrations: PurgeGuardSchema.migrations) { app in
        Running(jobs: { [try RecordPurge(site: app.site).job(), try Feature.reserve(app.site)] })
    }
}

extension Feature {
    /// Makes the room that is kept for deleting whole again, once there is enough.
    private static func reserve(_ site: Site) throws -> Job {
        let expression = try CronExpression("41 * * * *")
        return Job(name: "disk-reserve", schedule: { Schedule(expression: expression, zone: .utc) }) { _ in site.reserve.make() }
    }
}

struct RecordPurge {
    /// Two years, one of them a leap year.
    static let auditKept = Duration.seconds(731 * 86400)
    /// As long as the Deletion history, which the runs of the purges explain.
    static let runsKept = Duration.seconds(92 * 86400)
    /// Small, so that nobody's write waits long behind one.
    static let batch = 500

    let site: Site

    func job() throws -> Job {
        let expression = try CronExpression("5 4 * * *")
        return PurgeGuard(site: site).job(
            "records", schedule: { Schedule(expression: expression, zone: .utc) }, due: Self.due,
            run: { run in try self.run { run.isStopping } })
    }

    /// What became of mail and SMS, as long as the Deletion history.
    static let mailKept = Duration.seconds(92 * 86400)

    /// Notices that are over, as long too.
    static let alertsKept = Duration.seconds(92 * 86400)

    /// What a stop leaves goes the next night.
    func run(until isStopping: () -> Bool = { false }) throws {
        let now = site.clock.now()
        while !isStopping(), try deleteAudit(before: now - Self.auditKept) == Self.batch {}
        while !isStopping(), try deleteRuns(before: now - Self.runsKept) == Self.batch {}
        while !isStopping(), try deletePurgeRuns(before: now - PurgeRunStore.kept) == Self.batch {}
        while !isStopping(), try deleteMail(before: now - Self.mailKept) == Self.batch {}
        while !isStopping(), try deleteTexts(before: now - Self.mailKept) == Self.batch {}
        while !isStopping(), try deleteAlerts(before: now - Self.alertsKept) == Self.batch {}
        while !isStopping(), try deleteKeys(before: now - KeyStore.kept) == Self.batch {}
        while !isStopping(), try deleteRefused(before: now - RefusedEntries.kept) == Self.batch {}
    }

    /// At most; of the runs some are kept.
    private static func due(at instant: Timestamp, on connection: any Connection) throws -> Int {
        let audit = try connection.value("SELECT COUNT(*) FROM audit WHERE at < \(instant - auditKept)", as: Int.self) ?? 0
        let purges = try PurgeRunStore.count(before: instant - PurgeRunStore.kept, on: connection)
        return audit + purges
            + (try connection.value("SELECT COUNT(*) FROM job_runs WHERE started_at < \(instant - runsKept)", as: Int.self) ?? 0)
    }

    private func deleteAudit(before time: Timestamp) throws -> Int {
        try site.database.write { connection in
            try connection.execute(
                "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < \(time) ORDER BY at LIMIT \(Self.batch))")
        }
    }

    private func deletePurgeRuns(before time: Timestamp) throws -> Int {
        try site.database.write { try PurgeRunStore.delete(before: time, upTo: Self.batch, on: $0) }
    }

    private func deleteMail(before time: Timestamp) throws -> Int {
        try site.database.write { try Mailer.delete(before: time, upTo: Self.batch, on: $0) }
    }

    private func deleteTexts(before time: Timestamp) throws -> Int {
        try site.database.write { try SMSOutboxStore.delete(before: time, upTo: Self.batch, on: $0) }
    }

    private func deleteAlerts(before time: Timestamp) throws -> Int {
        try site.database.write { try AlertStore.delete(before: time, upTo: Self.batch, on: $0) }
    }

    /// Also closes those that have expired, so that they do not count.
    private func deleteKeys(before time: Timestamp) throws -> Int {
        try site.database.write { try KeyStore(site).deleteEnded(before: time, upTo: Self.batch, on: $0) }
    }

    private func deleteRefused(before time: Timestamp) throws -> Int {
        try site.database.write { try RefusedEntries.delete(before: time, upTo: Self.batch, on: $0) }
    }

    /// All but each job's last, from which the scheduler knows what it still owes.
    private func deleteRuns(before time: Timestamp) throws -> Int {
        try site.database.write { connection in
            try connection.execute(
                """
                DELETE FROM job_runs WHERE (job, nominal) IN (
                    SELECT r.job, r.nominal FROM job_runs r
                    WHERE r.started_at < \(time)
                        AND EXISTS (SELECT 1 FROM job_runs later WHERE later.job = r.job AND later.started_at > r.started_at)
                    ORDER BY r.started_at LIMIT \(Self.batch))
                """)
        }
    }
}
