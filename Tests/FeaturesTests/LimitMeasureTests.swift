// What is measured and never refused: events of a day, each once, and the storage of media.

import Database
import Delivery
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Measured limits")
struct LimitMeasureTests {
    private let test: TestApp
    private let alice: Browser
    private let measures: LimitMeasures

    init() throws {
        // An hour before midnight in Paris.
        test = try TestApp(at: try #require(Timestamp(iso8601: "2026-11-22T22:00:00Z")))
        alice = try test.browser(test.alice)
        measures = LimitMeasures(test.app)
    }

    private func accept(_ count: Int, in account: ID<Account>) throws {
        for _ in 0..<count { _ = try test.accept("call:end", data: ["call_id": "c"], in: account) }
    }

    private func measure() throws {
        test.clock.advance(by: .seconds(60))
        try measures.run()
    }

    private func used(_ limit: Limit, of account: ID<Account>? = nil) throws -> Int {
        try test.site.database.read { try limit.usage(of: account ?? self.test.acme, on: $0) }.used
    }

    private func notices() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows(
                "SELECT kind, subject FROM alerts WHERE account_id = \(self.test.acme) AND resolved_at IS NULL ORDER BY kind, subject"
            ) { "\(try $0.next(String.self)) \(try $0.next(String.self))" }
        }
    }

    @Test("Events count once, on their day in the account's zone, and the highest day of the last thirty is told")
    func events() throws {
        #expect(alice.get("/settings/limits").text.contains("Not measured yet."))
        try accept(3, in: test.acme)
        try accept(1, in: test.globex)
        try measure()
        try measures.run()
        #expect(try used(.events) == 3 && used(.events, of: test.globex) == 1)
        try accept(2, in: test.acme)
        try measure()
        #expect(try used(.events) == 5)
        // Past midnight in Paris it is another day, also while nothing has come.
        test.clock.advance(by: .seconds(2 * 3600))
        try measures.run()
        #expect(try used(.events) == 0)
        try accept(1, in: test.acme)
        try measure()
        #expect(try used(.events) == 1)
        let page = try test.browser(test.alice).get("/settings/limits").text
        #expect(page.contains("highest in 30 days: 5") && page.contains("Measured, never refused."))
        test.clock.advance(by: .seconds(40 * 86_400))
        try measures.run()
        #expect(try test.browser(test.alice).get("/settings/limits").text.contains("highest in 30 days: 0"))
    }

    @Test("Two that count at once count each event once")
    func twice() throws {
        try accept(4, in: test.acme)
        test.clock.advance(by: .seconds(60))
        let start = try test.site.database.read { try LimitMeasureStore.countedTo(on: $0) }
        try measures.run()
        // Another process that had read the same events before.
        let isAdvanced = try test.site.database.write { connection in
            try LimitMeasureStore.advance(from: start, to: ID(value: 1 << 50), on: connection)
        }
        #expect(!isAdvanced)
        #expect(try used(.events) == 4)
    }

    @Test("Storage and events beyond their limit refuse nothing, and the administrators are told until it is over")
    func beyond() throws {
        let now = test.site.clock.now()
        let file = test.site.ids.next(MediaFile.self)
        try test.site.database.write { connection in
            try Limit.storage.setMaximum(2, of: self.test.acme, on: connection)
            try Limit.events.setMaximum(2, of: self.test.acme, on: connection)
            try connection.execute(
                """
                INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, created_at)
                VALUES (\(file), \(self.test.acme), 'recordings', 'wav', 1700000000, \(now), \(now))
                """)
        }
        try accept(2, in: test.acme)
        try measure()
        #expect(try notices() == ["limit_near storage", "limit_reached events"])
        try accept(1, in: test.acme)
        try measure()
        #expect(try used(.events) == 3)
        let alerts = try test.browser(test.alice).get("/alerts").text
        #expect(alerts.contains("1 GB of 2 GB") && alerts.contains("2 events have come today; the limit is 2. Nothing is refused."))
        let page = try test.browser(test.alice).get("/settings/limits").text
        #expect(page.contains("1.7\u{A0}GB") && page.contains("2\u{A0}GB") && page.contains("Near the limit"))
        let staffs = try test.browser(test.olivia).get("/operator/accounts/acme/limits").text
        #expect(staffs.contains("1.7\u{A0}GB") && staffs.contains("Measured, never refused."))
        let call = test.call(.get, "/api/v1/accounts/acme/limits", key: try test.key(of: test.acme, scopes: [.readLimits]))
        let items = try #require(try JSONValue(parsing: call.bytes)["items"]?.array)
        #expect(items.count == test.app.features.flatMap(\.limits).count)
        #expect(
            items.first { $0["name"] == "storage" } == [
                "name": "storage", "used": 1_700_000_000, "maximum": 2_000_000_000, "unit": "bytes", "state": "near",
                "is_adjustable": true, "is_measured": true,
            ])
        #expect(items.first { $0["name"] == "events" }?["state"] == "reached")
        // Midnight, and a purge.
        try test.site.database.write { _ = try $0.execute("DELETE FROM media_files WHERE id = \(file)") }
        test.clock.advance(by: .seconds(3 * 3600))
        try measures.run()
        #expect(try notices() == [])
    }

    @Test("Nothing is measured of an account that is being deleted")
    func deleting() throws {
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET state = 'deleting' WHERE id = \(self.test.globex)") }
        try accept(1, in: test.acme)
        try measure()
        let rows = try test.site.database.read {
            try $0.value("SELECT COUNT(*) FROM account_measures WHERE account_id = \(self.test.globex)", as: Int.self)
        }
        #expect(rows == 0)
    }
}
