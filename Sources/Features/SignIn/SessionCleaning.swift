// Sessions that have ended by time, and browsers that have not been seen for a year, are nobody's business any more.

import Cron
import Time
import Web

struct SessionCleaning {
    let store: SignInStore

    func job() throws -> Job {
        let expression = try CronExpression("17 * * * *")
        return Job(name: "sessions", schedule: { Schedule(expression: expression, zone: .utc) }) { _ in try run() }
    }

    func run() throws {
        try store.site.sessions.deleteExpired()
        try store.deleteOldDevices()
        try SignInChoices(site: store.site).deleteOld()
    }
}
