// Runs one of the product's jobs as its scheduler would, at the time of the test's clock.

import Cron
import Database
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

extension TestApp {
    /// Runs the job as if it had last run two days ago. Fails when there is none of this name, or it throws.
    func runJob(_ name: String) throws {
        let running = application.running
        let now = clock.clock.now()
        try site.database.write { try PurgeGuardStore.note(name, at: now - .seconds(2 * 86400), on: $0) }
        let ran = Mutex(false)
        let failure = Mutex<(any Error)?>(nil)
        let scheduler = Scheduler(
            jobs: { try running.flatMap { try $0.jobs() }.filter { $0.name == name } }, clock: clock.clock,
            claim: { _, _ in
                ran.withLock { $0 = true }
                return true
            }, lastRun: { _ in now - .seconds(2 * 86400) }, onError: { _, error in failure.withLock { $0 = error } })
        scheduler.tick(at: now)
        if let failure = failure.withLock({ $0 }) { throw failure }
        #expect(ran.withLock { $0 }, "no job \(name)")
    }
}
