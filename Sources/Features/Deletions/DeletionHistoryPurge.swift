// The Deletion history itself is kept three months: a job of its own takes what is older, a little at a time.

import Cron
import Database
import Time
import Web

struct DeletionHistoryPurge {
    /// Three months of at most 31 days.
    static let kept = Duration.seconds(92 * 86400)
    private static let batch = 500

    let site: Site

    func job() throws -> Job {
        let expression = try CronExpression("45 3 * * *")
        return PurgeGuard(site: site).job(
            "deletion-history", schedule: { Schedule(expression: expression, zone: .utc) },
            due: { try DeletionStore.count(before: $0 - Self.kept, on: $1) }, run: { _ in try run() })
    }

    func run() throws {
        let oldest = site.clock.now() - Self.kept
        while try site.database.write({ try DeletionStore.delete(before: oldest, limit: Self.batch, on: $0) }) == Self.batch {}
    }
}
