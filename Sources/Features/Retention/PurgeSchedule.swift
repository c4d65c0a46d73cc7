// When purges run: each night at a quarter past three on the account's own clocks.

import Cron
import Database
import Time
import Web

struct PurgeSchedule: Sendable {
    private let expression: CronExpression
    private let inventoryExpression: CronExpression
    private let site: Site
    private let alerts: Alerts
    private let purge: RetentionPurge

    init(_ app: App) throws {
        expression = try CronExpression("15 3 * * *")
        inventoryExpression = try CronExpression("5 4 * * *")
        (site, alerts) = (app.site, app.alerts)
        purge = RetentionPurge(app)
    }

    /// The next purge of an account in this zone.
    func next(after instant: Timestamp, in zone: Zone) -> Timestamp? {
        Schedule(expression: expression, zone: zone).next(after: instant)?.at
    }

    /// One for each account there is now, and the daily look at files and rows.
    func jobs() throws -> [Job] {
        let purges = try site.database.read { try RetentionStore.accounts(on: $0) }.map { account in
            PurgeGuard(site: site, alerts: alerts).job(
                RetentionPurge.job(of: account.id),
                schedule: { [expression, site] in Schedule(expression: expression, zone: site.zone(account.timeZone)) },
                due: { try RetentionStore.figures(of: account.id, asOf: $0, on: $1).items },
                run: { [purge] run in _ = try purge.run(account.id, by: .system) { run.isStopping } })
        }
        let inventory = Job(
            name: "media-inventory", schedule: { [inventoryExpression] in Schedule(expression: inventoryExpression, zone: .utc) },
            run: { [site] run in try MediaInventory(site: site).checkAll { run.isStopping } })
        return purges + [inventory]
    }
}
