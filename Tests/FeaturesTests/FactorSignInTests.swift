// Signing in with a second factor: nothing without it, each code once, guesses bounded, and what waits behind the sign-in waits on.

import Database
import Dispatch
import HTTP
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Signing in with a second factor")
struct FactorSignInTests {
    private let world: FactorWorld
    private let draft: FactorDraft
    private var test: TestApp { world.test }

    init() throws {
        world = try FactorWorld()
        draft = try world.turnOn(world.test.alice.id)
    }

    private func signIn(_ browser: Browser, to: String? = nil) -> Browser.Page { browser.signIn(test.alice.email, to: to) }

    @Test("After the password a code is asked for, and with it one comes to where one wanted to go")
    func wholeWay() throws {
        let browser = try test.browser()
        let asked = signIn(browser, to: "/settings/deletions")
        #expect(asked.status == 200 && asked.asksForCode)
        let wrong = world.enter("000000" == world.code(draft) ? "000001" : "000000", on: asked, in: browser)
        #expect(wrong.status == 422 && wrong.asksForCode && wrong.text.contains("href=\"#code\""))
        #expect(world.enter("", on: wrong, in: browser).status == 422)
        #expect(browser.cookies["session"] == nil)
        let done = world.enter(world.code(draft), on: wrong, in: browser)
        #expect(done.status == 303 && done.location == "/settings/deletions")
        #expect(browser.get("/me").status == 200)
        let told = try test.site.database.read { try $0.rows("SELECT event_type FROM events ORDER BY id") { try $0.next(String.self) } }
        #expect(told == ["MFA_INITIATED", "MFA_VERIFIED", "USER_LOGIN"])
        // And who has none is asked for none.
        #expect(try test.browser().signIn(test.bob.email).status == 303)
    }

    @Test("Whoever has shown the password alone reaches nothing, also not by the choice of an account or in another browser")
    func half() throws {
        let browser = try test.browser()
        let asked = signIn(browser)
        #expect(browser.cookies["session"] == nil)
        for path in ["/", "/me", "/me/factor/new", "/settings/account", "/users"] {
            #expect(browser.get(path).location?.hasPrefix("/sign-in") == true, "\(path)")
        }
        // The same token where accounts are chosen: it is used up, and the code is asked for again.
        let choice = browser.post("/sign-in/account", asked.hiddenInputs)
        #expect(choice.asksForCode && browser.cookies["session"] == nil)
        #expect(world.enter(world.code(draft), on: asked, in: browser).status == 422)
        // In another browser, with the page in hand and the code besides.
        let thief = try test.browser()
        let own = thief.get("/sign-in").csrf ?? ""
        let stolen = choice.hiddenInputs.filter { $0.0 != "csrf" } + [("csrf", own), ("code", world.code(draft))]
        #expect(thief.post("/sign-in/code", stolen).status == 422)
        #expect(thief.cookies["session"] == nil)
        // For somebody else.
        try world.turnOn(test.bob.id)
        let other = choice.hiddenInputs.map { $0.0 == "user" ? ($0.0, test.bob.id.description) : $0 } + [("code", world.code(draft))]
        #expect(browser.post("/sign-in/code", other).status == 422)
        #expect(world.enter(world.code(draft), on: choice, in: browser).status == 303)
    }

    @Test("Ten minutes after the password, or after a change of it, the password is asked for again")
    func late() throws {
        let browser = try test.browser()
        let first = signIn(browser)
        test.clock.advance(by: .seconds(601))
        let late = world.enter(world.code(draft), on: first, in: browser)
        #expect(late.status == 422 && !late.asksForCode && late.text.contains("name=\"password\""))
        let second = signIn(browser)
        test.clock.advance(by: .seconds(1))
        let now = test.clock.clock.now()
        try test.site.database.write { _ = try $0.execute("UPDATE users SET password_changed_at = \(now) WHERE id = \(test.alice.id)") }
        #expect(world.enter(world.code(draft), on: second, in: browser).status == 422)
        #expect(browser.cookies["session"] == nil)
    }

