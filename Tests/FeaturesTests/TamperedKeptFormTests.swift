// Forms that wait while somebody signs in: sent by another person, to another place, with other things in them.

import Database
import Delivery
import Foundation
import HTTP
import HTTPClient
import HTTPTypes
import JSON
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Tampered kept forms") struct TamperedKeptFormTests {
    /// Alice's form, sent when her session had ended, and the page after `person` has signed in.
    private func resume(_ form: [(String, String)], at path: String, to address: String? = nil, _ test: TestApp, as person: TestApp.Person)
        throws -> (
            browser: Browser, page: Browser.Page
        )
    {
        let browser = try test.browser(test.alice)
        let page = browser.get(path)
        let token = try #require(page.csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let hidden = page.hiddenInputs.filter { hidden in hidden.0 != "csrf" && !form.contains { $0.0 == hidden.0 } }
        let interrupted = browser.post(address ?? path, form + hidden + [("csrf", token)])
        #expect(interrupted.status == 403)
        return (browser, browser.post("/sign-in", interrupted.hiddenInputs + [("email", person.email), ("password", TestApp.password)]))
    }

    @Test("A form of one account is not saved in another by whoever signs in then, though both have the same version")
    func otherAccount() throws {
        for lost in [[], [("pass_phrase", "x")]] {
            let test = try TestApp()
            let (browser, resumed) = try resume(TamperedFormTests.accountForm + lost, at: TamperedFormTests.account, test, as: test.mallory)
            let sent = browser.post(TamperedFormTests.account, resumed.hiddenInputs)
            let shown =
                lost.isEmpty ? sent : browser.post(TamperedFormTests.account, TamperedFormTests.accountForm.dropLast() + sent.hiddenInputs)
            #expect(shown.status == 422 && shown.text.contains("for another account or person"))
            #expect(!shown.text.contains("Somebody else saved"))
            #expect(try test.audit().filter { $0 != "session.start" } == [])
            // Saved from there it is a decision.
            if lost.isEmpty {
                #expect(
                    browser.post(TamperedFormTests.account, TamperedFormTests.accountForm.dropLast() + shown.hiddenInputs).status == 303)
            }
        }
    }

    @Test("Nor is somebody's profile")
    func otherPerson() throws {
        let test = try TestApp()
        let (browser, resumed) = try resume([("own_theme", "dark"), ("time_zone", "")], at: "/me", test, as: test.mallory)
        #expect(browser.post("/me", resumed.hiddenInputs).status == 422)
        let theme = try test.site.database.read { try $0.value("SELECT theme FROM users WHERE id = \(test.mallory.id)", as: String.self) }
        #expect(theme == "system")
    }

    @Test("What waits for a sign-in is shown by the words of its form, not by the names that it is sent under")
    func labels() throws {
        let test = try TestApp()
        let form = WebhookPages.form([("authentication", "basic"), ("login", "acme")])
        let page = try resume(form, at: WebhookPages.list + "/new", to: WebhookPages.list, test, as: test.alice).page.text
        for (label, value) in [
            ("Name", "CRM synchronisation"), ("Enabled", "On"), ("Authentication", "Login and password (Basic)"), ("Login", "acme"),
            ("Restrict to", "No restriction"), ("Events", "cdr"),
        ] {
            #expect(page.contains("<dt>\(label)</dt><dd>\(value)</dd>"), "\(label)")
        }
        #expect(page.firstMatch(of: /<dt>[a-z_]+<\/dt>/) == nil)
    }

    @Test("That all headers were taken out is not lost while somebody signs in again")
    func emptiedHeaders() throws {
        let pages = try WebhookPages()
        let address = try pages.add([("headers", "X-Token: hidden")])
        let form = WebhookPages.form(version: 1).filter { $0.0 != "enabled" }
        let token = try #require(pages.alice.get(address + "/edit").csrf)
        pages.test.clock.advance(by: .seconds(31 * 60))
        let interrupted = pages.alice.post(address, form + [("csrf", token)])
        let resumed = pages.alice.post(
            "/sign-in", interrupted.hiddenInputs + [("email", pages.test.alice.email), ("password", TestApp.password)])
        #expect(pages.alice.post(address, resumed.hiddenInputs).status == 303)
        #expect(try pages.stored(address).headers.isEmpty)
    }

    @Test("What a confirmation or a preview lost over a sign-in is not called a password; nothing is saved before it is asked again")
    func lostConfirmation() throws {
        let test = try TestApp()
        let kinds = MediaKind.allCases.flatMap { [($0.rawValue, "days"), ("\($0.rawValue)_days", "3")] }
        for more in [("figures", "00"), ("act", "preview")] {
            let (browser, resumed) = try resume(kinds + [more], at: "/settings/retention", test, as: test.alice)
            #expect(!resumed.text.contains("Passwords and secrets"))
            let shown = browser.post("/settings/retention", resumed.hiddenInputs)
            #expect(shown.status == 200 && shown.text.contains("Nothing has been saved yet"))
            let question = browser.post("/settings/retention", kinds + shown.hiddenInputs)
            #expect(question.status == 200 && question.hidden("figures") != nil)
            #expect(try test.audit().allSatisfy { $0 == "session.start" })
        }
    }

    /// Alice's form of Account settings, sent by `browser` without a session: what its page keeps.
    private func interrupted(_ browser: Browser, _ test: TestApp) throws -> [(String, String)] {
        let form = FormData(TamperedFormTests.accountForm.map { (name: $0.0, value: $0.1) })
        let page = browser.send(
            .post, TamperedFormTests.account,
            fields: [.contentType: "application/x-www-form-urlencoded", .origin: "http://localhost"], body: Array(form.encoded().utf8))
        #expect(page.status == 403)
        let kept = page.hiddenInputs.filter { $0.0 != "csrf" }
        #expect(kept.map(\.0) == ["kept"])
        return kept
    }

    private func signIn(_ browser: Browser, _ person: TestApp.Person, with more: [(String, String)]) -> Browser.Page {
        browser.post("/sign-in", more + [("email", person.email), ("password", TestApp.password)])
    }

    private static let forged = [
        ("kept_path", TamperedFormTests.account), ("kept_label", "country country chosen"), ("kept.country", "GB"),
        ("kept_loss", "secrets"),
    ]

    @Test("A link brings nothing: neither the fields of a form, nor a form that was kept, nor an address to sign in with")
    func link() throws {
        let test = try TestApp()
        let planted = try interrupted(try test.browser(), test)
        let victim = try test.browser()
        _ = victim.get("/sign-in")
        // Of the victim's own browser too: only a form that is sent carries one.
        let own = try interrupted(victim, test)
        for fields in [Self.forged, planted, own] {
            let query = FormData((fields + [("email", "mallory@evil.example")]).map { (name: $0.0, value: $0.1) })
            let page = victim.get("/sign-in?" + query.encoded())
            #expect(page.status == 200 && page.hiddenInputs.map(\.0) == ["csrf"])
            #expect(!page.text.contains("evil.example") && !page.text.contains("GB"))
        }
        #expect(signIn(victim, test.alice, with: []).location == "/")
    }

    @Test("A form kept in another browser, forged, cut or changed brings nothing")
    func otherBrowser() throws {
        let test = try TestApp()
        let kept = try interrupted(try test.browser(), test)
        let text = try #require(kept.first?.1)
        let attempts = [kept, Self.forged, [("kept", String(text.dropLast(4)))], [("kept", "AAAA")], [("kept", "")], kept + Self.forged]
        for attempt in attempts { #expect(signIn(try test.browser(), test.alice, with: attempt).location == "/") }
        let browser = try test.browser()
        let own = try #require(try interrupted(browser, test).first?.1)
        let changed = own.dropLast(6) + (own.hasSuffix("AAAA==") ? "BBBB==" : "AAAA==")
        #expect(signIn(browser, test.alice, with: [("kept", String(changed))]).location == "/")
        #expect(try test.audit().allSatisfy { $0 == "session.start" })
    }

    @Test("A kept form is not sent again after somebody has signed in there, by whoever signs in next")
    func replay() throws {
        let test = try TestApp()
        for next in [test.mallory, test.alice] {
            let browser = try test.browser()
            let kept = try interrupted(browser, test)
            #expect(signIn(browser, test.alice, with: kept).hidden("country") == "GB")
            #expect(signIn(browser, next, with: kept).location == "/")
            _ = browser.post("/sign-out")
            #expect(signIn(browser, next, with: kept).location == "/")
        }
        #expect(try test.audit().allSatisfy { $0.hasPrefix("session.") })
    }

    @Test("Nor does the change of a password take what was kept in another browser or before the sign-in")
    func otherPasswordPage() throws {
        let test = try TestApp()
        let kept = try interrupted(try test.browser(), test)
        let alice = try test.browser(test.alice)
        let new = "a new battery staple"
        let page = alice.post(
            "/password",
            kept + Self.forged + [("current_password", TestApp.password), ("new_password", new), ("new_password_again", new)])
        #expect(page.location == "/me")
    }

    @Test("A sign-in without its token takes no form either")
    func noToken() throws {
        let test = try TestApp()
        let browser = try test.browser()
        let kept = try interrupted(browser, test)
        let form = FormData((kept + [("email", test.alice.email), ("password", TestApp.password)]).map { (name: $0.0, value: $0.1) })
        let page = browser.send(
            .post, "/sign-in", fields: [.contentType: "application/x-www-form-urlencoded"], body: Array(form.encoded().utf8))
        #expect(page.status == 403)
        #expect(try test.audit() == [])
    }

    @Test("“Was kept” sent by hand saves nothing and writes nothing down")
    func forgedMark() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        #expect(alice.post(TamperedFormTests.account, TamperedFormTests.accountForm + [("was_kept", "")]).status == 200)
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post("/operator/accounts", [("was_kept", "yes")]).status == 422)
        #expect(try test.audit() == [])
    }
}
