// The lists of domains: who may, what is asked first, what is told, and that two at once make neither one too many nor one twice.

import Database
import Features
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Security")
struct SecurityTests {
    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    private func add(_ domain: String, to path: String = ChatDomain.path, _ more: [(String, String)] = [], by browser: Browser? = nil)
        -> Browser.Page
    {
        let browser = browser ?? alice
        return browser.post(path, browser.get(path + "/new").hiddenInputs + [("domain", domain)] + more)
    }

    private func list(_ path: String = ChatDomain.path, by browser: Browser? = nil) -> String { (browser ?? alice).get(path).text }

    private func chatDomains() throws -> [String] { try test.domains(ChatDomain.self, of: test.acme) }

    private func rows(_ query: SQL) throws -> [String] {
        try test.site.database.read { try $0.rows(query) { try $0.next(String.self) } }
    }

    /// Somebody of Acme with these rights and no others.
    private func visitor(_ rights: String) throws -> Browser {
        try test.site.database.write {
            _ = try $0.execute(
                "UPDATE roles SET rights = \(rights) WHERE id = (SELECT role_id FROM users WHERE id = \(self.test.bob.id))")
        }
        return try test.browser(test.bob)
    }

    // MARK: Who may

    @Test("The tab leads to its first list; who may see sees, who may manage changes, and nobody else comes here")
    func access() throws {
        #expect(alice.get("/settings/security").location == ChatDomain.path)
        let id = try test.add(ChatDomain.self, "www.acme.example", to: test.acme)
        let paths = [ChatDomain.path, UserDomain.path]
        let stranger = try visitor("")
        for path in paths { #expect(stranger.get(path).status == 403) }
        let viewer = try visitor("security.view")
        for path in paths {
            let page = viewer.get(path)
            #expect(page.status == 200 && !page.text.contains("\(path)/new") && !page.text.contains("/delete"))
            #expect(viewer.get(path + "/new").status == 403)
            #expect(viewer.post(path, [("domain", "b.example")]).status == 403)
        }
        #expect(viewer.get(ChatDomain.path).text.contains("www.acme.example"))
        #expect(viewer.post(ChatDomain.path(of: id) + "/delete").status == 403)
        let manager = try visitor("security.manage")
        #expect(manager.get(ChatDomain.path).text.contains("\(ChatDomain.path)/new"))
        #expect(add("b.example", by: manager).status == 303)
        #expect(try chatDomains() == ["b.example", "www.acme.example"])
    }

    @Test("A domain of another account is not there, and does not stand in this one's way")
    func accounts() throws {
        let id = try test.add(ChatDomain.self, "www.acme.example", to: test.globex)
        #expect(alice.get(ChatDomain.path(of: id) + "/delete").status == 404)
        #expect(alice.post(ChatDomain.path(of: id) + "/delete").status == 404)
        #expect(!list().contains("www.acme.example"))
        #expect(add("www.acme.example").status == 303)
        #expect(try test.domains(ChatDomain.self, of: test.globex) == ["www.acme.example"])
    }

    // MARK: Adding

    @Test("A pasted address is added by its domain, and that is said; the list says who added it, and shows punycode beneath what differs")
    func added() throws {
        let done = add("https://Shop.München.example:8443/cart?x=1")
        #expect(done.status == 303 && done.location == ChatDomain.path)
        #expect(try chatDomains() == ["shop.xn--mnchen-3ya.example"])
        let page = list()
        #expect(page.contains("shop.münchen.example has been added.") && page.contains("the rest of the address was left out"))
        #expect(page.contains("shop.xn--mnchen-3ya.example") && page.contains("Alice Martin") && page.contains("1 domain of 100"))
        let audit = try rows("SELECT action || ' ' || subject || ' ' || changes FROM audit WHERE action LIKE 'chat_domain.%'")
        #expect(audit.count == 1 && audit[0].hasPrefix("chat_domain.create shop.münchen.example "))
        #expect(audit[0].contains("shop.xn--mnchen-3ya.example"))
    }

    @Test(
        "Another spelling of a domain that is in the list is refused, and what was typed stays",
        arguments: ["MÜNCHEN.example", "mu\u{308}nchen.example", "xn--mnchen-3ya.example", "https://münchen.example/"])
    func taken(_ spelling: String) throws {
        try test.add(ChatDomain.self, "münchen.example", to: test.acme)
        let page = add(spelling)
        #expect(page.status == 422 && page.text.contains("This domain is in the list already"))
        #expect(page.text.contains("value=\"\(spelling)\""))
        #expect(try chatDomains().count == 1)
    }

    @Test("What is wrong is told at the field in both languages, with the domain of an email address that was typed")
    func refused() throws {
        let page = add("ana@acme.example", to: UserDomain.path)
        #expect(page.status == 422 && page.text.contains("what follows the @ sign only: acme.example"))
        #expect(add("*.acme.example", to: UserDomain.path).text.contains("Enter the domain without the *"))
        #expect(add("").text.contains("Enter a domain name"))
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(self.test.alice.id)") }
        #expect(add("my_shop.example").text.contains("ne contient pas de tiret bas"))
        #expect(try chatDomains().isEmpty)
    }

    @Test("That a wildcard covers a domain is said and no error, either way round")
    func covered() throws {
        #expect(add("www.acme.example").status == 303)
        #expect(add("*.acme.example").status == 303)
        #expect(list().contains("It also covers 1 domain of the list."))
        #expect(add("shop.acme.example").status == 303)
        let page = list()
        #expect(page.contains("*.acme.example covers it already.") && page.contains("Covered by *.acme.example as well"))
        #expect(try chatDomains() == ["*.acme.example", "shop.acme.example", "www.acme.example"])
    }

    @Test("A domain that may be taken for another is asked about with both spellings, added when that is confirmed, and marked in the list")
    func lookalike() throws {
        let asked = add("аррӏе.example")
        #expect(asked.status == 200 && asked.text.contains("xn--80ak6aa92e.example") && asked.text.contains("аррӏе.example"))
        #expect(try chatDomains().isEmpty)
        #expect(alice.post(ChatDomain.path, asked.hiddenInputs).status == 303)
        #expect(try chatDomains() == ["xn--80ak6aa92e.example"])
        #expect(list().contains("Lookalike"))
        // Sent once more, it is the same one.
        #expect(alice.post(ChatDomain.path, asked.hiddenInputs).status == 303)
        #expect(try chatDomains().count == 1)
        // One that is like another of the list.
        try test.add(ChatDomain.self, "paypal.example", to: test.acme)
        #expect(add("paypa1.example").text.contains("It looks like paypal.example."))
        #expect(try chatDomains().count == 2)
    }

    @Test("One form sent twice makes one domain, and two forms with one domain at once make one as well")
    func once() throws {
        let form = alice.get(ChatDomain.path + "/new").hiddenInputs
        let same = [Post(ChatDomain.path, form + [("domain", "a.example")]), Post(ChatDomain.path, form + [("domain", "a.example")])]
        #expect(test.sendAtOnce(same, as: alice).map(\.status) == [303, 303])
        let two = (0..<2).map { _ in
            Post(ChatDomain.path, alice.get(ChatDomain.path + "/new").hiddenInputs + [("domain", "b.example")])
        }
        #expect(test.sendAtOnce(two, as: alice).map(\.status).sorted() == [303, 422])
        #expect(try chatDomains() == ["a.example", "b.example"])
    }

    // MARK: The list

    @Test("Domains are found as they are shown and as they are stored, and an empty list says what that means")
    func search() throws {
        #expect(list().contains("The chat module cannot be embedded anywhere"))
        #expect(list(UserDomain.path).contains("Any domain is allowed"))
        for domain in ["www.acme.example", "münchen.example"] { try test.add(ChatDomain.self, domain, to: test.acme) }
        for (word, found) in [("MUNCHEN", true), ("xn--mnchen", true), ("acme", false), ("globex", false)] {
            #expect(list("\(ChatDomain.path)?q=\(word)").contains("münchen.example") == found, "\(word)")
        }
        #expect(list("\(ChatDomain.path)?q=globex").contains("No domain matches your search."))
    }

    @Test("The platform reads both lists in ASCII, with the account's settings")
    func api() throws {
        for domain in ["münchen.example", "*.acme.example"] { try test.add(ChatDomain.self, domain, to: test.acme) }
        try test.add(UserDomain.self, "acme.example", to: test.acme)
        let page = test.call(.get, "/api/v1/accounts/acme/settings", key: try test.key(of: test.acme))
        let json = try JSONValue(parsing: page.bytes)
        #expect(json["chat_domains"] == ["*.acme.example", "xn--mnchen-3ya.example"])
        #expect(json["user_domains"] == ["acme.example"])
    }

    // MARK: Deleting

    @Test("Before a domain goes the page says what will no longer work, and what still covers it; then it stands in the Deletion history")
    func deletion() throws {
        let ids = try ["acme.example", "www.acme.example", "*.acme.example"].map {
            try test.add(ChatDomain.self, $0, to: test.acme)
        }
        func question(_ id: ID<ChatDomain>) -> String { alice.get(ChatDomain.path(of: id) + "/delete").text }
        #expect(question(ids[0]).contains("will no longer work on pages of acme.example."))
        #expect(question(ids[1]).contains("will go on working on pages of www.acme.example: *.acme.example covers it."))
        let wildcard = question(ids[2])
        #expect(wildcard.contains("pages of names below acme.example.") && wildcard.contains("allows it: www.acme.example."))
        for id in ids { #expect(alice.post(ChatDomain.path(of: id) + "/delete").location == ChatDomain.path) }
        #expect(list().contains("*.acme.example has been deleted."))
        #expect(try chatDomains().isEmpty)
        #expect(alice.post(ChatDomain.path(of: ids[0]) + "/delete").status == 404)
        #expect(
            try rows("SELECT entity || ' ' || detail || ' ' || user_name FROM deletions ORDER BY id") == [
                "chat_domain acme.example Alice Martin", "chat_domain www.acme.example Alice Martin",
                "chat_domain *.acme.example Alice Martin",
            ])
    }
}
