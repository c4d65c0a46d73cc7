// A second factor that is demanded, and one that is lost.

import Database
import HTTP
import HTTPTypes
import Mail
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("A second factor that is demanded or lost")
struct FactorRuleTests {
    private func mailing(_ installation: inout Installation) { installation.relay = try? MailRelay("smtp://127.0.0.1:9") }

    private func letters(_ world: FactorWorld, to user: ID<User>) throws -> Int {
        try world.test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails WHERE user_id = \(user)") } ?? 0
    }

    /// Sets it up on the page that comes before all others.
    private func setUp(_ world: FactorWorld, in browser: Browser) throws -> Browser.Page {
        let page = browser.get("/me/factor/new")
        let code = world.code(try world.secret(in: page))
        return browser.post("/me/factor/new", page.hiddenInputs + [("code", code), ("current_password", TestApp.password)])
    }

    @Test(
        "Of whom the account demands one, they set it up before anything else, or sign out", arguments: [FactorRule.administrators, .all])
    func demanded(rule: FactorRule) throws {
        let world = try FactorWorld()
        let test = world.test
        let (alice, bob) = (try test.browser(test.alice), try test.browser(test.bob))
        try world.demand(rule, of: test.acme)
        for path in ["/", "/me", "/password", "/settings/account", "/users", "/me/factor/off"] {
            #expect(alice.get(path).location == "/me/factor/new", "\(path)")
        }
        #expect((bob.get("/me").location == "/me/factor/new") == (rule == .all))
        #expect(try test.browser(test.mallory).get("/me").status == 200)
        #expect(try test.browser(test.olivia, account: test.acme).get("/settings/account").status == 200)
        #expect(alice.get("/me/factor/new").text.contains("Your account requires a second factor."))
        #expect(world.codes(in: try setUp(world, in: alice)).count == 10)
        #expect(alice.get("/settings/account").status == 200)
        // And it stays.
        let refused = alice.get("/me/factor/off")
        #expect(refused.location == "/me" && !alice.get("/me").text.contains("href=\"/me/factor/off\""))
        #expect(alice.post("/me/factor/off", [("present_code", "1"), ("current_password", TestApp.password)]).location == "/me")
        #expect(try world.factor(of: test.alice.id) != nil)
        let third = try test.browser(rule == .all ? test.bob : test.alice)
        if rule == .all {
            let token = try #require(third.get("/me/factor/new").csrf)
            #expect(third.post("/sign-out", [("csrf", token)]).location == "/sign-in")
        }
    }

    @Test("An administrator demands it in Account settings, where it is said who has none")
    func setting() throws {
        let world = try FactorWorld()
        let test = world.test
        let alice = try test.browser(test.alice)
        let page = alice.get("/settings/account")
        #expect(page.text.contains("2 people have none at present, 1 administrator among them."))
        let form: [(String, String)] = [
            ("country", "FR"), ("account_language", "en"), ("time_zone", "Europe/Paris"), ("second_factor", "all"),
        ]
        #expect(alice.post("/settings/account", page.hiddenInputs + form).status == 303)
        #expect(alice.get("/settings/account").location == "/me/factor/new")
        let rule: String? = try test.site.database.read { try $0.value("SELECT second_factor FROM accounts WHERE id = \(test.acme)") }
        #expect(rule == "all")
    }

