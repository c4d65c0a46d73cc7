// Signing in: who gets in, what is said to who does not, and what guessing brings.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@Suite("Sign-in")
struct SignInTests {
    @Test("Members and operators sign in, and come to where they were going")
    func success() throws {
        let test = try TestApp()
        let alice = try test.browser()
        #expect(alice.get("/settings/deletions?q=x").location == "/sign-in?to=%2Fsettings%2Fdeletions%3Fq%3Dx")
        #expect(alice.get("/sign-in?to=/settings/deletions%3Fq%3Dx").hidden("to") == "/settings/deletions?q=x")
        #expect(alice.signIn("Alice@ACME.example ", to: "/settings/deletions?q=x").location == "/settings/deletions?q=x")
        #expect(alice.get("/settings/deletions").status == 200)
        let olivia = try test.browser()
        #expect(olivia.signIn(test.olivia.email).location == "/")
        #expect(olivia.get("/").location == "/operator/accounts")
    }

    @Test(
        "The way back never leads off the site",
        arguments: ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
    func openRedirect(to: String) throws {
        let test = try TestApp()
        #expect(try test.browser().signIn(test.alice.email, to: to).location == "/")
        let signedIn = try test.browser(test.alice)
        #expect(signedIn.get("/sign-in?" + FormData([(name: "to", value: to)]).encoded()).location == "/")
    }

    @Test("A wrong password and an unknown person get the same words, and the email is kept")
    func failure() throws {
        let test = try TestApp()
        let browser = try test.browser()
        func words(_ email: String) -> String {
            let page = browser.signIn(email, "wrong password")
            #expect(page.status == 422)
            #expect(page.text.contains("value=\"\(email)\""))
            #expect(!page.text.contains("wrong password"))
            return page.text.replacing(email, with: "").replacing(page.csrf ?? "", with: "")
        }
        #expect(words(test.alice.email) == words("nobody@acme.example"))
        #expect(browser.cookies["session"] == nil)
    }

    @Test("An address that is longer than any is refused, also one character of many bytes, and nothing of it is remembered")
    func longEmail() throws {
        let test = try TestApp()
        let page = try test.browser().signIn("a" + String(repeating: "\u{301}", count: 40_000), "wrong password")
        #expect(page.status == 422 && page.text.contains("href=\"#email\">Shorten this to at most 254 characters; letters with accents"))
    }

    @Test("A form with nothing in it names each field")
    func empty() throws {
        let test = try TestApp()
        let page = try test.browser().signIn("", "")
        #expect(page.status == 422)
        #expect(page.text.contains("href=\"#email\"") && page.text.contains("href=\"#password\""))
        #expect(page.text.contains("<title>Error: "))
    }

    @Test("Who was disabled is refused with the right password too, and loses the session at once")
    func disabled() throws {
        let test = try TestApp()
        let browser = try test.browser(test.bob)
        #expect(browser.get("/me").status == 200)
        try test.site.database.write { _ = try $0.execute("UPDATE users SET is_enabled = 0 WHERE id = \(test.bob.id)") }
        #expect(browser.get("/me").status == 303)
        #expect(try test.browser().signIn(test.bob.email).status == 422)
    }

    @Test("Signing in makes a new session and ends the old one; signing out ends it for good")
    func sessions() throws {
        let test = try TestApp()
        let browser = try test.browser()
        _ = browser.signIn(test.alice.email)
        let first = try #require(browser.cookies["session"])
        let again = browser.post("/sign-in", [("email", test.alice.email), ("password", TestApp.password)])
        #expect(again.status == 303)
        let second = try #require(browser.cookies["session"])
        #expect(first != second)
        let thief = try test.browser()
        thief.cookies["session"] = first
        #expect(thief.get("/me").status == 303)
        #expect(browser.post("/sign-out").location == "/sign-in")
        #expect(browser.cookies["session"] == nil)
        #expect(browser.get("/sign-in").text.contains("You have signed out."))
        thief.cookies["session"] = second
        #expect(thief.get("/me").status == 303)
    }

    @Test("A session ends half an hour after it was last used, and twelve hours after it began")
    func expiry() throws {
        let test = try TestApp()
        let idle = try test.browser(test.alice)
        test.clock.advance(by: .seconds(30 * 60))
        #expect(idle.get("/me").status == 303)
        let busy = try test.browser(test.alice)
        for _ in 0..<(12 * 3 - 1) {
            test.clock.advance(by: .seconds(20 * 60))
            #expect(busy.get("/me").status == 200)
        }
        test.clock.advance(by: .seconds(20 * 60))
        #expect(busy.get("/me").status == 303)
    }

    @Test("A clock that was days ahead and is set right leaves no session behind it, and an hour lasts an hour; a small step ends nothing")
    func clockAhead() throws {
        let test = try TestApp()
        test.clock.step(by: .seconds(3 * 86_400))
        let ahead = try test.browser(test.bob)
        let thief = try test.browser()
        for _ in 0..<100 { _ = thief.signIn(test.alice.email, "a wrong guess") }
        #expect(ahead.get("/me").status == 200)
        test.clock.step(by: .seconds(-3 * 86_400))
        #expect(ahead.get("/me").status == 303)
        #expect(thief.signIn(test.alice.email).fields[.retryAfter] == "3600")
        test.clock.step(by: .seconds(3 * 86_400))
        #expect(thief.signIn(test.alice.email).status == 429)
        test.clock.advance(by: .seconds(3601))
        #expect(try test.browser().signIn(test.alice.email).status == 303)
        let present = try test.browser(test.bob)
        test.clock.step(by: .seconds(-3600))
        #expect(present.get("/me").status == 200)
        // Seen now, by the clock as it is: it is idle from then on.
        test.clock.advance(by: .seconds(30 * 60))
        #expect(present.get("/me").status == 303)
    }

    @Test("The cookie is HttpOnly, SameSite=Lax, bound to the host, and new")
    func cookie() throws {
        let test = try TestApp()
        let browser = try test.browser()
        let page = browser.signIn(test.alice.email)
        let cookie = try #require(page.fields[values: .setCookie].first { $0.hasPrefix("session=") })
        #expect(
            cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/") && !cookie.contains("Domain"))
    }

    @Test("After a hundred wrong tries in an hour there are no more, for the right password neither; but the owner's browser still gets in")
    func guessing() throws {
        let test = try TestApp()
        let owner = try test.browser()
        _ = owner.signIn(test.alice.email)
        _ = owner.post("/sign-out")
        let thief = try test.browser()
        for _ in 0..<100 { #expect(thief.signIn(test.alice.email, "a wrong guess").status == 422) }
        let refused = thief.signIn(test.alice.email, "a wrong guess")
        #expect(refused.status == 429)
        #expect(refused.text.contains("Wait 60 minutes"))
        #expect(refused.fields[.retryAfter] == "3600")
        #expect(try test.browser().signIn(test.alice.email).status == 429)
        #expect(try test.browser().signIn(test.bob.email).status == 303)
        #expect(owner.signIn(test.alice.email).status == 303)
        test.clock.advance(by: .seconds(3601))
        #expect(try test.browser().signIn(test.alice.email).status == 303)
    }

    @Test("The owner's browser has a hundred tries as well, and another person's browser is nobody's")
    func deviceAllowance() throws {
        let test = try TestApp()
        let bob = try test.browser()
        _ = bob.signIn(test.bob.email)
        _ = bob.post("/sign-out")
        for _ in 0..<100 { _ = bob.signIn(test.alice.email, "a wrong guess") }
        #expect(bob.signIn(test.alice.email).status == 429)
        for _ in 0..<100 { #expect(bob.signIn(test.bob.email, "a wrong guess").status == 422) }
        #expect(bob.signIn(test.bob.email).status == 429)
        #expect(try test.browser().signIn(test.bob.email).status == 303)
    }

    @Test("Right passwords do not use up the allowance")
    func success100() throws {
        let test = try TestApp()
        for _ in 0..<101 { #expect(try test.browser().signIn(test.alice.email).status == 303) }
    }
}
