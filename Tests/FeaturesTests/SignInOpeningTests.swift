// Others have used up the tries of somebody's address: the operator's word lets the owner in again, from a browser that is new.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@Suite("A way in by the operator's word")
struct SignInOpeningTests {
    private let test: TestApp

    init() throws {
        test = try TestApp()
    }

    /// The link's path and query, as the verb prints it.
    private func link(_ email: String? = nil) throws -> String {
        let answer = try ControlVerb.unlockUser(email: email ?? "\u{A0}\(test.alice.email.uppercased())\u{200B}").run(on: test.app)
        let line = try #require(answer.lines.first)
        #expect(line.hasPrefix(test.site.address.text + "/sign-in/unlock?code=") && answer.notes.count == 1)
        return String(line.dropFirst(test.site.address.text.utf8.count))
    }

    private func useUp() throws {
        let thief = try test.browser()
        for _ in 0..<100 { _ = thief.signIn(test.alice.email, "a wrong guess") }
        #expect(try test.browser().signIn(test.alice.email).status == 429)
    }

    private func follow(_ link: String, in browser: Browser) -> Browser.Page {
        browser.post("/sign-in/unlock", browser.get(link).hiddenInputs)
    }

    @Test("The browser that follows the link signs in with the password, while new ones are still kept out")
    func opens() throws {
        try useUp()
        let link = try link()
        let owner = try test.browser()
        // Looking at it, as a mail filter does, any number of times, uses nothing up.
        for _ in 0..<3 { #expect(owner.get(link).status == 200 && owner.get(link).text.contains(test.alice.email)) }
        #expect(owner.signIn(test.alice.email).status == 429)
        #expect(follow(link, in: owner).location == "/sign-in")
        #expect(owner.get("/sign-in").text.contains("You can sign in from this browser now."))
        #expect(owner.signIn(test.alice.email, "a wrong guess").status == 422)
        #expect(owner.signIn(test.alice.email).status == 303)
        #expect(try test.browser().signIn(test.alice.email).status == 429)
        #expect(try test.audit().filter { $0.hasPrefix("sign_in") } == ["sign_in.unlock", "sign_in.unlock.use"])
        // From now on it is a browser in which its owner has signed in.
        _ = owner.post("/sign-out")
        test.clock.advance(by: .seconds(30 * 86400))
        try useUp()
        #expect(owner.signIn(test.alice.email).status == 303)
    }

    @Test("It is good once, for two hours, until the next one, for that address alone, and is no sign-in")
    func bounds() throws {
        let first = try link()
        let second = try link()
        let browser = try test.browser()
        #expect(browser.get(first).location == "/sign-in")
        #expect(follow(second, in: browser).location == "/sign-in" && browser.get("/me").status == 303)
        try useUp()
        let other = try test.browser()
        _ = other.get("/sign-in")
        #expect(other.post("/sign-in/unlock", [("code", String(second.suffix(64)))]).location == "/sign-in")
        #expect(other.get("/sign-in").text.contains("has been used already") && other.cookies["device"] == nil)
        let late = try link()
        test.clock.advance(by: .seconds(7200))
        #expect(other.get(late).location == "/sign-in")
        try test.runJob("sessions")
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM sign_in_openings", as: Int.self) } == 0)
        // Not used to sign in within two hours, the browser is unknown again.
        try useUp()
        #expect(browser.signIn(test.alice.email).status == 429)
        #expect(try test.browser().get("/sign-in/unlock").location == "/sign-in")
    }

    @Test("It opens nothing for another address, and without the page's token nothing at all")
    func others() throws {
        try useUp()
        let browser = try test.browser()
        _ = follow(try link(test.bob.email), in: browser)
        #expect(browser.signIn(test.alice.email).status == 429)
        let link = try link()
        let code = String(link.suffix(64))
        let forged = try test.browser().send(
            .post, "/sign-in/unlock", fields: [.contentType: "application/x-www-form-urlencoded"], body: Array("code=\(code)".utf8))
        #expect(forged.status == 403)
        #expect(try test.browser().get(link).status == 200)
    }

    @Test("The command says when nobody with that address may sign in")
    func unknown() throws {
        try test.site.database.write { _ = try $0.execute("UPDATE users SET is_enabled = 0 WHERE id = \(test.bob.id)") }
        for email in ["nobody@acme.example", test.bob.email, ""] {
            let failure = #expect(throws: VerbFailure.self) { try ControlVerb.unlockUser(email: email).run(on: test.app) }
            #expect(failure?.kind == .data)
        }
        #expect(try test.audit() == [])
    }
}
