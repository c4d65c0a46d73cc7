// One email address with several accounts: who gets into which, what is asked, and what nobody learns.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@Suite("Signing in with one address for several accounts")
struct SignInChoiceTests {
    private static let other = "kestrel amber violin"

    private let test: TestApp

    init() throws {
        test = try TestApp()
    }

    /// Makes Alice of Acme a user elsewhere too.
    @discardableResult
    private func addAlice(_ password: String = TestApp.password, in account: ID<Account>?) throws -> ID<User> {
        let people = PeopleStore(site: test.site)
        let user = NewUser(email: test.alice.email, name: "Alice Martin", password: password, role: account == nil ? nil : .administrator)
        let hash = try test.site.hash(password, for: user.email)
        return try test.site.database.write { try people.create(user, passwordHash: hash, in: account, on: $0) }
    }

    private func account(_ browser: Browser) -> String {
        let page = browser.get("/settings/deletions").text
        return page.contains("Globex") ? "Globex" : page.contains("Acme") ? "Acme" : "none"
    }

    private func choose(_ page: Browser.Page, _ user: ID<User>, in browser: Browser) -> Browser.Page {
        browser.post("/sign-in/account", page.hiddenInputs + [("user", user.description)])
    }

    @Test("With a password for each account, the password says which is meant, and nothing is asked")
    func oneFits() throws {
        try addAlice(Self.other, in: test.globex)
        let first = try test.browser()
        #expect(first.signIn(test.alice.email).status == 303)
        #expect(account(first) == "Acme")
        let second = try test.browser()
        #expect(second.signIn(test.alice.email, Self.other).status == 303)
        #expect(account(second) == "Globex")
        #expect(try test.browser().signIn(test.alice.email, "neither of them").status == 422)
    }

    @Test("A password that fits several asks which is meant, in both languages, without the password in the page", arguments: ["en", "fr"])
    func asks(language: String) throws {
        let globex = try addAlice(in: test.globex)
        try addAlice(in: nil)
        let browser = try test.browser()
        browser.acceptLanguage = language
        let page = browser.signIn(test.alice.email, to: "/settings/deletions?q=x")
        #expect(page.status == 200)
        #expect(page.text.contains(language == "fr" ? "Choisissez un compte" : "Choose an account"))
        #expect(page.text.contains(language == "fr" ? "Console de l’opérateur" : "Operator console"))
        #expect(page.text.contains(">Acme Télécom</button>") && page.text.contains(">Globex</button>"))
        #expect(!page.text.contains(TestApp.password) && !page.text.contains("scrypt"))
        #expect(browser.cookies["session"] == nil && browser.get("/me").status == 303)
        #expect(choose(page, globex, in: browser).location == "/settings/deletions?q=x")
        #expect(account(browser) == "Globex")
        let started = try test.site.database.read {
            try $0.rows("SELECT user_id FROM audit WHERE action = 'session.start'") { try $0.next(ID<User>.self) }
        }
        #expect(started == [globex])
    }

    @Test("An account that has disabled the person is neither asked about nor entered")
    func disabled() throws {
        let globex = try addAlice(in: test.globex)
        let browser = try test.browser()
        let page = browser.signIn(test.alice.email)
        try test.site.database.write { _ = try $0.execute("UPDATE users SET is_enabled = 0 WHERE id = \(globex)") }
        #expect(choose(page, globex, in: browser).status == 422)
        #expect(browser.get("/me").status == 303)
        let again = try test.browser()
        #expect(again.signIn(test.alice.email).status == 303)
        #expect(account(again) == "Acme")
    }

    @Test("The choice is good once, for ten minutes, in its browser, for the accounts it names, and not after a change of password")
    func token() throws {
        let globex = try addAlice(in: test.globex)
        let browser = try test.browser()
        let page = browser.signIn(test.alice.email)
        let thief = try test.browser()
        let own = thief.get("/sign-in").csrf ?? ""
        let stolen = page.hiddenInputs.filter { $0.0 != "csrf" } + [("csrf", own), ("user", globex.description)]
        let refused = thief.post("/sign-in/account", stolen)
        #expect(refused.status == 422 && refused.text.contains("This choice has ended"))
        #expect(thief.cookies["session"] == nil)

        let second = browser.signIn(test.alice.email)
        #expect(choose(second, test.mallory.id, in: browser).status == 422)
        let third = browser.signIn(test.alice.email)
        test.clock.advance(by: .seconds(601))
        #expect(choose(third, globex, in: browser).status == 422)

        let fourth = browser.signIn(test.alice.email)
        test.clock.advance(by: .seconds(1))
        let now = test.clock.clock.now()
        try test.site.database.write { _ = try $0.execute("UPDATE users SET password_changed_at = \(now) WHERE id = \(globex)") }
        #expect(choose(fourth, globex, in: browser).status == 422)

        let fifth = browser.signIn(test.alice.email)
        #expect(choose(fifth, globex, in: browser).status == 303)
        _ = browser.post("/sign-out")
        // What was shown before the sign-in is over with it; and the choice is made, also to a page of now.
        #expect(choose(fifth, globex, in: browser).status == 403)
        let chosen = fifth.hiddenInputs.filter { $0.0 != "csrf" } + [("user", globex.description)]
        #expect(browser.post("/sign-in/account", chosen).status == 422)
        #expect(browser.post("/sign-in/account", [("user", globex.description)]).status == 422)
        #expect(browser.cookies["session"] == nil)
    }

