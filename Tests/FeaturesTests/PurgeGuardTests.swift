// A clock that is wrong makes everything old, and nothing of it may go before somebody has looked.

import Cron
import Database
import Delivery
import Foundation
import HTTP
import JSON
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Purges by the clock")
struct PurgeGuardTests {
    private static let day = Duration.seconds(86400)

    /// All jobs of the product, as one night's scheduler would run them.
    private func night(_ test: TestApp) throws {
        let now = test.clock.clock.now()
        let running = test.application.running
        let faults = Mutex<[String]>([])
        let scheduler = Scheduler(
            jobs: { try running.flatMap { try $0.jobs() } }, clock: test.clock.clock, claim: { _, _ in true },
            lastRun: { _ in now - Self.day }, onError: { job, error in faults.withLock { $0.append("\(job): \(error)") } })
        scheduler.tick(at: now)
        #expect(faults.withLock { $0 } == [])
    }

    /// How many rows each table has that a purge takes from.
    private func counts(_ test: TestApp) throws -> [String: Int] {
        let tables: [(String, SQL)] = [
            ("events", "SELECT COUNT(*) FROM events"), ("media", "SELECT COUNT(*) FROM media_files"),
            ("deletions", "SELECT COUNT(*) FROM deletions"), ("audit", "SELECT COUNT(*) FROM audit"),
            ("runs", "SELECT COUNT(*) FROM job_runs"),
        ]
        return try test.site.database.read { connection in
            try tables.reduce(into: [:]) { $0[$1.0] = try connection.value($1.1) ?? 0 }
        }
    }

    /// An installation that has run for 100 days: each day an event, a recording, a deletion, a change and a run of a job.
    private func installation(_ test: TestApp) throws {
        let start = test.clock.clock.now()
        try test.setPolicy(days: 50)
        let (site, acme) = (test.site, test.acme)
        for day in 0..<100 {
            test.clock.set(start + Self.day * day)
            let now = test.clock.clock.now()
            try test.addMedia(days: 0)
            try site.database.write { connection in
                let id = site.ids.next(AuditRow.self).description
                try connection.execute(
                    """
                    INSERT INTO audit (id, account_id, user_name, action, subject, request_id, at)
                    VALUES (\(id), \(acme), 'Ann', 'x', '', '-', \(now - Self.day * 700))
                    """)
                try connection.execute("INSERT INTO job_runs (job, nominal, started_at) VALUES ('old', \(now.iso8601), \(now))")
                _ = try Deletion(
                    account: acme, user: nil, userName: "Ann", entity: .recordings, detail: "", planned: 1, items: 1, bytes: 1
                ).record(site, on: connection)
            }
            try test.accept(in: acme)
            if day % 7 == 6 { try night(test) }
        }
        try night(test)
    }

    private func health(_ test: TestApp) throws -> JSONValue {
        let response = test.application.pipeline.respond(to: Request(path: "/healthz", remoteAddress: "127.0.0.1"))
        guard case .bytes(let bytes) = response.body else { return .null }
        return try JSONValue(parsing: bytes)
    }

    @Test("At a start with a clock 93 days ahead nothing goes, a person sees why, and with the clock put right it goes on by itself")
    func clockAhead() throws {
        let test = try TestApp()
        try installation(test)
        let before = try counts(test)
        // In ordinary nights all of them have taken what was due.
        #expect(before["media"] == 50 && before["events"] == 93, "\(before)")
        let right = test.clock.clock.now() + Self.day
        test.clock.set(right + Self.day * 93)
        for _ in 0..<2 {
            try night(test)
            test.clock.advance(by: Self.day)
        }
        #expect(try counts(test) == before)
        #expect(try health(test)["purges_waiting"]?.integer == 4)
        #expect(try health(test)["status"]?.string == "degraded")
        let page = try test.browser(test.alice).get("/settings/retention").text
        #expect(page.contains("The nightly purge is waiting for you") && page.contains("50 items would be deleted at once"))
        #expect(!(try test.browser(test.mallory).get("/settings/retention").text.contains("waiting for you")))
        // Two nights, one notice, for the account whose purge it is.
        let notices = try test.browser(test.alice).get("/alerts").text
        #expect(notices.contains("waiting for an administrator") && notices.contains("2 times, last"))
        #expect(!(try test.browser(test.mallory).get("/alerts").text.contains("waiting for an administrator")))
        // Nor does somebody at the machine delete all of it without having seen how much it is.
        let refused = #expect(throws: VerbFailure.self) {
            try ControlVerb.purge(account: "acme", isRehearsal: false, isConfirmed: false).run(on: test.app)
        }
        #expect(refused?.message.contains("50 items") == true && refused?.message.contains("--confirm") == true)
        #expect(try counts(test)["media"] == 50)

