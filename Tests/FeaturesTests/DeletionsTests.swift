// Deletion history: who may see it, and what it shows.

import Database
import Features
import TestSupport
import Testing
import Time
import Web

@Suite("Deletion history")
struct DeletionsTests {
    @Test("An administrator sees the deletions of their account, nobody else's, and a user without the right sees none")
    func visibility() throws {
        let test = try TestApp()
        for (account, detail) in [(test.acme, "Acme's file"), (test.globex, "Globex's file")] {
            try test.site.database.write { connection in
                try Deletion(
                    account: account, user: nil, userName: "System", entity: .recordings, detail: detail, planned: 3, items: 3,
                    bytes: 1_500_000
                ).record(test.site, on: connection)
            }
        }
        let page = try test.browser(test.alice).get("/settings/deletions")
        #expect(page.status == 200)
        #expect(page.text.contains("Acme&#39;s file"))
        #expect(!page.text.contains("Globex&#39;s file"))
        #expect(page.text.contains("22 Nov 2026, 14:05:09 +01:00"))
        #expect(try test.browser(test.bob).get("/settings/deletions").status == 403)
        #expect(try test.browser().get("/settings/deletions").location?.hasPrefix("/sign-in") == true)
    }

    @Test("The export has times with their offset and sizes, separated as the reader's language does, and nothing that runs")
    func export() throws {
        let test = try TestApp()
        try test.site.database.write { connection in
            try Deletion(
                account: test.acme, user: test.alice.id, userName: "=cmd|' /C calc'!A0", entity: .webhook, detail: "x", planned: 1,
                items: 1, bytes: 1_500_000
            ).record(test.site, on: connection)
        }
        let csv = try test.browser(test.alice).get("/settings/deletions.csv")
        #expect(csv.text.hasPrefix("\u{FEFF}Deletion date,User,Entity,Details,Items,Size (bytes)\r\n"))
        #expect(csv.text.contains("\r\n2026-11-22T14:05:09+01:00,'=cmd|' /C calc'!A0,Webhook,x,1,1500000\r\n"))
        let raw = try test.browser(test.alice).get("/settings/deletions.csv?raw=1")
        #expect(raw.text.contains("+01:00,=cmd|"))
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        let french = try test.browser(test.alice).get("/settings/deletions.csv")
        #expect(french.text.contains("\r\n2026-11-22T14:05:09+01:00;'=cmd|' /C calc'!A0;Webhook;x;1;1500000\r\n"))
    }

    // MARK: Finding

