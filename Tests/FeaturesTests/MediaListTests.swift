// The list of stored items: each filter finds what it says, pages go on, and a page costs the same whatever there is.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("The list of stored items")
struct MediaListTests {
    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    @discardableResult
    private func add(
        _ kind: MediaKind = .recordings, at time: String = "2026-11-01T12:00:00Z", user: String? = nil, number: String? = nil,
        external: String? = nil, isHeld: Bool = false
    ) throws -> ID<MediaFile> {
        let id = test.site.ids.next(MediaFile.self)
        let recordedAt = try #require(Timestamp(iso8601: time))
        let text = MediaWords.searchText(id: id, userName: user, number: number, externalID: external)
        let owner: ID<User>? = user == nil ? nil : test.bob.id
        try test.site.database.write { connection in
            try connection.execute(
                """
                INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, user_id, user_name, tracking_number, external_id,
                    is_held, search_text, created_at)
                VALUES (\(id), \(self.test.acme), \(kind), 'wav', 10, \(recordedAt), \(owner), \(user), \(number), \(external),
                    \(isHeld), \(text), \(recordedAt))
                """)
        }
        return id
    }

    /// Those that the list shows, in its order.
    private func shown(_ query: String) -> [String] {
        alice.get("\(MediaItemsController.path)?\(query)").text.matches(of: #/<th scope="row"><a href="[^"]*\/(med_[0-9a-z]+)"/#).map {
            String($0.output.1)
        }
    }

    @Test("Each filter finds what it says, alone and with another; what is no value of a filter narrows nothing")
    func filters() throws {
        let call = try add(user: "Élodie Șerban", number: "+33142685300", external: "call-77").description
        let mail = try add(.voiceMailbox, at: "2026-11-02T23:30:00Z").description
        let held = try add(.ivrRecorder, at: "2026-11-05T08:00:00Z", number: "+33142685399", isHeld: true).description
        let all = [held, mail, call]
        #expect(shown("") == all)
        for (query, found) in [
            ("kind=voice_mailbox", [mail]), ("kind=nonsense", all), ("user=\(test.bob.id)", [call]), ("user=usr_nonsense", all),
            ("number=%2B33142685300", [call]), ("number=abc", all), ("held=yes", [held]), ("held=no", [mail, call]),
            ("q=elodie", [call]), ("q=SERBAN", [call]), ("q=%2B3314268", [held, call]), ("q=call-77", [call]), ("q=\(mail)", [mail]),
            ("q=1%2042%2068%2053%2000", [call]), ("q=%25", []), ("q=\(String(repeating: "x", count: 10_000))", []),
            ("held=yes&kind=ivr_recorder", [held]), ("held=yes&kind=recordings", []), ("q=\(mail)&kind=recordings", []),
            ("user=\(test.bob.id)&number=%2B33142685300&q=call", [call]),
            // Half past midnight of the 3rd in Paris.
            ("from=2026-11-03&to=2026-11-03", [mail]), ("to=2026-11-01", [call]), ("from=2026-02-30", all), ("from=2026-11-06", []),
            ("from=2026-11-05&to=2026-11-03", [held, mail]), ("after=nonsense", all), ("before=1.med_x", all),
        ] { #expect(shown(query) == found, "\(query.prefix(60))") }
        let page = alice.get(MediaItemsController.path).text
        #expect(page.contains("3 items") && page.contains("+01:00") && page.contains("Élodie Șerban"))
        #expect(try test.browser(test.mallory).get(MediaItemsController.path).text.contains("Nothing stored yet"))
        #expect(alice.get(MediaItemsController.path + "?kind=personal_voicemail").text.contains("No item matches"))
        let retention = alice.get("/settings/retention").text
        #expect(retention.contains("href=\"/settings/retention/items\""))
        let figures = alice.get("/settings/retention/purge").text
        #expect(figures.contains("items?kind=recordings\"") && figures.contains("items?kind=recordings&amp;held=yes\""))
    }

    @Test("Pages go on to the end and back, also among items of one instant, and when the item at their border is gone")
    func pages() throws {
        var all: [String] = []
        for index in 0..<120 { all.append(try add(at: index < 70 ? "2026-11-01T12:00:00Z" : "2026-11-02T12:00:00Z").description) }
        all.sort { $0 > $1 }
        func link(_ page: Browser.Page, _ name: String) -> String? {
            page.text.split(separator: "href=\"").map { String($0.prefix { $0 != "\"" }).replacing("&amp;", with: "&") }
                .first { $0.hasPrefix(MediaItemsController.path + "?") && $0.contains("\(name)=") }
        }
        var found: [String] = []
        var address: String? = MediaItemsController.path + "?kind=recordings"
        var last = ""
        while let here = address {
            last = here
            found += shown(String(here.split(separator: "?")[1]))
            address = link(alice.get(here), "after")
        }
        #expect(found == all)
        let back = try #require(link(alice.get(last), "before"))
        #expect(back.contains("kind=recordings") && shown(String(back.split(separator: "?")[1])) == Array(all[50..<100]))
        try test.site.database.write { try $0.execute("DELETE FROM media_files") }
        #expect(alice.get(back).status == 200)
    }

    @Test("An item's page leads back to the list as it was left")
    func wayUp() throws {
        let id = try add()
        alice.furtherFields = [.referer: "http://localhost\(MediaItemsController.path)?kind=recordings"]
        #expect(alice.get(MediaItemsController.path(of: id)).text.contains("href=\"\(MediaItemsController.path)?kind=recordings\""))
    }

    @Test("What no index serves is looked for among so many rows; the page says how far it looked, and leads on to what it did not see")
    func look() throws {
        let old = try add(at: "2020-01-01T00:00:00Z", external: "needle-1")
        for _ in 0..<30 { try add(external: nil) }
        let (page, next) = try test.site.database.read { connection in
            let filter = try MediaFilter(FormData([("q", "needle")]), zone: .utc).resolved(in: self.test.acme, on: connection)
            let page = try MediaListStore.page(of: self.test.acme, filter, size: 5, look: 20, on: connection)
            return (page, try MediaListStore.page(of: self.test.acme, filter, older: page.older, size: 5, look: 20, on: connection))
        }
        #expect(page.rows.isEmpty && page.searchedTo != nil && page.count == nil)
        #expect(next.rows.map(\.id) == [old] && next.searchedTo == nil && next.older == nil)
    }

    @Test("Every filter's page, count and look is found by an index in the list's order: nothing is sorted, no table is gone through")
    func plans() throws {
        let bob = test.bob.id.description
        let queries = [
            [], [("kind", "recordings")], [("user", bob)], [("number", "+33142685300")], [("held", "yes")], [("held", "no")],
            [("from", "2026-11-01"), ("to", "2026-11-02")], [("q", "elodie")], [("q", ID<MediaFile>(value: 7).description)],
            [("kind", "recordings"), ("held", "yes")], [("user", bob), ("kind", "recordings")], [("q", "x"), ("number", "+33142685300")],
        ]
        for query in queries {
            for older in [nil, MediaPlace(test.clock.clock.now(), ID(value: 9))] {
                let steps = try test.site.database.read { connection in
                    let filter = try MediaFilter(FormData(query.map { (name: $0.0, value: $0.1) }), zone: .utc)
                        .resolved(in: self.test.acme, on: connection)
                    return try MediaListStore.explained(filter, of: self.test.acme, older: older, on: connection).steps
                }
                #expect(!steps.isEmpty)
                for step in steps {
                    #expect(step.contains("SEARCH media_files USING") && !step.contains("TEMP B-TREE"), "\(query): \(step)")
                }
            }
        }
    }
}