        test.clock.set(right)
        try night(test)
        let after = try counts(test)
        #expect(after["media"] == 49 && after["events"] == 92, "\(after)")
        #expect(try health(test)["purges_waiting"]?.integer == 0)
        #expect(!(try test.browser(test.alice).get("/alerts?state=open").text.contains("waiting for an administrator")))
    }

    @Test("After ten days of downtime the night's purges go as ever")
    func downtime() throws {
        let test = try TestApp()
        try installation(test)
        test.clock.advance(by: Self.day * 10)
        try night(test)
        let after = try counts(test)
        #expect(after["media"] == 40 && after["events"] == 83, "\(after)")
        #expect(try health(test)["purges_waiting"]?.integer == 0)
    }

    @Test("A long time off holds nothing when nothing more has come due in it than in two weeks")
    func longButEmpty() throws {
        let test = try TestApp()
        try test.setPolicy(days: 50)
        try test.addMedia(days: 40)
        try night(test)
        test.clock.advance(by: Self.day * 60)
        try night(test)
        #expect(try counts(test)["media"] == 0)
    }

    @Test("A retention that a person has just shortened is not held, however much it takes")
    func shortened() throws {
        let test = try TestApp()
        try test.setPolicy(days: 365)
        for day in 0..<300 { try test.addMedia(days: day) }
        try night(test)
        test.clock.advance(by: Self.day)
        try test.site.database.write { _ = try $0.execute("UPDATE retention_policies SET days = 1") }
        try night(test)
        #expect(try counts(test)["media"] == 0)
        #expect(try health(test)["purges_waiting"]?.integer == 0)
    }

    @Test("What waits is listed and let go from the command line, each on record, and goes in its next night")
    func confirmed() throws {
        let test = try TestApp()
        try installation(test)
        #expect(try ControlVerb.heldPurges(isConfirmed: true).run(on: test.app).lines == ["No purge waits for a person."])
        test.clock.advance(by: Self.day * 93)
        try night(test)
        let listed = try ControlVerb.heldPurges(isConfirmed: false).run(on: test.app)
        #expect(listed.lines.count == 4 && listed.lines.joined().contains("webhook-history would delete 93 items at once"), "\(listed)")
        try night(test)
        #expect(try counts(test)["events"] == 93)
        _ = try ControlVerb.heldPurges(isConfirmed: true).run(on: test.app)
        let audits = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action = 'purge.confirm'", as: Int.self) }
        #expect(audits == 4)
        #expect(try health(test)["purges_waiting"]?.integer == 0)
        try night(test)
        let after = try counts(test)
        #expect(after["events"] == 0 && after["media"] == 0, "\(after)")
    }

    @Test("On the page, Purge now shows the figures, and what it was pressed for waits no more")
    func onThePage() throws {
        let test = try TestApp()
        try installation(test)
        test.clock.advance(by: Self.day * 93)
        try night(test)
        let alice = try test.browser(test.alice)
        let page = alice.get("/settings/retention/purge")
        #expect(page.text.contains("50 items"))
        #expect(alice.post("/settings/retention/purge", page.hiddenInputs).status == 303)
        #expect(try counts(test)["media"] == 0)
        #expect(!alice.get("/settings/retention").text.contains("waiting for you"))
    }

    @Test("The first nights of a fresh demonstration hold nothing, though its media and events are months old")
    func demonstration() throws {
        let test = try TestApp()
        try test.site.database.write { connection in
            for statement in ["DELETE FROM users", "DELETE FROM roles", "DELETE FROM accounts"] as [SQL] {
                _ = try connection.execute(statement)
            }
        }
        try Demo(test.app).fill()
        for _ in 0..<3 {
            try night(test)
            #expect(try health(test)["purges_waiting"]?.integer == 0)
            test.clock.advance(by: Self.day)
        }
    }

    @Test("A clock that was ahead leaves no job resting until then")
    func runsAhead() throws {
        let test = try TestApp()
        let now = test.clock.clock.now()
        #expect(try test.site.claimRun(of: "x", nominal: "a"))
        test.clock.advance(by: Self.day * 93)
        #expect(try test.site.claimRun(of: "x", nominal: "b"))
        test.clock.set(now + .seconds(60))
        #expect(try test.site.lastRun(of: "x") == now)
    }
}