    @Test("A form that is sent meanwhile waits, behind an expired password too, and is sent in the end")
    func keptForm() throws {
        let world = try FactorWorld()
        let test = world.test
        let alice = try test.browser(test.alice)
        let token = try #require(alice.get("/me").csrf)
        try world.demand(.all, of: test.acme)
        try test.site.database.write { _ = try $0.execute("UPDATE users SET must_change_password = 1 WHERE id = \(test.alice.id)") }
        let first = alice.post("/settings/account", [("time_zone", "Europe/London"), ("csrf", token)])
        #expect(first.status == 403 && first.text.contains("action=\"/password\""))
        let new = "a new battery staple"
        let second = alice.post(
            "/password",
            first.hiddenInputs + [("current_password", TestApp.password), ("new_password", new), ("new_password_again", new)])
        #expect(second.text.contains("action=\"/me/factor/new\"") && second.text.contains("What you typed is kept"))
        let secret = try world.secret(in: second)
        let wrong = alice.post("/me/factor/new", second.hiddenInputs + [("code", "1"), ("current_password", new)])
        #expect(wrong.status == 422)
        let third = alice.post("/me/factor/new", wrong.hiddenInputs + [("code", world.code(secret)), ("current_password", new)])
        #expect(world.codes(in: third).count == 10)
        #expect(third.text.contains("action=\"/settings/account\"") && third.hidden("time_zone") == "Europe/London")
        // By itself, too, and after a sign-in.
        let bob = try test.browser(test.bob)
        let own = try #require(bob.get("/me/factor/new").csrf)
        let kept = bob.post("/me", [("own_language", "fr"), ("csrf", own)])
        #expect(kept.status == 403 && kept.text.contains("action=\"/me/factor/new\""))
        test.clock.advance(by: .seconds(31 * 60))
        let ended = bob.post("/me", [("own_language", "fr"), ("csrf", own)])
        let resumed = bob.post("/sign-in", ended.hiddenInputs + [("email", test.bob.email), ("password", TestApp.password)])
        #expect(resumed.text.contains("action=\"/me/factor/new\"") && resumed.hidden("kept") != nil)
    }

    @Test("Operators always have one; only an installation for demonstrations lets them in without")
    func operators() throws {
        let world = try FactorWorld { $0.operatorsNeedFactor = true }
        let test = world.test
        for account in [nil, test.acme] {
            let olivia = try test.browser(test.olivia, account: account)
            #expect(olivia.get("/operator/accounts").location == "/me/factor/new")
            #expect(olivia.get("/settings/account").location == "/me/factor/new")
        }
        let olivia = try test.browser(test.olivia)
        #expect(olivia.get("/me/factor/new").text.contains("Operators of the platform sign in with a second factor."))
        #expect(world.codes(in: try setUp(world, in: olivia)).count == 10)
        #expect(olivia.get("/operator/accounts").status == 200)
        #expect(olivia.get("/me/factor/off").location == "/me")
        #expect(try test.browser(test.alice).get("/settings/account").status == 200)
        let plain = try FactorWorld()
        #expect(try plain.test.browser(plain.test.olivia).get("/operator/accounts").status == 200)
        #expect(try Installation(dataFolder: "", resources: TestApp.resources.get(), policy: plain.test.app.policy).operatorsNeedFactor)
    }

    // MARK: Lost

    @Test("An administrator resets somebody's: sessions end, it is on record and told by mail, and the password is enough again")
    func reset() throws {
        let world = try FactorWorld(with: mailing)
        let test = world.test
        try world.turnOn(test.bob.id)
        let (alice, bob) = (try test.browser(test.alice), try test.browser(test.bob))
        let path = "/users/\(test.bob.id)"
        #expect(alice.get(path).text.contains("action=\"\(path)/factor/reset\""))
        #expect(bob.post("\(path)/factor/reset").status == 403)
        #expect(try test.browser(test.mallory).post("\(path)/factor/reset").status == 404)
        #expect(try world.factor(of: test.bob.id) != nil)
        #expect(alice.post("\(path)/factor/reset").location == path)
        #expect(alice.get(path).text.contains("The second factor of Bob Durand has been reset."))
        #expect(bob.get("/me").status == 303)
        #expect(try world.factor(of: test.bob.id) == nil && letters(world, to: test.bob.id) == 1)
        #expect(try test.browser().signIn(test.bob.email).status == 303)
        // There is nothing more to reset.
        #expect(alice.post("\(path)/factor/reset").location == path && !alice.get(path).text.contains("/factor/reset"))
        #expect(try world.audited("user.factor.reset") == 1)
    }

    @Test("Nobody resets their own, nor that of somebody who may do more")
    func resetRefused() throws {
        let world = try FactorWorld()
        let test = world.test
        try world.turnOn(test.alice.id)
        let path = "/users/\(test.alice.id)/factor/reset"
        #expect(try test.browser(test.alice).post(path).location == "/users/\(test.alice.id)")
        try test.site.database.write {
            _ = try $0.execute(
                "UPDATE roles SET rights = 'people.view people.manage' WHERE account_id = \(test.acme) AND is_administrator = 0")
        }
        #expect(try test.browser(test.bob).post(path).status == 404)
        #expect(try world.factor(of: test.alice.id) != nil)
        #expect(try world.audited("user.factor.reset") == 0)
    }

