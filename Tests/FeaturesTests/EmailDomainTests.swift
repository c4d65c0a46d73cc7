// Email address domains on their pages: staff add them, the account's people see and delete them, and who has blacklisted one is shown.

import Database
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Email domains")
struct EmailDomainTests {
    private static let path = EmailDomainController.path
    private let test: TestApp
    private let alice: Browser
    /// In Acme.
    private let olivia: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
        olivia = try test.browser(test.olivia, account: test.acme)
    }

    private func add(_ domain: String) -> Browser.Page {
        olivia.post(Self.path, olivia.get(Self.path + "/new").hiddenInputs + [("domain", domain)])
    }

    private func names() throws -> [String] { try test.site.database.read { try EmailDomainStore.names(of: self.test.acme, on: $0) } }

    private func deletions() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows("SELECT entity, detail, user_name, planned, items FROM deletions ORDER BY id") { row in
                let words = try (0..<3).map { _ in try row.next(String.self) }.joined(separator: " ")
                return "\(words) \(try row.next(Int.self)) \(try row.next(Int.self))"
            }
        }
    }

    // MARK: Adding

    @Test("Staff add a domain in the account that they have opened; it is kept in ASCII, shown as people write it, and read by services")
    func added() throws {
        let empty = olivia.get(Self.path)
        #expect(empty.text.contains("href=\"\(Self.path)/new\"") && empty.text.contains("No email domain yet"))
        let made = add("  MÜNCHEN.Example. ")
        let place = try #require(made.location)
        #expect(made.status == 303 && place.hasPrefix(Self.path + "/edm_"))
        #expect(try names() == ["xn--mnchen-3ya.example"])
        let list = alice.get(Self.path).text
        #expect(
            list.contains("<a href=\"\(place)\">münchen.example</a>") && list.contains("Olivia Stone") && list.contains("1 domain of 100."))
        for search in ["MUNCHEN", "xn--mnchen", "m%C3%BCnch"] {
            #expect(alice.get("\(Self.path)?q=\(search)").text.contains(">münchen.example<"))
        }
        #expect(alice.get("\(Self.path)?q=acme").text.contains("No domain matches your search."))
        let page = alice.get(place).text
        #expect(page.contains("<h1>münchen.example</h1>") || page.contains(">münchen.example</h1>"))
        #expect(page.contains("<code>xn--mnchen-3ya.example</code>") && page.contains("Nobody has blacklisted it"))
        #expect(try test.audit() == ["email_domain.create"])
        #expect(alice.get("/changes").text.contains("Email address domain added"))
        let settings = test.call(.get, "/api/v1/accounts/acme/settings", key: try test.key(of: test.acme))
        #expect(try JSONValue(parsing: settings.bytes)["email_domains"] == ["xn--mnchen-3ya.example"])
    }

    @Test("The account's people ask their operator: they have no form, and what they send is not taken")
    func people() throws {
        let page = alice.get(Self.path)
        #expect(page.status == 200 && page.text.contains("Ask your operator") && !page.text.contains(Self.path + "/new"))
        for person in [test.alice, test.bob, test.mallory] {
            let browser = try test.browser(person)
            #expect(browser.get(Self.path + "/new").status == 404)
            #expect(browser.post(Self.path, [("csrf", browser.get("/me").csrf ?? ""), ("domain", "evil.example")]).status == 404)
        }
        #expect(try test.browser(test.bob).get(Self.path).status == 403)
        #expect(try test.browser(test.olivia).get(Self.path + "/new").location == "/operator/accounts")
        #expect(try names() == [] && test.audit() == [])
    }

    @Test(
        "What is no domain, or there already however it is written, is said at the field, and what was typed stays",
        arguments: [
            ("", "Enter a domain"), ("under_score.example", ""), ("localhost", ""), ("someone@mail.example", ""), ("*.acme.example", ""),
            (String(repeating: "a", count: 250) + ".example", ""), ("BÜCHER.example", "The account has this domain already"),
            ("xn--bcher-kva.example", "The account has this domain already"),
        ])
    func wrong(typed: String, words: String) throws {
        try test.addEmailDomain("xn--bcher-kva.example")
        let page = add(typed)
        #expect(page.status == 422 && page.text.contains("href=\"#domain\"") && page.text.contains(words))
        #expect(page.text.contains("value=\"\(typed)\""))
        #expect(try names() == ["xn--bcher-kva.example"])
    }

    @Test("A form sent twice makes one, and each account may have the same domain")
    func twice() throws {
        try test.addEmailDomain("acme.example", to: test.globex)
        let form = olivia.get(Self.path + "/new").hiddenInputs + [("domain", "acme.example")]
        let first = olivia.post(Self.path, form)
        #expect(first.status == 303 && olivia.post(Self.path, form).location == first.location)
        #expect(try names() == ["acme.example"])
    }

    // MARK: Who has blacklisted it

    @Test("A domain's page says who has blacklisted what, by which source and when, and leads to those who are the account's")
    func entries() throws {
        let domain = try test.addEmailDomain("xn--mnchen-3ya.example")
        let now = test.site.clock.now()
        try test.blacklist(.user(test.bob.id), "news@münchen.example", .manual, at: now - .seconds(3600), in: domain)
        try test.blacklist(.email("zoë@outside.example"), "", .unsubscribe, at: now - .seconds(7200), in: domain)
        let page = alice.get(domain.path).text
        #expect(page.contains("<a href=\"/users/\(test.bob.id)\">Bob Durand</a>") && page.contains("bob@acme.example"))
        #expect(page.contains("news@münchen.example") && page.contains("Whole domain") && page.contains("zoë@outside.example"))
        #expect(page.contains("Unsubscribe link<div class=\"quiet\">Automatic</div>") && page.contains("1 hour ago"))
        let row = alice.get(Self.path).text
        #expect(row.contains("class=\"number\">2</td>") && row.contains("1 hour ago"))
        // Who may not see people is led to none.
        try test.give(test.bob, [.viewSecurity])
        let bob = try test.browser(test.bob).get(domain.path).text
        #expect(bob.contains("Bob Durand") && !bob.contains("href=\"/users/\(test.bob.id)\"") && !bob.contains(domain.path + "/delete"))
    }

    @Test("The list is narrowed by source, by who and what, however they are written, and by days of the reader's zone")
    func filters() throws {
        _ = try test.site.database.write {
            try $0.execute("UPDATE accounts SET time_zone = 'Pacific/Auckland' WHERE id = \(self.test.acme)")
        }
        let domain = try test.addEmailDomain("xn--mnchen-3ya.example")
        let time = try #require(Timestamp(iso8601: "2026-11-20T11:30:00Z"))
        try test.blacklist(.email("one@outside.example"), "news@münchen.example", .bounce, at: time, in: domain)
        try test.blacklist(.email("two@outside.example"), "", .manual, at: time - .seconds(3600), in: domain)
        try test.blacklist(.user(test.bob.id), "", .complaint, at: time - .seconds(86_400 * 30), in: domain)
        let alice = try test.browser(test.alice)
        func shown(_ query: String) -> [String] {
            let page = alice.get("\(domain.path)?\(query)").text
            return ["one@outside", "two@outside", "Bob Durand"].filter(page.contains)
        }
        #expect(shown("") == ["one@outside", "two@outside", "Bob Durand"])
        #expect(shown("source=manual") == ["two@outside"] && shown("source=automatic") == ["one@outside", "Bob Durand"])
        #expect(
            shown("source=bounce") == ["one@outside"] && shown("source=complaint") == ["Bob Durand"] && shown("source=unsubscribe") == [])
        #expect(shown("source=nonsense").count == 3)
        #expect(shown("q=NEWS") == ["one@outside"] && shown("q=xn--mnchen") == ["one@outside"] && shown("q=durand") == ["Bob Durand"])
        // 00:30 and 23:30 of two days there.
        #expect(shown("from=2026-11-21&to=2026-11-21") == ["one@outside"] && shown("from=2026-11-20&to=2026-11-20") == ["two@outside"])
        #expect(alice.get("\(domain.path)?q=nobody").text.contains("No entry matches these filters."))
    }

    @Test("Page follows page in both directions, with entries of one instant in between, and the export has all that the filters leave")
    func pages() throws {
        let domain = try test.addEmailDomain("acme.example")
        let now = test.site.clock.now()
        for index in 0..<120 {
            try test.blacklist(
                .email("p\(index)@outside.example"), "", index == 7 ? .manual : .bounce, at: now - .seconds(index / 60), in: domain)
        }
        var seen: [String] = []
        var address: String? = domain.path
        var before: String?
        while let place = address, seen.count < 200 {
            let page = alice.get(place).text
            seen += page.matches(of: /(p[0-9]+)@outside/).map { String($0.output.1) }
            address = page.firstMatch(of: /href="([^"]*after=[^"]*)"/).map { String($0.output.1) }
            before = page.firstMatch(of: /href="([^"]*before=[^"]*)"/).map { String($0.output.1) } ?? before
        }
        #expect(seen.count == 120 && Set(seen).count == 120)
        let back = alice.get(try #require(before)).text.matches(of: /(p[0-9]+)@outside/).map { String($0.output.1) }
        #expect(back == Array(seen[50..<100]))
        let file = alice.get(domain.path + "/blacklist.csv?source=manual")
        #expect(file.fields[.contentDisposition] == "attachment; filename=\"blacklist-acme.example.csv\"")
        #expect(file.text.contains(",p7@outside.example,Whole domain,Manual\r\n"))
        #expect(file.text.split(separator: "\r\n").count == 2)
        #expect(alice.get(domain.path + "/blacklist.csv").text.split(separator: "\r\n").count == 121)
    }

    // MARK: Deleting

    @Test("Deleting says what depends on the domain and asks; domain and entries stand in the history, and added again it is empty")
    func deleted() throws {
        let domain = try test.addEmailDomain("acme.example")
        let other = try test.addEmailDomain("other.example")
        for index in 0..<3 { try test.blacklist(.email("p\(index)@outside.example"), "", .bounce, in: domain) }
        try test.blacklist(.user(test.bob.id), "", .manual, in: domain)
        try test.blacklist(.user(test.bob.id), "", .manual, in: other)
        let question = alice.get(domain.path + "/delete")
        #expect(question.status == 200 && question.text.contains("Delete acme.example?"))
        for (label, text) in [
            ("Blacklist entries", "4"), ("Manual", "1"), ("Bounce", "3"), ("Users of this account with an address of it", "2 users"),
        ] {
            #expect(question.text.contains("<dt>\(label)</dt>\n<dd>\(text)</dd>"), "\(label)")
        }
        #expect(try test.entryCount(of: domain) == 4)
        let gone = alice.post(domain.path + "/delete", question.hiddenInputs)
        #expect(gone.status == 303 && gone.location == Self.path)
        #expect(try names() == ["other.example"] && test.entryCount(of: domain) == 0 && test.entryCount(of: other) == 1)
        #expect(
            try deletions().sorted() == ["blacklist_entry acme.example Alice Martin 4 4", "email_domain acme.example Alice Martin 1 1"])
        #expect(try test.audit() == ["delete"])
        for address in ["", "/delete", "/blacklist.csv"] { #expect(alice.get(domain.path + address).status == 404) }
        #expect(alice.post(domain.path + "/delete", question.hiddenInputs).status == 404)
        #expect(alice.get("/settings/deletions").text.contains("Email address domain"))
        #expect(add("acme.example").status == 303)
        let again = try #require(
            try test.site.database.read { try EmailDomainStore.id(named: "acme.example", of: self.test.acme, on: $0) })
        #expect(try test.counts(of: EmailDomain(id: again), in: test.acme).all == 0)
    }

    @Test("Who may only see security deletes none, and nobody one of another account")
    func access() throws {
        let domain = try test.addEmailDomain("acme.example")
        try test.give(test.bob, [.viewSecurity])
        let bob = try test.browser(test.bob)
        #expect(bob.get(domain.path).status == 200 && bob.get(domain.path + "/delete").status == 403)
        #expect(bob.post(domain.path + "/delete", [("csrf", bob.get("/me").csrf ?? "")]).status == 403)
        let mallory = try test.browser(test.mallory)
        for address in ["", "/delete", "/blacklist.csv"] { #expect(mallory.get(domain.path + address).status == 404) }
        #expect(mallory.post(domain.path + "/delete", [("csrf", mallory.get("/me").csrf ?? "")]).status == 404)
        #expect(try names() == ["acme.example"])
    }

    @Test("Of a thousand entries and more some go with the domain and the rest behind it, at most 500 in one transaction")
    func many() throws {
        let domain = try test.addEmailDomain("acme.example")
        try test.fillBlacklist(of: domain, 1730, of: test.acme)
        #expect(alice.post(domain.path + "/delete", alice.get(domain.path + "/delete").hiddenInputs).status == 303)
        // Beside the thread that the page has begun.
        try BlacklistRemovals(test.site).run()
        #expect(try test.entryCount(of: domain) == 0)
        #expect(try deletions().contains("blacklist_entry acme.example Alice Martin 1730 1730"))
    }

    private struct PowerCut: Error {}

    @Test("What a kill leaves of the entries goes at the next start, counted once", arguments: [500, 1000, 1500])
    func killed(at cut: Int) throws {
        let domain = try test.addEmailDomain("acme.example")
        try test.fillBlacklist(of: domain, 1730, of: test.acme)
        let removal = BlacklistRemovalRow.self
        try test.site.database.write { connection in
            let deletion = try Deletion(
                account: self.test.acme, user: self.test.alice.id, userName: "Alice Martin", entity: .blacklistEntry,
                detail: "acme.example", planned: 1730, items: 0, bytes: 0
            ).record(self.test.site, on: connection)
            _ = try EmailDomainStore.delete(domain.id, of: self.test.acme, on: connection)
            try BlacklistRemovalStore.begin(
                BlacklistRemoval(
                    id: self.test.site.ids.next(removal), account: self.test.acme, domain: domain.id, user: nil, deletion: deletion,
                    planned: 1730, done: 0), on: connection)
        }
        let before = try test.entryCount(of: domain)
        #expect(before == 1730)
        #expect(throws: PowerCut.self) {
            try BlacklistRemovals(test.site, reached: { done in if done == cut { throw PowerCut() } }).run()
        }
        #expect(try test.entryCount(of: domain) == 1730 - cut)
        #expect(try deletions() == ["blacklist_entry acme.example Alice Martin 1730 \(cut)"])
        try test.runJob("blacklist-removals")
        #expect(try test.entryCount(of: domain) == 0)
        #expect(try deletions() == ["blacklist_entry acme.example Alice Martin 1730 1730"])
    }

    @Test("With a user go the entries that are theirs, in every domain, and the domains count on rightly")
    func userGone() throws {
        let (domain, other) = (try test.addEmailDomain("acme.example"), try test.addEmailDomain("other.example"))
        try test.blacklist(.user(test.bob.id), "", .manual, in: domain)
        try test.blacklist(.email(test.bob.email), "news@acme.example", .bounce, in: domain)
        try test.blacklist(.email("p@outside.example"), "", .bounce, in: domain)
        for index in 0..<620 { try test.blacklist(.user(test.bob.id), "a\(index)@other.example", .manual, in: other) }
        let page = "/users/\(test.bob.id)/delete"
        #expect(alice.post(page, alice.get(page).hiddenInputs).status == 303)
        // The last of them wait, and are shown to nobody.
        #expect(try test.entryCount(of: other) + test.entryCount(of: domain) == 123)
        #expect(alice.get("/users").text.contains("Bob Durand has been deleted."))
        #expect(!alice.get(other.path).text.contains("Bob Durand") && !alice.get(other.path).text.contains("a1@other"))
        try test.runJob("blacklist-removals")
        #expect(try test.counts(of: domain, in: test.acme).all == 1 && test.counts(of: other, in: test.acme).all == 0)
    }

    // MARK: Cost

    @Test("The first page and every next one is read off an index in order, with each filter but a search, whatever the number of entries")
    func plans() throws {
        let domain = try test.addEmailDomain("acme.example")
        try test.fillBlacklist(of: domain, 1000, of: test.acme)
        let anchor = try #require(
            try test.site.database.read { try $0.value("SELECT MIN(id) FROM blacklist_entries", as: ID<BlacklistEntry>.self) })
        for source in [nil, BlacklistFilter.Source.automatic, .manual, .bounce] {
            for name in [nil, "after", "before"] {
                var query = FormData()
                if let name { query.set(name, anchor.description) }
                let filter = BlacklistFilter(source: source, from: test.site.clock.now() - .seconds(86_400))
                let steps = try test.site.database.read { connection in
                    try connection.plan(
                        of: try BlacklistStore.pageStatement(
                            of: domain.id, filter, at: PagePosition(query), size: 50, on: connection))
                }.joined(separator: "\n")
                let isOfOneSource = source != nil && source != .automatic
                #expect(steps.contains(isOfOneSource ? "blacklist_entries_by_source" : "blacklist_entries_by_time"), "\(steps)")
                #expect(!steps.contains("TEMP B-TREE") && !steps.contains("SCAN"), "\(steps)")
            }
        }
        let list = try test.site.database.read { connection in
            try connection.plan(of: "SELECT MAX(e.at) FROM blacklist_entries e WHERE e.domain_id = \(domain.id)")
        }.joined()
        #expect(list.contains("blacklist_entries_by_time"))
    }
}
