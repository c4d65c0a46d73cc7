// A second factor in its owner's hands: set up, replaced, turned off, and its recovery codes.

import Database
import HTTP
import HTTPTypes
import Mail
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("One's own second factor")
struct SecondFactorTests {
    private let world: FactorWorld
    private let alice: Browser
    private var test: TestApp { world.test }
    private let password = ("current_password", TestApp.password)

    init() throws {
        // Mail is queued, and goes nowhere.
        world = try FactorWorld { $0.relay = try? MailRelay("smtp://127.0.0.1:9") }
        alice = try world.test.browser(world.test.alice)
    }

    private func letters() throws -> Int {
        try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails WHERE user_id = \(test.alice.id)") } ?? 0
    }

    @Test("It counts once a code has confirmed it, and then ten recovery codes are shown; whoever was there with the password alone is out")
    func setUp() throws {
        let elsewhere = try test.browser(test.alice)
        let page = alice.get("/me/factor/new")
        #expect(page.status == 200 && page.text.contains("<svg class=\"qr\"") && page.text.contains("role=\"img\" aria-label=\""))
        let secret = try world.secret(in: page)
        #expect(secret.count == 20)
        // The same, in groups, to be typed.
        let groups = try #require(page.text.firstMatch(of: /<code id="secret">([A-Z2-7 ]+)</)).output.1
        #expect(
            FactorWorld.decoded(String(groups).replacing(" ", with: "")) == secret
                && groups.split(separator: " ").allSatisfy { $0.count == 4 })
        #expect(try world.factor(of: test.alice.id) == nil)
        let done = alice.post("/me/factor/new", page.hiddenInputs + [("code", world.code(secret)), password])
        #expect(done.status == 200)
        let codes = world.codes(in: done)
        #expect(Set(codes).count == 10)
        #expect(try world.factor(of: test.alice.id)?.codes == 10)
        #expect(try world.audited("factor.turn_on") == 1)
        #expect(alice.get("/me").status == 200 && elsewhere.get("/me").status == 303)
        #expect(alice.get("/me").text.contains("You have 10 recovery codes left."))
        // The code that confirmed it is used up with that.
        let browser = try test.browser()
        let asked = browser.signIn(test.alice.email)
        #expect(world.enter(world.code(secret), on: asked, in: browser).status == 422)
        #expect(world.enter(codes[0], on: asked, in: browser).status == 303)
    }

    @Test("What is wrong is said beside its field, with the same secret in the page, and nothing is on")
    func mistakes() throws {
        let page = alice.get("/me/factor/new")
        let secret = try world.secret(in: page)
        for (code, password, field) in [
            ("", TestApp.password, "code"), ("12345", TestApp.password, "code"),
            (world.code(secret, off: .seconds(300)), TestApp.password, "code"),
            (world.code(secret), "", "current_password"), (world.code(secret), "a wrong guess", "current_password"),
        ] {
            let answer = alice.post("/me/factor/new", page.hiddenInputs + [("code", code), ("current_password", password)])
            #expect(answer.status == 422 && answer.text.contains("href=\"#\(field)\""), "\(code) \(password)")
            #expect(try world.secret(in: answer) == secret)
        }
        #expect(try world.factor(of: test.alice.id) == nil)
        #expect(try world.audited("factor.turn_on") == 0)
    }

    @Test("A page of another session turns on nothing, nor does a secret that somebody else chose")
    func foreign() throws {
        let mallory = try test.browser(test.mallory)
        let page = mallory.get("/me/factor/new")
        let draft = try #require(page.hidden("draft"))
        let code = world.code(try world.secret(in: page))
        for draft in [draft, "", "AAAA"] {
            let answer = alice.post("/me/factor/new", [("draft", draft), ("code", code), password])
            #expect(try answer.status == 422 && world.secret(in: answer) != world.secret(in: page))
        }
        #expect(try world.factor(of: test.alice.id) == nil)
    }

    @Test("Sent twice it is one, and the codes are there the second time too; later they are not")
    func twice() throws {
        let page = alice.get("/me/factor/new")
        let form = page.hiddenInputs + [("code", world.code(try world.secret(in: page))), password]
        let first = world.codes(in: alice.post("/me/factor/new", form))
        #expect(world.codes(in: alice.post("/me/factor/new", form)) == first && first.count == 10)
        #expect(try world.audited("factor.turn_on") == 1)
        // From a page of before, another one does not take its place without its code.
        #expect(alice.get("/me/factor/new").location == "/me/factor/replace")
        let browser = try test.browser()
        #expect(world.enter(first[0], on: browser.signIn(test.alice.email), in: browser).status == 303)
        #expect(world.codes(in: alice.post("/me/factor/new", form)).isEmpty)
    }

    @Test("Of two windows that set it up, the first one's app is the one that counts")
    func twoWindows() throws {
        let (one, other) = (alice.get("/me/factor/new"), alice.get("/me/factor/new"))
        let (secret, second) = (try world.secret(in: one), try world.secret(in: other))
        #expect(secret != second)
        #expect(world.codes(in: alice.post("/me/factor/new", one.hiddenInputs + [("code", world.code(secret)), password])).count == 10)
        #expect(alice.post("/me/factor/new", other.hiddenInputs + [("code", world.code(second)), password]).status == 303)
        test.clock.advance(by: .seconds(60))
        let browser = try test.browser()
        #expect(world.enter(world.code(secret), on: browser.signIn(test.alice.email), in: browser).status == 303)
    }

    @Test("Another device takes the place of the present one with a code of that, which is good no more afterwards")
    func replacement() throws {
        #expect(alice.get("/me/factor/replace").location == "/me/factor/new")
        let old = try world.turnOn(test.alice.id)
        let page = alice.get("/me/factor/replace")
        let secret = try world.secret(in: page)
        func send(_ present: String) -> Browser.Page {
            alice.post("/me/factor/replace", page.hiddenInputs + [("present_code", present), ("code", world.code(secret)), password])
        }
        let wrong = send(world.code(secret))
        #expect(wrong.status == 422 && wrong.text.contains("href=\"#present_code\""))
        #expect(send("").status == 422)
        let done = send(world.code(old))
        #expect(world.codes(in: done).count == 10 && world.codes(in: send("anything")) == world.codes(in: done))
        test.clock.advance(by: .seconds(60))
        let browser = try test.browser()
        let asked = browser.signIn(test.alice.email)
        #expect(world.enter(world.code(old), on: asked, in: browser).status == 422)
        #expect(world.enter(old.codes[0], on: asked, in: browser).status == 422)
        #expect(world.enter(world.code(secret), on: asked, in: browser).status == 303)
        #expect(try world.audited("factor.replace") == 1)
    }

    @Test("New recovery codes need a code, end those of before, are told by mail, and shown again to the same form alone")
    func newCodes() throws {
        #expect(alice.get("/me/factor/codes").location == "/me")
        let draft = try world.turnOn(test.alice.id)
        let page = alice.get("/me/factor/codes")
        #expect(alice.post("/me/factor/codes", page.hiddenInputs + [("present_code", "123")]).status == 422)
        #expect(try world.audited("factor.new_codes") == 0 && letters() == 0)
        let form = page.hiddenInputs + [("present_code", world.code(draft))]
        let codes = world.codes(in: alice.post("/me/factor/codes", form))
        #expect(codes.count == 10 && world.codes(in: alice.post("/me/factor/codes", form)) == codes)
        #expect(try world.audited("factor.new_codes") == 1 && letters() == 1)
        let browser = try test.browser()
        let asked = browser.signIn(test.alice.email)
        #expect(world.enter(draft.codes[0], on: asked, in: browser).status == 422)
        #expect(world.enter(codes[0], on: asked, in: browser).status == 303)
    }

    @Test("It is turned off with the password and a code, on record and told by mail, and then the password is enough")
    func turnOff() throws {
        #expect(alice.get("/me/factor/off").location == "/me")
        let draft = try world.turnOn(test.alice.id)
        for (code, password, field) in [
            ("", TestApp.password, "present_code"), ("000 000 0", TestApp.password, "present_code"),
            (world.code(draft), "a wrong guess", "current_password"),
        ] {
            let page = world.submit([("present_code", code), ("current_password", password)], at: "/me/factor/off", by: alice)
            #expect(page.status == 422 && page.text.contains("href=\"#\(field)\""), "\(code)")
        }
        // A code beside a wrong password was not used up.
        #expect(world.submit([("present_code", world.code(draft)), password], at: "/me/factor/off", by: alice).location == "/me")
        #expect(try world.factor(of: test.alice.id) == nil)
        #expect(try world.audited("factor.turn_off") == 1 && letters() == 1)
        #expect(try test.browser().signIn(test.alice.email).status == 303)
        let rest: Int? = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM recovery_codes") }
        #expect(rest == 0)
    }

    @Test("Whoever found a browser signed in cannot guess a code there either")
    func guesses() throws {
        let draft = try world.turnOn(test.alice.id)
        func send(_ code: String) -> Int { world.submit([("present_code", code)], at: "/me/factor/codes", by: alice).status }
        for _ in 0..<10 { #expect(send("123456x") == 422) }
        #expect(send(world.code(draft)) == 429)
        test.clock.advance(by: .seconds(3600))
        let again = try test.browser(test.alice)
        #expect(world.submit([("present_code", world.code(draft))], at: "/me/factor/codes", by: again).status == 200)
    }

    @Test("Pages and letters speak French to whom reads French")
    func french() throws {
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        #expect(alice.get("/me/factor/new").text.contains("Configurer un second facteur"))
        let draft = try world.turnOn(test.alice.id)
        #expect(alice.get("/me").text.contains("Il vous reste 10 codes de secours."))
        #expect(world.submit([("present_code", "1")], at: "/me/factor/codes", by: alice).text.contains("Ce code est incorrect"))
        #expect(world.submit([("present_code", world.code(draft)), password], at: "/me/factor/off", by: alice).status == 303)
        #expect(try letters() == 1)
    }
}
