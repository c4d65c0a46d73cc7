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
        let earlier = try delivery(folder, clock)
        clock.step(by: .seconds(-3600))
        #expect(try delivery(folder, clock) > earlier)
    }

    /// A process that makes one delivery and ends.
    private func delivery(_ folder: String, _ clock: ManualClock) throws -> ID<WebhookDelivery> {
        let application = try TestApp.empty(folder: folder, clock: clock.clock)
        defer { application.stop(within: .seconds(1)) }
        let site = application.app.site
        let id = site.ids.next(WebhookDelivery.self)
        try site.database.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, state, attempt,
                    manual, accepted_at)
                VALUES (\(id), 'a', 'w', '', 'e', 'cdr', '', '', 'failed', 1, 0, 0)
                """)
        }
        return id
    }
}
