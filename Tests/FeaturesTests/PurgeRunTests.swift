// The purge history: what was planned, what was deleted, by whom, and why the two differ.

import Database
import Foundation
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("The purge history")
struct PurgeRunTests {
    private static let path = "/settings/retention/runs"

    /// The cells of its first row, as text, each space as one.
    private func row(_ page: Browser.Page) throws -> String {
        let body = String(try #require(page.text.firstMatch(of: /<tbody>([\s\S]*?)<\/tr>/)).1)
        return body.replacing(/<[^>]*>/, with: " ").replacing(/\s+/, with: " ")
    }

    private func holdAll(_ test: TestApp) throws {
        try test.site.database.write { _ = try $0.execute("UPDATE media_files SET is_held = 1 WHERE state = 'live'") }
    }

    @Test("A purge that took all that was planned is done; its row leads to its entry in the Deletion history")
    func done() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<3 { try test.addMedia(days: 31, bytes: 1000) }
        _ = try RetentionPurge(test.app).run(test.acme, by: .system)
        try test.addMedia(days: 31)
        test.clock.advance(by: .seconds(60))
        _ = try RetentionPurge(test.app).run(test.acme, by: PurgeActor(user: test.alice.id, name: "Alice Martin"))
        let alice = try test.browser(test.alice)
        let page = alice.get(Self.path)
        #expect(try row(page).contains("Alice Martin 1 1 10 B Done"))
        #expect(page.text.contains("Kept for 30 days: recorded before"))
        // The older one's link: those of the day.
        let link = try #require(page.text.matches(of: /href="(\/settings\/deletions\?[^"]*)"/).last).1.replacing("&amp;", with: "&")
        #expect(link == "/settings/deletions?entity=recordings&from=2026-11-22&to=2026-11-22")
        let entries = alice.get(String(link)).text.replacing(/<[^>]*>/, with: " ").replacing(/\s+/, with: " ")
        #expect(entries.contains("System Recordings Kept for 30 days") && entries.contains(" 3 3 KB "))
        #expect(alice.get(Self.path + "?kind=voice_mailbox").text.contains("No purge to show"))
        #expect(alice.get(Self.path + "?kind=recordings&from=2026-11-22&to=2026-11-22").text.contains("Alice Martin"))
        #expect(alice.get(Self.path + "?to=2026-11-21").text.contains("No purge to show"))
        // Nothing due, nothing listed.
        test.clock.advance(by: .seconds(60))
        _ = try RetentionPurge(test.app).run(test.acme, by: .system)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM purge_runs", as: Int.self) } == 2)
        alice.acceptLanguage = "fr"
        #expect(try test.browser(test.mallory).get(Self.path).text.contains("No purge to show"))
        #expect(try test.browser(test.bob).get(Self.path).status == 403)
    }

    @Test("What was put under hold while a purge ran is kept, however much was planned, and the history says so")
    func held() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<150 { try test.addMedia(days: 31) }
        let cut = Mutex(false)
        let purge = RetentionPurge(test.app) { step in
            guard step == .removed,
                !cut.withLock({
                    let was = $0; $0 = true; return was
                })
            else { return }
            try holdAll(test)
        }
        _ = try purge.run(test.acme, by: .system)
        #expect(try test.media().rows.count == 50)
        let text = try row(test.browser(test.alice).get(Self.path))
        #expect(text.contains("System 150 100") && text.contains("Done"))
        #expect(text.contains("50 items were put under legal hold meanwhile, and kept."))
    }

    @Test("What was put under hold between the figures and the press counts as planned, too")
    func heldSinceShown() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<3 { try test.addMedia(days: 31) }
        let alice = try test.browser(test.alice)
        let shown = alice.get("/settings/retention/purge")
        try holdAll(test)
        test.clock.advance(by: .seconds(1))
        #expect(alice.post("/settings/retention/purge", shown.hiddenInputs.filter { $0.0 != "csrf" }).status == 303)
        #expect(try test.media().rows.count == 3)
        let text = try row(alice.get(Self.path))
        #expect(text.contains("Alice Martin 3 0"))
        #expect(try test.deletions().isEmpty)
    }

    @Test("A policy that was lifted meanwhile keeps the rest, a clock set back shows no time below zero")
    func lifted() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<130 { try test.addMedia(days: 31) }
        let purge = RetentionPurge(test.app) { step in
            guard step == .marked else { return }
            test.clock.advance(by: .seconds(-86400 * 10))
            try test.site.database.write { _ = try $0.execute("DELETE FROM retention_policies") }
        }
        _ = try purge.run(test.acme, by: .system)
        #expect(try test.media().rows.count == 30)
        test.clock.advance(by: .seconds(86400 * 10))
        let text = try row(test.browser(test.alice).get(Self.path))
        #expect(text.contains("130 100") && text.contains("30 items were kept: the retention was made longer meanwhile."))
        #expect(text.contains("Done 0.0 ms"))
    }

    @Test("What the disk refuses is partly done, and why; it is done once the disk lets go, with one entry in the Deletion history")
    func refused() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        let stuck = try test.addMedia(days: 31)
        try test.addMedia(days: 31)
        try FileManager.default.removeItem(atPath: stuck.path)
        try FileManager.default.createDirectory(atPath: stuck.path, withIntermediateDirectories: false)
        _ = try RetentionPurge(test.app).run(test.acme, by: .system)
        let alice = try test.browser(test.alice)
        let text = try row(alice.get(Self.path))
        #expect(text.contains("2 1") && text.contains("Partly done") && text.contains("1 file could not be deleted."))
        // Meanwhile three months pass, and the entry leaves the history.
        try test.site.database.write { _ = try $0.execute("DELETE FROM deletions") }
        try FileManager.default.removeItem(atPath: stuck.path)
        try RetentionPurge(test.app).resumeAll()
        #expect(try row(alice.get(Self.path)).contains("2 2 20 B Done"))
        #expect(try test.deletions() == [TestApp.Entry(user: "System", entity: "recordings", planned: 2, items: 2, bytes: 20)])
    }

    @Test("It is whole in French, a page at a time, and its pages cross nothing twice")
    func pages() throws {
        let test = try TestApp()
        let (acme, ids) = (test.acme, test.site.ids)
        let now = test.clock.clock.now()
        try test.site.database.write { connection in
            try connection.execute("UPDATE accounts SET language = 'fr' WHERE id = \(acme)")
            for index in 0..<60 {
                try connection.execute(
                    """
                    INSERT INTO purge_runs (id, account_id, kind, days, cutoff, detail, planned, held, marked, items, user_name, started_at,
                        finished_at)
                    VALUES (\(ids.next(PurgeRun.self)), \(acme), 'recordings', 30, \(now), \("run \(index)."), 2, 0, 1, 1, 'System', \(now), \(now))
                    """)
            }
        }
        let alice = try test.browser(test.alice)
        let first = alice.get(Self.path)
        #expect(first.text.contains("Historique des purges") && !first.text.contains("retention."))
        #expect(first.text.contains("1 élément avait déjà été supprimé entre-temps."))
        #expect(first.text.contains("run 59.") && first.text.contains("run 10.") && !first.text.contains("run 9."))
        let next = try #require(first.text.firstMatch(of: /href="(\/settings\/retention\/runs\?after=[^"]*)"/)).1
        let second = alice.get(String(next))
        #expect(second.text.contains("run 9.") && second.text.contains("run 0.") && !second.text.contains("run 10."))
    }
}
