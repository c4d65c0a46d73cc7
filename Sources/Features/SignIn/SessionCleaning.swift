// Sessions that have ended by time, and browsers that have not been seen for a year, are nobody's business any more.

import Cron
import Database
import Time
import Web

struct SessionCleaning {
    let site: Site

    func job() throws -> Job {
        let expression = try CronExpression("17 * * * *")
        return Job(name: "sessions", schedule: { Schedule(expression: expression, zone: .utc) }) { _ in try run() }
    }

    func run() throws {
        try site.database.write { connection in
            try site.sessions.deleteExpired(on: connection)
            try SignInStore(clock: site.clock).deleteOldDevices(on: connection)
            try SignInChoices(clock: site.clock).deleteOld(on: connection)
            try SignInOpenings(clock: site.clock).deleteOld(on: connection)
            try PasswordLinks(clock: site.clock).deleteOld(on: connection)
            try UserImportStore(ids: site.ids, clock: site.clock).deleteOld(on: connection)
        }
        site.refused.flush()
    }
}
