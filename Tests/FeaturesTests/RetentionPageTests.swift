// The page: who may see it, what it says before anything is saved, and that nothing is saved or deleted without being asked.

import Database
import Features
import Foundation
import TestSupport
import Testing
import Time
import Web

@Suite("Data retention")
struct RetentionPageTests {
    private static func form(_ values: [MediaKind: String] = [:], version: String = "0") -> [(String, String)] {
        MediaKind.allCases.flatMap { kind in
            [(kind.rawValue, values[kind] == nil ? "unlimited" : "days"), ("\(kind.rawValue)_days", values[kind] ?? "")]
        } + [("version", version)]
    }

    private func days(_ test: TestApp, _ account: ID<Account>? = nil, _ kind: MediaKind = .recordings) throws -> Int? {
        let account = account ?? test.acme
        return try test.site.database.read {
            try $0.value("SELECT days FROM retention_policies WHERE account_id = \(account) AND kind = \(kind)")
        }
    }

    @Test("An administrator sees their account's stock, a user without the right nothing, a stranger their own account's")
    func visibility() throws {
        let test = try TestApp()
        try test.addMedia(days: 3, bytes: 1_500_000, isHeld: true)
        try test.addMedia(days: 5, bytes: 500_000)
        let page = try test.browser(test.alice).get("/settings/retention")
        #expect(page.status == 200)
        #expect(page.text.contains("Stored now: 2 items, 2\u{00A0}MB. Oldest: 17 Nov 2026. Under legal hold: 1."))
        #expect(page.text.contains("23 Nov 2026 at 03:15 (+01:00)"))
        #expect(page.text.contains("never deleted"))
        #expect(page.text.contains("href=\"/settings/deletions\""))
        for path in ["/settings/retention", "/settings/retention/purge"] {
            #expect(try test.browser(test.bob).get(path).status == 403)
            #expect(try test.browser(test.bob).post(path, Self.form()).status == 403)
            #expect(try test.browser().get(path).location?.hasPrefix("/sign-in") == true)
        }
        #expect(!(try test.browser(test.mallory).get("/settings/retention").text.contains("2 items")))
    }

    @Test("The page is whole in French")
    func french() throws {
        let test = try TestApp()
        let acme = test.acme
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET language = 'fr' WHERE id = \(acme)") }
        try test.addMedia(days: 5)
        try test.setPolicy(days: 3)
        let browser = try test.browser(test.alice)
        let page = browser.get("/settings/retention").text + browser.get("/settings/retention/purge").text
        #expect(page.contains("Conservation des données"))
        #expect(page.contains("Supprimer 1 élément"))
        #expect(!page.contains("retention."))
    }

    @Test(
        "A number of days that is none of 1 to 365 is refused with words on what to do, and all that was typed comes back",
        arguments: ["", "0", "366", "-1", "1.5", "ten", "99999999999999999999", "١٢"])
    func badDays(_ typed: String) throws {
        let test = try TestApp()
        let page = try test.browser(test.alice).post("/settings/retention", Self.form([.recordings: typed, .ivrRecorder: "77"]))
        #expect(page.status == 422)
        #expect(page.text.contains("<title>Error: "))
        #expect(page.text.contains("href=\"#recordings_days\">Enter a number of days from 1 to 365"))
        #expect(page.text.contains("value=\"77\""))
        #expect(typed.isEmpty || page.text.contains("name=\"recordings_days\" type=\"text\" value=\"\(typed)\""))
        #expect(try days(test, nil, .ivrRecorder) == nil)
    }