    @Test("A code that was used is refused, and one of before it; the next one is good")
    func usedTwice() throws {
        let code = world.code(draft)
        let earlier = world.code(draft, off: .seconds(-30))
        let first = try test.browser()
        #expect(world.enter(code, on: signIn(first), in: first).status == 303)
        let second = try test.browser()
        let asked = signIn(second)
        #expect(world.enter(code, on: asked, in: second).status == 422)
        #expect(world.enter(earlier, on: asked, in: second).status == 422)
        test.clock.advance(by: .seconds(30))
        #expect(world.enter(code, on: asked, in: second).status == 422)
        #expect(world.enter(world.code(draft), on: asked, in: second).status == 303)
    }

    @Test("A clock that is 40 s off is good enough", arguments: [-40, 40])
    func clock(off: Int) throws {
        let browser = try test.browser()
        #expect(world.enter(world.code(draft, off: .seconds(off)), on: signIn(browser), in: browser).status == 303)
    }

    @Test("Of two who come with the same code at once, one gets in", arguments: [false, true])
    func atOnce(isRecovery: Bool) throws {
        let code = isRecovery ? draft.codes[0] : world.code(draft)
        let browsers = try (0..<4).map { _ in try test.browser() }
        let pages = browsers.map { signIn($0) }
        let statuses = Mutex<[Int]>([])
        let hands = zip(browsers, pages).map { Hand(browser: $0, page: $1) }
        DispatchQueue.concurrentPerform(iterations: hands.count) { index in
            let status = world.enter(code, on: hands[index].page, in: hands[index].browser).status
            statuses.withLock { $0.append(status) }
        }
        #expect(statuses.withLock { $0.sorted() } == [303, 422, 422, 422])
    }

    private struct Hand: @unchecked Sendable {
        let browser: Browser
        let page: Browser.Page
    }

    @Test("A password that was changed while it was stretched opens nothing any more")
    func changedMeanwhile() throws {
        let alice = try world.credentials(test.alice.id)
        let hash = try test.site.hash("kestrel amber violin", for: test.alice.email, replacingThatOf: test.alice.id)
        let store = SignInStore(clock: test.site.clock)
        let choices = SignInChoices(clock: test.site.clock)
        let browser = Array("a browser".utf8)
        func isGood() throws -> [Bool] {
            try test.site.database.write { connection in
                let token = try choices.offer([alice], to: browser, on: connection)
                return [
                    try choices.isOffered(token, for: alice.user, by: browser, on: connection),
                    try store.isCurrent(alice, on: connection),
                ]
            }
        }
        #expect(try isGood() == [true, true])
        try test.site.database.write { try store.savePassword(hash, of: alice, on: $0) }
        #expect(try isGood() == [false, false])
    }

