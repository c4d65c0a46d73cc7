// The history of webhooks is kept three months: each night what is older goes, a little at a time, and the Deletion history says
// how much it was.

import Cron
import Database
import Delivery
import Time
import Web

struct WebhookHistoryPurge {
    /// Events in one transaction: everybody's writes wait for it.
    private static let batch = 200

    let site: Site

    func job() throws -> Job {
        let expression = try CronExpression("15 4 * * *")
        return PurgeGuard(site: site).job(
            "webhook-history", schedule: { Schedule(expression: expression, zone: .utc) },
            due: { try HistoryPurge.count(before: $0 - DeliveryFilter.kept, on: $1) },
            run: { run in try purge(isStopping: { run.isStopping }) })
    }

    func purge(isStopping: () -> Bool = { false }) throws {
        let oldest = site.clock.now() - DeliveryFilter.kept
        // One entry an account and run, which grows in the transaction of each batch.
        var entries: [ID<Account>: ID<DeletionRow>] = [:]
        var next: ID<Event>?
        while !isStopping() {
            var written = entries
            let progress = try HistoryPurge.purge(before: oldest, from: next, limit: Self.batch, in: site.database) { counts, connection in
                written = entries
                for (account, count) in counts {
                    if let entry = written[account] {
                        try WebhookHistoryStore.grow(entry, by: count, of: account, on: connection)
                    } else {
                        written[account] = try Deletion(
                            account: account, user: nil, userName: UnnamedActor.system.rawValue, entity: .webhookHistory, detail: "",
                            planned: count, items: count, bytes: 0
                        ).record(site, on: connection)
                    }
                }
            }
            entries = written
            guard let following = progress.next else { return }
            next = following
        }
    }
}

enum WebhookHistoryStore {
    static func grow(_ entry: ID<DeletionRow>, by count: Int, of account: ID<Account>, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE deletions SET planned = planned + \(count), items = items + \(count)
            WHERE id = \(entry) AND account_id = \(account)
            """)
    }
}