    @Test("A form that waits goes on behind the choice")
    func keptForm() throws {
        let globex = try addAlice(in: test.globex)
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/me").csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let interrupted = browser.post("/settings/account", [("time_zone", "Europe/London"), ("csrf", token)])
        let page = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        let resume = choose(page, globex, in: browser)
        #expect(resume.status == 200 && resume.text.contains("action=\"/settings/account\""))
        #expect(resume.hidden("time_zone") == "Europe/London")
    }

    @Test("Guesses are counted by the address, whatever accounts it has; a browser has an allowance of its own for those who used it")
    func guesses() throws {
        try addAlice(Self.other, in: test.globex)
        let owner = try test.browser()
        #expect(owner.signIn(test.alice.email, Self.other).status == 303)
        _ = owner.post("/sign-out")
        let thief = try test.browser()
        // The owner's own sign-in at Globex was a guess at Acme.
        for _ in 0..<99 { #expect(thief.signIn(test.alice.email, "a wrong guess").status == 422) }
        #expect(thief.signIn(test.alice.email).status == 429)
        #expect(thief.signIn(test.alice.email, Self.other).status == 429)
        // A browser of Globex opens nothing of Acme: whoever administers Globex has given out that address there.
        #expect(owner.signIn(test.alice.email).status == 429)
        #expect(owner.signIn(test.alice.email, Self.other).status == 303)
        #expect(account(owner) == "Globex")
    }

    @Test("Accounts that have somebody's address with passwords of other salts keep nobody out of a browser that they have used")
    func otherSalts() throws {
        let owner = try test.browser()
        #expect(owner.signIn(test.alice.email).status == 303)
        _ = owner.post("/sign-out")
        for number in 1...4 {
            let account = try test.site.database.write {
                try PeopleStore(site: test.site).create(NewAccount(name: "AAA \(number)", slug: "aaa-\(number)"), on: $0)
            }
            let user = try addAlice(Self.other, in: account)
            // As after a change of the address.
            let hash = try test.site.passwords.hash(Self.other)
            try test.site.database.write { _ = try $0.execute("UPDATE users SET password_hash = \(hash) WHERE id = \(user)") }
        }
        #expect(owner.signIn(test.alice.email).status == 303)
        #expect(account(owner) == "Acme")
    }

    @Test("Whoever has an account of their own with somebody's address guesses no more often, nor with passwords that are right there")
    func namesake() throws {
        let other = try addAlice(Self.other, in: test.globex)
        let thief = try test.browser()
        for number in 0..<100 {
            let guess = "my own password, number \(number)"
            let hash = try test.site.hash(guess, for: test.alice.email, replacingThatOf: other)
            try test.site.database.write { _ = try $0.execute("UPDATE users SET password_hash = \(hash) WHERE id = \(other)") }
            #expect(thief.signIn(test.alice.email, guess).status == 303)
            _ = thief.post("/sign-out")
        }
        #expect(thief.signIn(test.alice.email).status == 429)
        #expect(try test.browser().signIn(test.alice.email).status == 429)
        // What closes the address to new browsers is told to whoever it concerns, though no password was wrong.
        test.app.afterwards.finish()
        let told = try test.site.database.read {
            try $0.value("SELECT COUNT(*) FROM alerts WHERE account_id = \(test.acme) AND kind = 'sign_in_closed'", as: Int.self)
        }
        #expect(told == 1)
    }

    @Test("Passwords of one address share a salt, so that a try costs one stretching; an address alone gets a new salt with each password")
    func salts() throws {
        try addAlice(Self.other, in: test.globex)
        func salt(_ hash: String) -> Substring { hash.split(separator: "$")[4] }
        let stored = try test.site.database.read {
            try $0.rows("SELECT password_hash FROM users WHERE email = \(test.alice.email)") { try $0.next(String.self) }
        }
        #expect(stored.count == 2 && Set(stored.map(salt)).count == 1 && Set(stored).count == 2)
        let bob = try test.site.hash(TestApp.password, for: test.bob.email, replacingThatOf: test.bob.id)
        let again = try test.site.hash(TestApp.password, for: test.bob.email, replacingThatOf: test.bob.id)
        #expect(salt(bob) != salt(again))
        #expect(try test.site.passwords.matches(Self.other, stored: stored).count { $0 } == 1)
        #expect(try test.site.passwords.matches(Self.other, stored: [bob, again]) == [false, false])
        #expect(try test.site.passwords.matches(TestApp.password, stored: [bob, again]) == [true, true])
        #expect(try test.site.passwords.matches(TestApp.password, stored: []).isEmpty)
    }

    @Test("Choices that nobody made are cleaned away")
    func cleaning() throws {
        try addAlice(in: test.globex)
        _ = try test.browser().signIn(test.alice.email)
        test.clock.advance(by: .seconds(601))
        try test.runJob("sessions")
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM sign_in_choices", as: Int.self) } == 0)
    }
}