    @Test("At the machine it is reset by address, of one account or of all, operators too")
    func verb() throws {
        let world = try FactorWorld(with: mailing)
        let test = world.test
        for person in [test.alice, test.olivia] { try world.turnOn(person.id) }
        let alice = try test.browser(test.alice)
        #expect(throws: VerbFailure.self) { try ControlVerb.resetFactor(email: test.alice.email, account: "globex").run(on: test.app) }
        #expect(throws: VerbFailure.self) { try ControlVerb.resetFactor(email: test.bob.email, account: nil).run(on: test.app) }
        #expect(alice.get("/me").status == 200)
        let answer = try ControlVerb.resetFactor(email: " Alice@ACME.example", account: "acme").run(on: test.app)
        #expect(answer.lines == ["Reset the second factor of alice@acme.example, Acme Télécom."])
        #expect(try alice.get("/me").status == 303 && letters(world, to: test.alice.id) == 1)
        _ = try ControlVerb.resetFactor(email: test.olivia.email, account: nil).run(on: test.app)
        #expect(try world.factor(of: test.olivia.id) == nil && letters(world, to: test.olivia.id) == 1)
        #expect(try world.audited("user.factor.reset") == 2)
    }

    @Test("Whoever is deleted takes theirs along")
    func deleted() throws {
        let world = try FactorWorld()
        let test = world.test
        try world.turnOn(test.bob.id)
        #expect(try test.browser(test.alice).post("/users/\(test.bob.id)/delete").status == 303)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM recovery_codes", as: Int.self) } == 0)
    }

    // MARK: What an administrator sees

    @Test("The list and the page say who has one; the page shows where somebody is signed in, and ends it")
    func page() throws {
        let world = try FactorWorld()
        let test = world.test
        let alice = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        for address in ["/users?q=bob@", path] { #expect(alice.get(address).text.contains("</svg>Off</span>"), "\(address)") }
        try world.turnOn(test.bob.id)
        for address in ["/users?q=bob@", path] { #expect(alice.get(address).text.contains("</svg>On</span>"), "\(address)") }
        let bobs = try [test.browser(test.bob), test.browser(test.bob)]
        let shown = alice.get(path).text
        let ends = shown.matches(of: /action="(\/users\/usr_[0-9a-z]+\/sessions\/ses_[0-9a-z]+\/end)"/).map { String($0.output.1) }
        #expect(ends.count == 2 && shown.contains("127.0.0.1"))
        let stranger = try test.browser(test.mallory)
        for end in ends { #expect(stranger.post(end).status == 404) }
        #expect(alice.post(ends[0]).location == path)
        #expect(bobs.map { $0.get("/me").status }.sorted() == [200, 303])
        #expect(alice.post(ends[0]).status == 404)
        #expect(alice.post("\(path)/sessions/end").location == path)
        #expect(bobs.map { $0.get("/me").status } == [303, 303])
        #expect(alice.post("\(path)/sessions/end").location == path)
        #expect(try world.audited("user.session.end") == 1 && world.audited("user.session.end_all") == 1)
        // One's own goes on.
        let own = "/users/\(test.alice.id)"
        let id: ID<SessionRow>? = try test.site.database.read { try $0.value("SELECT id FROM sessions WHERE user_id = \(test.alice.id)") }
        #expect(alice.post("\(own)/sessions/\(try #require(id))/end").location == own)
        #expect(alice.post("\(own)/sessions/end").location == own && alice.get("/me").status == 200)
        // Who may only look does not see where others are.
        try test.site.database.write {
            _ = try $0.execute("UPDATE roles SET rights = 'people.view' WHERE account_id = \(test.acme) AND is_administrator = 0")
        }
        #expect(try !test.browser(test.bob).get(own).text.contains("/sessions/"))
    }
}