    @Test("An account of one's own with somebody's address gives no further tries at their codes")
    func namesake() throws {
        let own = "kestrel amber violin"
        let people = PeopleStore(site: test.site)
        let user = NewUser(email: test.alice.email, name: "Another Alice", password: own, role: .administrator)
        let hash = try test.site.hash(own, for: user.email)
        try test.site.database.write { _ = try people.create(user, passwordHash: hash, in: test.globex, on: $0) }
        let thief = try test.browser()
        let asked = signIn(thief)
        for _ in 0..<10 { #expect(world.enter("not a code", on: asked, in: thief).status == 422) }
        #expect(thief.signIn(test.alice.email, own).status == 303)
        _ = thief.post("/sign-out")
        #expect(world.enter("not a code", on: signIn(thief), in: thief).status == 429)
    }

    @Test("Guessing ends after ten tries an hour, whatever is tried then; a browser of the owner's has tries of its own")
    func guesses() throws {
        let owner = try test.browser()
        #expect(world.enter(world.code(draft), on: signIn(owner), in: owner).status == 303)
        _ = owner.post("/sign-out")
        test.clock.advance(by: .seconds(60))
        let thief = try test.browser()
        let asked = signIn(thief)
        for _ in 0..<10 { #expect(world.enter("not a code", on: asked, in: thief).status == 422) }
        let refused = world.enter(world.code(draft), on: asked, in: thief)
        #expect(refused.status == 429 && refused.fields[.retryAfter] != nil && thief.cookies["session"] == nil)
        let again = try test.browser()
        #expect(world.enter(world.code(draft), on: signIn(again), in: again).status == 429)
        #expect(world.enter(world.code(draft), on: signIn(owner), in: owner).status == 303)
        test.clock.advance(by: .seconds(3600))
        #expect(world.enter(world.code(draft), on: signIn(thief), in: thief).status == 303)
        test.site.refused.flush()
        let counted: Int? = try test.site.database.read { try $0.value("SELECT SUM(times) FROM refused_entries WHERE kind = 'factor'") }
        #expect(counted == 10)
    }

    @Test("Who has not shown the password uses up nobody's tries")
    func strangers() throws {
        let stranger = try test.browser()
        for _ in 0..<20 {
            let page = stranger.post("/sign-in/code", [("user", test.alice.id.description), ("choice", "x"), ("code", "123456")])
            #expect(page.status == 422 && !page.asksForCode)
        }
        let browser = try test.browser()
        #expect(world.enter(world.code(draft), on: signIn(browser), in: browser).status == 303)
    }

    @Test("A recovery code lets in once, however it is typed, and that is on record")
    func recoveryCode() throws {
        let browser = try test.browser()
        let typed = draft.codes[3].uppercased().replacing("-", with: " ")
        #expect(world.enter(typed, on: signIn(browser), in: browser).status == 303)
        #expect(try world.factor(of: test.alice.id)?.codes == 9)
        #expect(try world.audited("factor.recovery_code") == 1)
        let second = try test.browser()
        let asked = signIn(second)
        #expect(world.enter(draft.codes[3], on: asked, in: second).status == 422)
        #expect(world.enter(draft.codes[4], on: asked, in: second).status == 303)
        // Nothing of them, and nothing of the secret, stands in the database as it is.
        let secret: [UInt8]? = try test.site.database.read { try $0.value("SELECT factor_secret FROM users WHERE id = \(test.alice.id)") }
        #expect(
            secret?.count ?? 0 > 40 && secret != draft.secretBytes && !String(decoding: secret ?? [], as: UTF8.self).contains(draft.secret))
    }

    @Test("A link to choose a password does not take the place of the code")
    func passwordLink() throws {
        let token = try test.site.database.write {
            try PasswordLinks(clock: test.site.clock).offer(to: test.alice.id, isMailed: false, on: $0)
        }
        let browser = try test.browser()
        let page = browser.get("/password/link?code=\(token)")
        let fields = [("new_password", "a new battery staple"), ("new_password_again", "a new battery staple")]
        #expect(browser.post("/password/link", page.hiddenInputs + fields).location == "/sign-in")
        #expect(browser.cookies["session"] == nil)
        let asked = browser.signIn(test.alice.email, "a new battery staple")
        #expect(asked.asksForCode && browser.cookies["session"] == nil)
        #expect(world.enter(world.code(draft), on: asked, in: browser).status == 303)
    }

    @Test("A form whose session had ended waits behind the password and the code")
    func keptForm() throws {
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/me").csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let interrupted = browser.post("/settings/account", [("time_zone", "Europe/London"), ("csrf", token)])
        let asked = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        #expect(asked.asksForCode)
        let wrong = world.enter("111111", on: asked, in: browser)
        let resumed = world.enter(world.code(draft), on: wrong, in: browser)
        #expect(resumed.status == 200 && resumed.text.contains("action=\"/settings/account\""))
        #expect(resumed.hidden("time_zone") == "Europe/London")
    }

    @Test("Where a password fits several accounts, the code is asked for in the one that is chosen, if it has one")
    func choice() throws {
        let people = PeopleStore(site: test.site)
        let user = NewUser(email: test.alice.email, name: "Alice Martin", password: TestApp.password, role: .administrator)
        let hash = try test.site.hash(TestApp.password, for: user.email)
        let globex = try test.site.database.write { try people.create(user, passwordHash: hash, in: test.globex, on: $0) }
        func choose(_ user: ID<User>, _ browser: Browser) -> Browser.Page {
            browser.post("/sign-in/account", signIn(browser).hiddenInputs + [("user", user.description)])
        }
        let first = try test.browser()
        #expect(choose(globex, first).status == 303 && first.get("/settings/deletions").text.contains("Globex"))
        let second = try test.browser()
        let asked = choose(test.alice.id, second)
        #expect(asked.asksForCode && asked.text.contains("Acme Télécom") && second.cookies["session"] == nil)
        #expect(world.enter(world.code(draft), on: asked, in: second).status == 303)
        #expect(second.get("/settings/deletions").text.contains("Acme"))
    }
}
