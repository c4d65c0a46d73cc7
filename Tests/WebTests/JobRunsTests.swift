// When a job last ran, as the scheduler asks after a restart.

import Database
import TestSupport
import Testing
import Time
import Web

@Suite("Runs of jobs")
struct JobRunsTests {
    @Test("A job that never ran owes what was due since there was an account, so the first night that is missed is caught up")
    func firstRun() throws {
        let test = try TestApp()
        let made = test.site.clock.now()
        test.clock.advance(by: .seconds(86400))
        #expect(try test.site.lastRun(of: "sessions") == made)
    }

    @Test("The purge of an account owes nothing from before the account")
    func accountJob() throws {
        let test = try TestApp()
        test.clock.advance(by: .seconds(86400))
        let later = test.site.clock.now()
        try test.site.database.write { connection in
            _ = try connection.execute("UPDATE accounts SET created_at = \(later) WHERE id = \(test.globex)")
        }
        #expect(try test.site.lastRun(of: "purge:\(test.globex)") == later)
    }

    @Test("A run is claimed once, and is then the last")
    func claim() throws {
        let test = try TestApp()
        #expect(try test.site.claimRun(of: "sessions", nominal: "2026-11-22T14:17"))
        test.clock.advance(by: .seconds(3600))
        #expect(try !test.site.claimRun(of: "sessions", nominal: "2026-11-22T14:17"))
        #expect(try test.site.claimRun(of: "sessions", nominal: "2026-11-22T15:17"))
        #expect(try test.site.lastRun(of: "sessions") == test.site.clock.now())
    }
}
