// How somebody gets in: the links by which people choose a password, the letters that carry them, and how many of those there are.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import Mail
import TestSupport
import Testing
import Time
import Web

@Suite("Users' links")
struct UserLinksTests: UsersWorld {
    let test: TestApp
    let relay: ScriptedRelay

    init() throws { (test, relay) = try Self.made() }

    @Test("Whoever is added gets a letter, chooses a password by its link, once, and signs in with it")
    func invitation() throws {
        let admin = try test.browser(test.alice)
        let added = try add("Ana.Lima@Acme.example", by: admin)
        #expect(added.status == 303)
        let id = try #require(try user("ana.lima@acme.example"))
        #expect(added.location == "/users/\(id)")
        #expect(admin.get("/users/\(id)").text.contains("Invited"))
        let link = try link(inLetter: 0)
        #expect(relay.taken[0].recipients.first?.contains("ana.lima@acme.example") == true)
        let ana = try test.browser()
        #expect(ana.signIn("ana.lima@acme.example", "").status == 422)
        // A mail filter looks at it any number of times.
        for _ in 0..<3 { #expect(ana.get(link).status == 200) }
        let hidden = ana.get(link).hiddenInputs
        func choose(_ one: String, _ other: String) -> Browser.Page {
            ana.post("/password/link", hidden + [("new_password", one), ("new_password_again", other)])
        }
        #expect(choose("short", "short").status == 422)
        #expect(choose("a good long phrase", "another long phrase").status == 422)
        #expect(choose("a good long phrase", "a good long phrase").location == "/sign-in")
        #expect(choose("a good long phrase 2", "a good long phrase 2").location == "/sign-in")
        #expect(ana.get("/sign-in").text.contains("used already"))
        #expect(ana.signIn("ana.lima@acme.example", "a good long phrase 2").status == 422)
        #expect(ana.signIn("ana.lima@acme.example", "a good long phrase").status == 303)
        #expect(admin.get("/users/\(id)").text.contains("Active"))
        #expect(try test.audit().contains("user.create"))
    }

    @Test("A link ends after two hours, with the next one, and when its owner is disabled")
    func ends() throws {
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        func send() -> Browser.Page { admin.post(path + "/link", admin.get(path).hiddenInputs) }
        #expect(send().location == path)
        let first = try link(inLetter: 0)
        #expect(send().location == path)
        let second = try link(inLetter: 1)
        let bob = try test.browser()
        #expect(bob.get(first).location == "/sign-in" && bob.get(second).status == 200)
        test.clock.advance(by: .seconds(7200))
        #expect(bob.get(second).location == "/sign-in")
        let again = try test.browser(test.alice)
        #expect(again.post(path + "/link", again.get(path).hiddenInputs).status == 303)
        let third = try link(inLetter: 2)
        #expect(bob.get(third).status == 200)
        #expect(again.post(path + "/suspension", again.get(path).hiddenInputs).status == 303)
        #expect(bob.get(third).location == "/sign-in")
    }

    @Test("A link that went to an address that was wrong opens nothing once the address is another")
    func correctedAddress() throws {
        let admin = try test.browser(test.alice)
        #expect(try add("ana.lima@elsewhere.example", by: admin).status == 303)
        let id = try #require(try user("ana.lima@elsewhere.example"))
        let path = "/users/\(id)"
        let link = try link(inLetter: 0)
        func change(_ name: String, _ email: String) throws -> Int {
            submit([("name", name), ("email", email), ("role", try role("user"))], at: path + "/edit", to: path, by: admin).status
        }
        #expect(try change("Ana M. Lima", "ana.lima@elsewhere.example") == 303)
        #expect(try test.browser().get(link).status == 200)
        #expect(try change("Ana M. Lima", "ana.lima@acme.example") == 303)
        #expect(try test.browser().get(link).status == 303)
        #expect(admin.post(path + "/link", admin.get(path).hiddenInputs).status == 303)
        #expect(try test.browser().get(self.link(inLetter: 1)).status == 200)
    }

    @Test("A new password by link ends whoever was signed in with the old one, and its browser is let in however many guessed")
    func resetOpensTheWay() throws {
        let admin = try test.browser(test.alice)
        let thief = try test.browser(test.bob)
        #expect(thief.get("/me").status == 200)
        let guesser = try test.browser()
        for _ in 0..<100 { _ = guesser.signIn(test.bob.email, "a wrong guess") }
        #expect(try test.browser().signIn(test.bob.email).status == 429)
        let path = "/users/\(test.bob.id)"
        #expect(admin.post(path + "/link", admin.get(path).hiddenInputs).status == 303)
        let link = try link(inLetter: 0)
        let bob = try test.browser()
        let fields = bob.get(link).hiddenInputs + [("new_password", "a good long phrase"), ("new_password_again", "a good long phrase")]
        #expect(bob.post("/password/link", fields).status == 303)
        #expect(thief.get("/me").location == "/sign-in?to=/me" || thief.get("/me").status != 200)
        #expect(bob.signIn(test.bob.email, "a good long phrase").status == 303)
        #expect(try test.browser().signIn(test.bob.email, "a good long phrase").status == 429)
    }

    @Test("Whoever uses a link that came by mail has shown that the address is theirs: told once, and once more of another address")
    func verifiedAddress() throws {
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        func verified() throws -> Int? {
            try test.site.database.read { try $0.value("SELECT COUNT(*) FROM events WHERE event_type = 'USER_EMAIL_VERIFIED'") }
        }
        func follow(letter number: Int) throws {
            #expect(admin.post(path + "/link", admin.get(path).hiddenInputs).status == 303)
            let address = try self.link(inLetter: number)
            let bob = try test.browser()
            let password = "a good long phrase \(number)"
            let fields = bob.get(address).hiddenInputs + [("new_password", password), ("new_password_again", password)]
            #expect(bob.post("/password/link", fields).status == 303)
        }
        try follow(letter: 0)
        #expect(try verified() == 1)
        try follow(letter: 1)
        #expect(try verified() == 1)
        let fields = [("name", "Bob Durand"), ("email", "bob.durand@acme.example"), ("role", try role("user"))]
        #expect(submit(fields, at: path + "/edit", to: path, by: admin).status == 303)
        try follow(letter: 2)
        #expect(try verified() == 2)
    }

    @Test("Without mail the link is shown once, and nowhere else")
    func withoutMail() throws {
        let test = try TestApp()
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        let page = admin.post(path + "/link", admin.get(path).hiddenInputs)
        #expect(page.status == 200)
        let link = try #require(page.text.firstMatch(of: /\/password\/link\?code=[0-9a-f]{64}/)).output
        #expect(!admin.get(path).text.contains("code="))
        // By its address the page leads to the person, and says that the link was shown.
        #expect(admin.get(path + "/link").location == path)
        #expect(admin.get(path).text.contains("A link is shown once"))
        // One's own password one changes by the present one.
        let own = "/users/\(test.alice.id)"
        #expect(!admin.get(own).text.contains("\(own)/link"))
        #expect(admin.post(own + "/link").location == "/password")
        #expect(try test.browser().get(String(link)).status == 200)
        #expect(try test.browser().get("/password/forgotten").location == "/sign-in")
    }

    @Test(
        "An address is one, however its letters were composed and its domain was named",
        arguments: [
            ("ana@münchen.example", "Ana@XN--MNCHEN-3YA.example", "<ana@xn--mnchen-3ya.example>"),
            ("am\u{E9}lie@acme.example", "ame\u{301}lie@acme.example", "<am\u{E9}lie@acme.example>"),
        ])
    func spellings(_ one: String, _ other: String, _ recipient: String) throws {
        let admin = try test.browser(test.alice)
        let first = try add(one, by: admin)
        #expect(first.status == 303)
        #expect(try add(other, called: "Another", by: admin).text.contains("has this address already"))
        _ = try link(inLetter: 0)
        #expect(relay.taken[0].recipients.first?.contains(recipient) == true)
        // As people write it, also where the page tells of the letter.
        let page = admin.get(try #require(first.location)).text
        #expect(page.contains(one) && !page.contains("xn--"))
    }

    @Test("Ten letters of one account an hour go to one address; then somebody is told to wait, and nobody is made for one more")
    func lettersToOne() throws {
        let admin = try test.browser(test.alice)
        #expect(try add("ana@elsewhere.example", by: admin).status == 303)
        let ana = try #require(try user("ana@elsewhere.example"))
        let path = "/users/\(ana)"
        for number in 0..<9 { #expect(admin.post(path + "/link").location == path, "\(number)") }
        #expect(!admin.get(path).text.contains("Wait an hour before you send another."))
        #expect(admin.post(path + "/link").location == path)
        #expect(admin.get(path).text.contains("Wait an hour before you send another."))
        #expect(submit([], at: path + "/delete", to: path + "/delete", by: admin).status == 303)
        #expect(try add("ana@elsewhere.example", by: admin).status == 422)
        test.clock.advance(by: .seconds(3601))
        let again = try test.browser(test.alice)
        #expect(try add("ana@elsewhere.example", by: again).status == 303)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails") } == 11)
    }

    @Test("Notices keep nobody from being sent a link")
    func noticesBeside() throws {
        for number in 0..<12 {
            try test.site.database.write { connection in
                try test.app.mailer.post(
                    MailMessage(to: test.bob.email, named: "Bob", subject: "Notice \(number)", text: "Hello", html: "<p>Hello</p>"),
                    to: MailAddressee(account: test.acme, user: test.bob.id, address: test.bob.email, name: "Bob"), on: connection)
            }
        }
        let admin = try test.browser(test.alice)
        let bob = "/users/\(test.bob.id)"
        #expect(admin.post(bob + "/link").location == bob)
        #expect(admin.get(bob).text.contains("A link is on its way"))
    }

    @Test("What an account sends to an address keeps no other from writing to it, and tells no other of it")
    func lettersOfOthers() throws {
        let admin = try test.browser(test.alice)
        let bob = "/users/\(test.bob.id)"
        for _ in 0..<11 { #expect(admin.post(bob + "/link").location == bob) }
        #expect(admin.get(bob).text.contains("Wait an hour before you send another."))
        let stranger = try test.browser(test.mallory)
        let plain = try role("user", of: test.globex)
        let added = submit([("name", "Bob"), ("email", test.bob.email), ("role", plain)], at: "/users/new", to: "/users", by: stranger)
        #expect(added.status == 303)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails WHERE account_id = \(test.globex)") } == 1)
    }

    @Test("A forgotten password is answered alike for known and unknown, and at most three letters an hour go to an address")
    func forgotten() throws {
        let browser = try test.browser()
        func ask(_ email: String) -> Browser.Page {
            browser.post("/password/forgotten", browser.get("/password/forgotten").hiddenInputs + [("email", email)])
        }
        let unknown = ask("nobody@acme.example")
        let known = ask("BOB@acme.example")
        #expect(unknown.status == known.status && unknown.location == known.location)
        let link = try link(inLetter: 0)
        #expect(try test.browser().get(link).text.contains(test.bob.email))
        for _ in 0..<5 { #expect(ask(test.bob.email).location == known.location) }
        // Behind the answers.
        _ = try self.link(inLetter: 2)
        let letters = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails", as: Int.self) }
        #expect(letters == 3)
        #expect(try test.audit().filter { $0 == "password.forgotten" }.count == 3)
        #expect(ask("no-address").status == 422)
    }

    @Test("Nobody of a suspended account is sent a link that would not let them in")
    func forgottenWhileSuspended() throws {
        let browser = try test.browser()
        func ask() throws -> Int? {
            let fields = browser.get("/password/forgotten").hiddenInputs + [("email", test.bob.email)]
            #expect(browser.post("/password/forgotten", fields).location == "/sign-in")
            test.app.afterwards.finish()
            return try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails") }
        }
        func set(_ state: AccountState) throws {
            try test.site.database.write { _ = try $0.execute("UPDATE accounts SET state = \(state) WHERE id = \(test.acme)") }
        }
        for state in [AccountState.suspended, .closing] {
            try set(state)
            #expect(try ask() == 0)
        }
        try set(.active)
        #expect(try ask() == 1)
    }
}
