// Signing in with a recovery code uses one up: whoever does is told how many are left, on the page that they come to.

import Database
import HTTP
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Recovery codes that are left")
struct RecoveryCodeTests {
    private let world: FactorWorld
    private let draft: FactorDraft
    private var test: TestApp { world.test }

    init() throws {
        world = try FactorWorld()
        draft = try world.turnOn(world.test.alice.id)
    }

    private func signIn(_ browser: Browser) -> Browser.Page { browser.signIn(test.alice.email) }

    @Test("Who comes in by a recovery code reads how many are left, and from two on where to make new ones; by the app, nothing")
    func codesLeft() throws {
        func come(by code: String) throws -> String {
            let browser = try test.browser()
            #expect(world.enter(code, on: signIn(browser), in: browser).status == 303)
            return browser.get("/settings/deletions").text
        }
        let way = " <a href=\"/me/factor/codes\">New recovery codes</a></p>"
        for left in (3...9).reversed() {
            let page = try come(by: draft.codes[left])
            #expect(page.contains("<div class=\"flash info\"") && page.contains("<p>You have \(left) recovery codes left.</p>"))
        }
        let two = try come(by: draft.codes[2])
        #expect(two.contains("<div class=\"flash warning\""))
        #expect(two.contains("<p>You have 2 recovery codes left. Make new ones before they run out." + way))
        // In the language of whoever comes, whatever their browser asks for.
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        #expect(try come(by: draft.codes[1]).contains("<p>Il vous reste 1 code de secours. Créez-en de nouveaux"))
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'en' WHERE id = \(test.alice.id)") }
        let none = try come(by: draft.codes[0])
        #expect(none.contains("<p>You have no recovery codes left. Make new ones with a code of your app.") && none.contains(way))
        #expect(try !come(by: world.code(draft)).contains("class=\"flash"))
    }

    @Test("A form that waits behind a recovery code is shown with how many are left")
    func codesLeftBeforeForm() throws {
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/me").csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let interrupted = browser.post("/settings/account", [("time_zone", "Europe/London"), ("csrf", token)])
        let asked = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        let resumed = world.enter(draft.codes[0], on: asked, in: browser)
        #expect(resumed.status == 200 && resumed.hidden("time_zone") == "Europe/London")
        #expect(resumed.text.contains("You have 9 recovery codes left."))
        #expect(!browser.get("/settings/deletions").text.contains("recovery codes left"))
    }

    @Test("One can type the code as soon as its page is there; what is wrong is read before it")
    func focus() throws {
        let browser = try test.browser()
        let asked = signIn(browser)
        let code = /<input [^>]*name="code"[^>]* autofocus[ >]/
        #expect(asked.text.firstMatch(of: code) != nil && asked.text.contains("autocomplete=\"one-time-code\""))
        let wrong = world.enter("not a code", on: asked, in: browser)
        #expect(wrong.asksForCode && wrong.text.firstMatch(of: code) == nil && wrong.text.contains("tabindex=\"-1\" autofocus"))
    }
}
