// Changing one's password: what it asks, and whom it throws out.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@Suite("Password")
struct PasswordTests {
    private let new = "a new battery staple"

    private func change(_ browser: Browser, current: String = TestApp.password, new: String, again: String? = nil) -> Browser.Page {
        let token = browser.get("/password").csrf ?? ""
        return browser.post(
            "/password", [("csrf", token), ("current_password", current), ("new_password", new), ("new_password_again", again ?? new)])
    }

    @Test("A new password ends all other sessions, gives this one a new token, and is the only one that works")
    func wholeWay() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let elsewhere = try test.browser(test.alice)
        let before = browser.cookies["session"]
        #expect(change(browser, new: new).location == "/me")
        #expect(browser.cookies["session"] != before)
        #expect(browser.get("/me").text.contains("Your password has been changed."))
        #expect(elsewhere.get("/me").status == 303)
        #expect(try test.browser(test.bob).get("/me").status == 200)
        #expect(try test.browser().signIn(test.alice.email).status == 422)
        #expect(try test.browser().signIn(test.alice.email, new).status == 303)
    }

    @Test(
        "What is wrong with it is said beside the field, and nothing is changed",
        arguments: [
            ("wrong one entirely", "a new battery staple", "a new battery staple", "current_password"),
            ("", "a new battery staple", "a new battery staple", "current_password"),
            (TestApp.password, "short", "short", "new_password"),
            (TestApp.password, String(repeating: "long word ", count: 13), String(repeating: "long word ", count: 13), "new_password"),
            (TestApp.password, "password123", "password123", "new_password"),
            (TestApp.password, "alice@acme.example", "alice@acme.example", "new_password"),
            (TestApp.password, TestApp.password, TestApp.password, "new_password"),
            (TestApp.password, "a new battery staple", "a new battery stable", "new_password_again"),
        ])
    func mistakes(current: String, new: String, again: String, field: String) throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let page = change(browser, current: current, new: new, again: again)
        #expect(page.status == 422)
        #expect(page.text.contains("href=\"#\(field)\""))
        #expect(!page.text.contains("battery sta"))
        #expect(try test.browser().signIn(test.alice.email).status == 303)
    }

    @Test("One of ten thousand characters is told to be too long, or wrong, and not to have signs that it has not")
    func tooLong() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let long = String(repeating: "long word ", count: 1000)
        #expect(change(browser, current: TestApp.password, new: long, again: long).text.contains("Use at most 128 characters"))
        let wrong = change(browser, current: long, new: new, again: new)
        #expect(wrong.status == 422 && !wrong.text.contains("control characters"))
        let signIn = try test.browser().signIn(test.alice.email, long)
        #expect(signIn.status == 422 && !signIn.text.contains("control characters"))
    }

    @Test("A password that somebody else chose must be changed before anything else")
    func first() throws {
        let test = try TestApp()
        try test.site.database.write { _ = try $0.execute("UPDATE users SET must_change_password = 1 WHERE id = \(test.alice.id)") }
        let browser = try test.browser()
        _ = browser.signIn(test.alice.email)
        for path in ["/", "/me", "/settings/deletions"] { #expect(browser.get(path).location == "/password") }
        #expect(browser.get("/password").text.contains("chosen by somebody else"))
        #expect(change(browser, new: new).location == "/")
        #expect(browser.get("/settings/deletions").status == 200)
    }

    @Test("A password that is older than the account allows must be changed; an account without a limit, and staff, are left alone")
    func expiry() throws {
        let test = try TestApp()
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET password_days = 30 WHERE id = \(test.acme)") }
        test.clock.advance(by: .seconds(30 * 86400))
        #expect(try test.browser(test.alice).get("/me").status == 200)
        test.clock.advance(by: .seconds(60))
        let browser = try test.browser(test.alice)
        #expect(browser.get("/me").location == "/password")
        #expect(browser.get("/password").text.contains("every 30 days"))
        #expect(try test.browser(test.mallory).get("/me").status == 200)
        #expect(try test.browser(test.olivia, account: test.acme).get("/me").status == 200)
        #expect(change(browser, new: new).location == "/")
        #expect(browser.get("/me").status == 200)
        let token = try #require(browser.get("/me").csrf)
        #expect(browser.post("/sign-out", [("csrf", token)]).location == "/sign-in")
    }

    @Test("Who must change the password may sign out instead")
    func signOut() throws {
        let test = try TestApp()
        try test.site.database.write { _ = try $0.execute("UPDATE users SET must_change_password = 1 WHERE id = \(test.alice.id)") }
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/password").csrf)
        #expect(browser.post("/sign-out", [("csrf", token)]).location == "/sign-in")
    }

    @Test("Whoever found a browser signed in cannot guess the password in it for long")
    func guessing() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        for _ in 0..<100 { #expect(change(browser, current: "a wrong guess", new: new).status == 422) }
        #expect(change(browser, new: new).status == 429)
        test.clock.advance(by: .seconds(60))
    }
}
