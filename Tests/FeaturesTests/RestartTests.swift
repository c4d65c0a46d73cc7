// What must hold from one process to the next.

import Database
import Delivery
import Features
import Foundation
import TestSupport
import Testing
import Time
import Web

@Suite("Restart")
struct RestartTests {
    @Test("Order holds over a restart with a clock that stepped back")
    func order() throws {
        let folder = NSTemporaryDirectory() + "hookswitch-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = ManualClock(try #require(Timestamp(iso8601: "2026-11-22T13:05:09Z")))
        let earlier = try event(folder, clock)
        clock.step(by: .seconds(-3600))
        #expect(try event(folder, clock) > earlier)
    }

    /// A process that accepts one event and ends.
    private func event(_ folder: String, _ clock: ManualClock) throws -> ID<Event> {
        let application = try TestApp.empty(folder: folder, clock: clock.clock)
        defer { application.stop(within: .seconds(1)) }
        let site = application.app.site
        let id = site.ids.next(Event.self)
        try site.database.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO events (id, account_id, event_type, event_time, accepted_at, body, is_test)
                VALUES (\(id), 'a', 'cdr', 0, 0, '{}', 0)
                """)
        }
        return id
    }
}