    @Test("A form in which neither choice was made is an error, never “without limit”")
    func noChoice() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        #expect(try test.browser(test.alice).post("/settings/retention", [("version", "1")]).status == 422)
        #expect(try days(test) == 30)
    }

    @Test("Preview shows what the values as typed would delete, and saves nothing")
    func preview() throws {
        let test = try TestApp()
        // Due at the next purge at 03:15, half a day from now, but not yet.
        try test.addMedia(days: 29, bytes: 1000)
        let almost = try test.addMedia(days: 30, bytes: 2000, connector: "Archive")
        let now = test.clock.clock.now()
        try test.site.database.write {
            try $0.execute("UPDATE media_files SET recorded_at = \(now - .seconds(30 * 86400 - 3600)) WHERE id = \(almost.id)")
        }
        try test.addMedia(days: 90, isHeld: true)
        let page = try test.browser(test.alice).post("/settings/retention", Self.form([.recordings: "30"]) + [("act", "preview")])
        #expect(page.status == 200)
        let row = try #require(page.text.firstMatch(of: /<th scope="row"><a href="[^"]*">Recordings<\/a><\/th>[\s\S]*?<\/tr>/)).0
        #expect(row.contains("30 days"))
        #expect(row.contains("data-label=\"To delete\"><strong>deletes 1<"))
        #expect(row.contains(">2\u{00A0}KB<"))
        #expect(row.contains("kind=recordings&amp;held=yes\">1<"))
        #expect(row.contains("data-label=\"Kept (connector copies)\">1<"))
        #expect(page.text.contains("name=\"recordings_days\" type=\"text\" value=\"30\""))
        #expect(try days(test) == nil)
    }

    @Test("A shorter policy is asked about with its figures, and saved only then; a longer one is saved at once")
    func confirming() throws {
        let test = try TestApp()
        try test.addMedia(days: 31)
        let browser = try test.browser(test.alice)
        let question = browser.post("/settings/retention", Self.form([.recordings: "30"]))
        #expect(question.status == 200)
        #expect(question.text.contains("1 item (10\u{00A0}B) will be deleted at the next purge, on 23 Nov 2026 at 03:15 (+01:00)"))
        #expect(try days(test) == nil)
        let saved = browser.post("/settings/retention", RetentionPurgeTests.hidden(question))
        #expect(saved.status == 303)
        #expect(try days(test) == 30)
        #expect(try test.media().rows.count == 1)
        #expect(browser.post("/settings/retention", Self.form([.recordings: "60"], version: "1")).status == 303)
        #expect(try days(test) == 60)
        #expect(browser.post("/settings/retention", Self.form(version: "2")).status == 303)
        #expect(try days(test) == nil)
        let audits = try test.site.database.read {
            try $0.value("SELECT COUNT(*) FROM audit WHERE action = 'retention.update'", as: Int.self)
        }
        #expect(audits == 3)
        #expect(try days(test, test.globex) == nil)
    }

    @Test("A stale form overwrites nothing and shows both values", arguments: [false, true])
    func stale(isConfirmed: Bool) throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        let typed = Self.form([.recordings: "5"], version: "0") + (isConfirmed ? [("figures", "00")] : [])
        let page = try test.browser(test.alice).post("/settings/retention", typed)
        #expect(page.status == 422)
        #expect(page.text.contains("Somebody else saved this in the meantime"))
        #expect(page.text.contains("5 days"))
        #expect(page.text.contains("30 days"))
        #expect(page.text.contains("name=\"version\" value=\"1\""))
        #expect(try days(test) == 30)
    }

    @Test("Purge now deletes what its page showed, says so, and once")
    func purgeNow() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<3 { try test.addMedia(days: 31, bytes: 1000) }
        let foreign = try test.addMedia(days: 31, account: test.globex)
        let browser = try test.browser(test.alice)
        let question = browser.get("/settings/retention/purge")
        #expect(question.text.contains("3 items (3\u{00A0}KB) will be deleted now"))
        #expect(question.text.contains("Delete 3 items"))
        test.clock.advance(by: .seconds(5))
        let answer = browser.post("/settings/retention/purge", RetentionPurgeTests.hidden(question))
        #expect(answer.status == 303)
        #expect(browser.get("/settings/retention").text.contains("3 items deleted, 3\u{00A0}KB"))
        #expect(try test.deletions() == [TestApp.Entry(user: "Alice Martin", entity: "recordings", planned: 3, items: 3, bytes: 3000)])
        // The second press of two leads to what the first has done.
        #expect(browser.post("/settings/retention/purge", RetentionPurgeTests.hidden(question)).location == "/settings/retention/runs")
        #expect(browser.get("/settings/retention/runs").text.contains("You have already started that purge"))
        #expect(try test.deletions().count == 1)
        #expect(FileManager.default.fileExists(atPath: foreign.path))
        #expect(browser.get("/settings/retention/purge").text.contains("a purge would delete nothing at present"))
    }

    @Test(
        "Figures that are old, of another policy, of another reader, of the future, forged, or not there delete nothing",
        arguments: ["old", "policy", "reader", "future", "forged", "other question", "none"])
    func staleFigures(_ how: String) throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        try test.addMedia(days: 31)
        let alice = try test.browser(test.alice)
        let figures = try #require(alice.get("/settings/retention/purge").hidden("figures"))
        var form = [("figures", figures)]
        var presser = alice
        switch how {
        case "old":
            test.clock.advance(by: .milliseconds(3_600_001))
            presser = try test.browser(test.alice)
        case "policy": try test.site.database.write { _ = try $0.execute("UPDATE retention_versions SET version = 2") }
        case "reader": presser = try test.browser(test.olivia, account: test.acme)
        case "future": test.clock.advance(by: .milliseconds(-1))
        case "forged": form = [("figures", String(figures.dropLast()) + (figures.hasSuffix("0") ? "1" : "0"))]
        case "other question":
            let asked = alice.post("/settings/retention", Self.form([.recordings: "5"], version: "1"))
            form = [("figures", try #require(asked.hidden("figures")))]
        default: form = []
        }
        let answer = presser.post("/settings/retention/purge", form)
        #expect(answer.location == "/settings/retention/purge")
        #expect(try test.media().rows.count == 1)
        if how == "none" {
            test.clock.advance(by: .seconds(1))
            #expect(alice.post("/settings/retention/purge", [("figures", figures)]).location == "/settings/retention")
            #expect(try test.media().rows.isEmpty)
        }
    }

    @Test("What became due after the figures were shown waits for the next purge")
    func dueSince() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        try test.addMedia(days: 31)
        let later = try test.addMedia(days: 30)
        let now = test.clock.clock.now()
        try test.site.database.write {
            try $0.execute("UPDATE media_files SET recorded_at = \(now - .seconds(30 * 86400)) WHERE id = \(later.id)")
        }
        let browser = try test.browser(test.alice)
        let question = browser.get("/settings/retention/purge")
        test.clock.advance(by: .seconds(60))
        _ = browser.post("/settings/retention/purge", RetentionPurgeTests.hidden(question))
        #expect(try test.deletions().map(\.items) == [1])
        #expect(FileManager.default.fileExists(atPath: later.path))
    }
}