    /// Writes one deletion at each instant, which must increase, named by it.
    private func record(_ instants: [String], in test: TestApp) throws {
        for text in instants {
            test.clock.set(try #require(Timestamp(iso8601: text), "\(text)"))
            try record(text, by: nil, in: test)
        }
    }

    private func record(_ detail: String, by user: (id: ID<User>, name: String)?, _ entity: DeletedEntity = .webhook, in test: TestApp)
        throws
    {
        try test.site.database.write { connection in
            try Deletion(
                account: test.acme, user: user?.id, userName: user?.name ?? "System", entity: entity, detail: detail, planned: 1, items: 1,
                bytes: 0
            ).record(test.site, on: connection)
        }
    }

    private func shown(_ details: [String], _ query: String, _ test: TestApp) throws -> [String] {
        let text = try test.browser(test.alice).get("/settings/deletions?\(query)").text
        return details.filter { text.contains(">\($0)</td>") }
    }

    @Test("The search finds by user and by detail, whatever the spelling, and the System by its name in the reader's language")
    func search() throws {
        let test = try TestApp()
        try record("Noël.mp3", by: (test.bob.id, "Élodie Lefèvre"), .webhook, in: test)
        try record("100%_sûr", by: (test.alice.id, "Alice Martin"), .logo, in: test)
        try record("Nightly", by: nil, .recordings, in: test)
        let all = ["Noël.mp3", "100%_sûr", "Nightly"]
        for (query, found) in [
            ("q=elodie", ["Noël.mp3"]), ("q=ELODIE%20LEFEVRE", ["Noël.mp3"]), ("q=noel", ["Noël.mp3"]), ("q=0%25_SUR", ["100%_sûr"]),
            ("q=%25", ["100%_sûr"]), ("q=_", ["100%_sûr"]), ("q=alice", ["100%_sûr"]), ("q=system", ["Nightly"]), ("q=nobody", []),
            ("q=", all), ("entity=logo", ["100%_sûr"]), ("entity=logo&q=noel", []), ("entity=nothing", all),
        ] {
            #expect(try shown(all, query, test) == found, "\(query)")
        }
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        #expect(try shown(all, "q=SYSTEME", test) == ["Nightly"])
        let csv = try test.browser(test.alice).get("/settings/deletions.csv?q=elodie").text
        #expect(csv.contains("Noël.mp3") && !csv.contains("Nightly"))
    }

    @Test("Dates are days of the account's zone, also those of 23 and 25 hours, and both ends belong to the range")
    func dates() throws {
        // Europe/Paris: the clocks go forward on 29 March 2026 and back on 25 October 2026.
        let spring = try TestApp(at: #require(Timestamp(iso8601: "2026-03-01T00:00:00Z")))
        let march = ["2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"]
        try record(march, in: spring)
        #expect(try shown(march, "from=2026-03-29&to=2026-03-29", spring) == [march[1], march[2]])
        #expect(try shown(march, "from=2026-03-29", spring) == Array(march[1...]))
        #expect(try shown(march, "to=2026-03-28", spring) == [march[0]])
        #expect(try shown(march, "from=2026-03-30&to=2026-03-28", spring) == march)
        #expect(try shown(march, "from=yesterday&to=2026-02-30", spring) == march)

        let autumn = try TestApp(at: #require(Timestamp(iso8601: "2026-10-01T00:00:00Z")))
        let october = ["2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"]
        try record(october, in: autumn)
        #expect(try shown(october, "from=2026-10-25&to=2026-10-25", autumn) == [october[1], october[2]])
        // Another zone, another day.
        try autumn.site.database.write {
            _ = try $0.execute("UPDATE accounts SET time_zone = 'Pacific/Auckland' WHERE id = \(autumn.acme)")
        }
        #expect(try shown(october, "from=2026-10-25&to=2026-10-25", autumn) == [october[0], october[1]])
    }

    @Test("Pages of fifty lead on to the oldest and back to the newest, keep the filters, and the export has all of them")
    func pages() throws {
        let test = try TestApp()
        for number in 0..<120 {
            try record("file \(number)", by: nil, number.isMultiple(of: 40) ? .logo : .webhook, in: test)
            test.clock.advance(by: .seconds(1))
        }
        let browser = try test.browser(test.alice)
        func numbers(_ page: Browser.Page) -> [Int] {
            page.text.split(separator: "\">file ").dropFirst().compactMap { Int($0.prefix { $0 != "<" }) }
        }
        func link(_ name: String, in page: Browser.Page) -> String? {
            page.text.split(separator: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
                .first { $0.hasPrefix("/settings/deletions?") && $0.contains("\(name)=del_") }.map {
                    String($0).replacing("&amp;", with: "&")
                }
        }
        let first = browser.get("/settings/deletions?q=file")
        #expect(numbers(first) == Array((70..<120).reversed()))
        #expect(link("before", in: first) == nil)
        let second = browser.get(try #require(link("after", in: first)))
        #expect(numbers(second) == Array((20..<70).reversed()))
        let last = browser.get(try #require(link("after", in: second)))
        #expect(numbers(last) == Array((0..<20).reversed()))
        #expect(link("after", in: last) == nil)
        let back = browser.get(try #require(link("before", in: last)))
        #expect(numbers(back) == numbers(second))
        #expect(link("before", in: back)?.contains("q=file") == true)
        #expect(numbers(browser.get("/settings/deletions?entity=logo")) == [80, 40, 0])
        let lines = browser.get("/settings/deletions.csv?q=file").text.split(separator: "\r\n")
        #expect(lines.count == 121 && lines[1].contains("file 119") && lines[120].contains("file 0"))
    }

    @Test("After three months an entry is shown no more, and the nightly purge deletes it, of every account, and nothing younger")
    func purge() throws {
        let test = try TestApp()
        for number in 0..<501 { try record("old \(number)", by: nil, in: test) }
        test.clock.advance(by: .seconds(1))
        try record("young", by: nil, in: test)
        test.clock.advance(by: .seconds(92 * 86400))
        #expect(try shown(["old 0", "young"], "from=2020-01-01", test) == ["young"])
        try test.runJob("deletion-history")
        let left = try test.site.database.read { try $0.rows("SELECT detail FROM deletions") { try $0.next(String.self) } }
        #expect(left == ["young"])
    }

    @Test("Days without an hour's change, with half an hour of it, and a day that was left out begin and end as the zone has them")
    func zones() throws {
        // Lord Howe turns its clocks by half an hour: forward on 4 October 2026, which so has 23.5 hours. The file's zone is the account's.
        let test = try TestApp(at: #require(Timestamp(iso8601: "2026-10-01T00:00:00Z")))
        try test.site.database.write {
            _ = try $0.execute("UPDATE accounts SET time_zone = 'Australia/Lord_Howe' WHERE id = \(test.acme)")
        }
        let days = ["2026-10-03T13:29:59Z", "2026-10-03T13:30:00Z", "2026-10-04T12:59:59Z", "2026-10-04T13:00:00Z"]
        try record(days, in: test)
        #expect(try shown(days, "from=2026-10-04&to=2026-10-04", test) == [days[1], days[2]])
        // Samoa went over the date line: 30 December 2011 was no day there.
        let samoa = try TestApp(at: #require(Timestamp(iso8601: "2011-12-01T00:00:00Z")))
        try samoa.site.database.write { _ = try $0.execute("UPDATE accounts SET time_zone = 'Pacific/Apia' WHERE id = \(samoa.acme)") }
        let line = ["2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"]
        try record(line, in: samoa)
        #expect(try shown(line, "from=2011-12-29&to=2011-12-29", samoa) == [line[0]])
        #expect(try shown(line, "from=2011-12-31&to=2011-12-31", samoa) == [line[1]])
        #expect(try shown(line, "from=2011-12-29&to=2011-12-31", samoa) == line)
    }

    @Test("A search looks through a thousand entries a page, says how far it came, and goes on to the oldest; the export has all")
    func goingOn() throws {
        let test = try TestApp()
        let now = test.clock.clock.now()
        try test.site.database.write { connection in
            for number in 0..<2500 {
                let detail = number == 0 ? "needle" : "file \(number)"
                try connection.execute(
                    """
                    INSERT INTO deletions (id, account_id, user_id, user_name, entity, detail, planned, items, bytes, search_text, deleted_at)
                    VALUES (\(test.site.ids.next(DeletionRow.self)), \(test.acme), NULL, 'System', 'webhook', \(detail), 1, 1, 0,
                        \(SearchText.folded("", detail)), \(now - .seconds(Int64(2500 - number))))
                    """)
            }
        }
        let alice = try test.browser(test.alice)
        var address = "/settings/deletions?q=needle"
        for part in 0..<3 {
            let page = alice.get(address).text
            #expect(page.contains(">needle</td>") == (part == 2), "\(part)")
            #expect(page.contains("Searched as far as") == (part < 2), "\(part)")
            guard part < 2 else { break }
            let link = try #require(page.firstMatch(of: #/href="(/settings/deletions\?[^"]*after=[^"]*)">Go on/#))
            address = String(link.1).replacing("&amp;", with: "&")
            #expect(address.contains("q=needle"))
        }
        #expect(alice.get("/settings/deletions?q=file%202499").text.contains(">file 2499</td>"))
        let lines = alice.get("/settings/deletions.csv?q=needle").text.split(separator: "\r\n")
        #expect(lines.count == 2 && lines[1].contains("needle"))
    }
}
