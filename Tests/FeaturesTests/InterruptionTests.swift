// A form whose session had ended: nothing typed is lost, nothing of another site is ever kept.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@Suite("A form that was interrupted")
struct InterruptionTests {
    private let typed = [
        ("country", "GB"), ("account_language", "en"), ("time_zone", "Europe/London"), ("playlist", ""), ("head_of_line", ""),
        ("password_expiration", "yes"), ("password_days", "45"), ("second_factor", "nobody"), ("trunk_region", ""), ("version", "1"),
    ]

    private func stored(_ test: TestApp) throws -> String? {
        try test.site.database.read {
            try $0.value("SELECT country || ' ' || time_zone || ' ' || COALESCE(password_days, 0) FROM accounts WHERE id = \(test.acme)")
        }
    }

    /// Sends the form when the session has ended, signs in again, and gives the page that comes then.
    private func resume(
        _ browser: Browser, _ test: TestApp, _ form: [(String, String)], at path: String = "/settings/account"
    ) throws -> (interrupted: Browser.Page, resumed: Browser.Page) {
        let token = try #require(browser.get("/me").csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let interrupted = browser.post(path, form + [("csrf", token)])
        let resumed = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        return (interrupted, resumed)
    }

    @Test("Password expiration survives a sign-in: what was typed is sent by one button, to where it was going")
    func wayBack() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let (interrupted, resumed) = try resume(browser, test, typed)
        #expect(interrupted.status == 403)
        #expect(interrupted.text.contains("Your session had ended"))
        #expect(!interrupted.text.contains("are not kept"))
        #expect(resumed.status == 200)
        #expect(resumed.text.contains("action=\"/settings/account\"") && resumed.text.contains("Send it again"))
        // By the words of the form, not by the names of its inputs.
        #expect(resumed.text.contains("<dt>Passwords expire after</dt><dd>45</dd>"))
        #expect(browser.post("/settings/account", resumed.hiddenInputs).location == "/settings/account")
        #expect(try stored(test) == "GB Europe/London 45")
    }

    @Test("A form from before somebody signed in again in another tab is not saved, and shown with all that was typed, to be sent")
    func otherTab() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let before = try stored(test)
        let old = try #require(browser.get("/me").csrf)
        _ = browser.post("/sign-out")
        #expect(browser.signIn(test.alice.email).status == 303)
        // Of a browser that says nothing of where it comes from it may be anybody's.
        let unknown = browser.post("/settings/account", typed + [("csrf", old)])
        #expect(unknown.status == 403 && !unknown.text.contains("Europe/London"))
        browser.furtherFields[.origin] = "http://localhost"
        let shown = browser.post("/settings/account", typed + [("csrf", old)])
        #expect(shown.status == 403 && shown.text.contains("Send it again") && shown.hidden("time_zone") == "Europe/London")
        #expect(try stored(test) == before)
        #expect(browser.post("/settings/account", shown.hiddenInputs).location == "/settings/account")
        #expect(try stored(test) == "GB Europe/London 45")
    }

    @Test("A form of another site is refused, whatever the session: nothing of it is shown")
    func otherSite() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        browser.furtherFields[.origin] = "https://evil.example"
        let refused = browser.post("/settings/account", typed + [("csrf", "made up")])
        #expect(refused.status == 403 && !refused.text.contains("Europe/London"))
    }

    @Test("Staff who were in an account open it again, and what they typed there waits on behind that")
    func visiting() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia, account: test.acme)
        let owner = try #require(browser.get("/settings/account").hidden("owner"))
        let token = try #require(browser.get("/me").csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let interrupted = browser.post("/settings/account", typed + [("owner", owner), ("csrf", token)])
        #expect(interrupted.status == 403)
        let asked = browser.post(
            "/sign-in", interrupted.hiddenInputs + [("email", test.olivia.email), ("password", TestApp.password)])
        let open = "/operator/accounts/acme/open"
        #expect(asked.status == 200 && asked.text.contains("action=\"\(open)\"") && asked.text.contains("Acme Télécom"))
        let refused = browser.post(open, asked.hiddenInputs + [("reason", String(repeating: "x", count: 600))])
        #expect(refused.status == 422)
        let resumed = browser.post(open, refused.hiddenInputs + [("reason", "To end what I began")])
        #expect(resumed.status == 200 && resumed.text.contains("Send it again"))
        #expect(browser.post("/settings/account", resumed.hiddenInputs).location == "/settings/account")
        #expect(try stored(test) == "GB Europe/London 45")
        let opened: Int? = try test.site.database.read {
            try $0.value("SELECT COUNT(*) FROM audit WHERE action = 'account.open' AND account_id = \(test.acme)")
        }
        #expect(opened == 1)
    }

    @Test("What staff typed in an account that they have left in another tab waits in the same way, by the browser's word alone")
    func left() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia, account: test.acme)
        let page = browser.get("/settings/account")
        let fields = typed + [("owner", try #require(page.hidden("owner"))), ("csrf", try #require(page.csrf))]
        #expect(browser.post("/operator/leave").location == "/operator/accounts")
        // The token is one of before.
        #expect(browser.post("/settings/account", fields).location == "/operator/accounts")
        browser.furtherFields[HTTPField.Name("Sec-Fetch-Site") ?? .via] = "same-origin"
        let asked = browser.post("/settings/account", fields)
        let open = "/operator/accounts/acme/open"
        #expect(asked.status == 200 && asked.text.contains("action=\"\(open)\""))
        let resumed = browser.post(open, asked.hiddenInputs + [("reason", "")])
        #expect(resumed.status == 200 && resumed.text.contains("Send it again"))
        #expect(browser.post("/settings/account", resumed.hiddenInputs).location == "/settings/account")
        #expect(try stored(test) == "GB Europe/London 45")
        browser.furtherFields[HTTPField.Name("Sec-Fetch-Site") ?? .via] = "cross-site"
        #expect(browser.post("/operator/leave").status == 403)
    }

    @Test("What was typed comes through a failed sign-in, character by character")
    func failedSignIn() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/me").csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let number = "<b>\"Tom & Jerry's\"</b>\r\nsecond line é 😀"
        let interrupted = browser.post(
            "/settings/account", typed + [("head_of_line", number), ("head_of_line", "twice"), ("csrf", token)])
        #expect(!interrupted.text.contains(token))
        let wrong = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", "not it at all")])
        #expect(wrong.status == 422)
        let resumed = browser.post("/sign-in", wrong.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        #expect(resumed.hiddenInputs.filter { $0.0 == "head_of_line" }.map(\.1) == ["", number, "twice"])
    }

    @Test("What the form does not declare is written down nowhere; a form that lost it is shown, not sent")
    func lossy() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let (interrupted, resumed) = try resume(browser, test, typed + [("pass_phrase", "hunter22")])
        #expect(interrupted.text.contains("Not all of it could be kept"))
        for page in [interrupted, resumed] { #expect(!page.text.contains("hunter22") && !page.text.contains("pass_phrase")) }
        #expect(resumed.text.contains("Open the form"))
        let shown = browser.post("/settings/account", resumed.hiddenInputs)
        #expect(shown.status == 200)
        #expect(shown.text.contains("Nothing has been saved yet"))
        #expect(shown.text.contains("value=\"45\"") && shown.text.contains("<option value=\"Europe/London\" selected>"))
        #expect(try stored(test) == "FR Europe/Paris 0")
        // What it shows can be saved like any form.
        #expect(browser.post("/settings/account", typed).location == "/settings/account")
        #expect(try stored(test) == "GB Europe/London 45")
    }

    @Test("A form that declares nothing leaves nothing in the page, and leads back to its page with a sentence")
    func undeclared() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let (interrupted, resumed) = try resume(browser, test, [("figures", "00ff")], at: "/settings/retention/purge")
        #expect(interrupted.status == 403 && interrupted.text.contains("nothing was changed"))
        #expect(!interrupted.hiddenInputs.contains { $0.0.contains("figures") })
        #expect(resumed.location == "/settings/retention/purge")
        #expect(browser.get("/settings/retention/purge").text.contains("Nothing was sent and nothing was changed."))
        // One that has no page of its own leads to the page above it.
        #expect(try resume(browser, test, [], at: "/me/sessions/ses_1/end").resumed.location == "/me")
    }

    @Test("A form too long for the pages leads back to its page")
    func tooLong() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let (interrupted, resumed) = try resume(
            browser, test, typed + [("head_of_line", String(repeating: "1", count: 150 << 10))])
        #expect(interrupted.text.contains("too long to be kept"))
        #expect(resumed.location == "/settings/account")
        #expect(try stored(test) == "FR Europe/Paris 0")
    }

    @Test("A form that another tab signed out under is kept, by the browser's word that it is ours")
    func signedOutElsewhere() throws {
        let test = try TestApp()
        let browser = try test.browser()
        let body = Array(FormData(typed.map { (name: $0.0, value: $0.1) }).encoded().utf8)
        let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .origin: "http://localhost"]
        let interrupted = browser.send(.post, "/settings/account", fields: fields, body: body)
        #expect(interrupted.status == 403)
        let resume = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        #expect(resume.hidden("time_zone") == "Europe/London")
    }

    @Test("A form that may come from another site is not kept")
    func foreign() throws {
        let test = try TestApp()
        let body = Array("time_zone=Europe/London".utf8)
        let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        let silent = try test.browser().send(.post, "/settings/account", fields: form, body: body)
        #expect(silent.location == "/sign-in")
        var foreign = form
        foreign[.origin] = "https://evil.example"
        let refused = try test.browser().send(.post, "/settings/account", fields: foreign, body: body)
        #expect(refused.status == 403)
        #expect(!refused.text.contains("Europe/London"))
    }

    @Test("A file has to be chosen again: the page says so, and the form is shown, not sent")
    func files() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        test.clock.advance(by: .seconds(31 * 60))
        let boundary = "b0undary"
        let parts = [
            "Content-Disposition: form-data; name=\"country\"\r\n\r\nGB",
            "Content-Disposition: form-data; name=\"logo\"; filename=\"logo.png\"\r\nContent-Type: image/png\r\n\r\nPNG",
        ]
        let body = parts.map { "--\(boundary)\r\n\($0)\r\n" }.joined() + "--\(boundary)--\r\n"
        let page = browser.send(
            .post, "/settings/account",
            fields: [.contentType: "multipart/form-data; boundary=\(boundary)", .origin: "http://localhost"],
            body: Array(body.utf8))
        #expect(page.status == 403)
        #expect(page.text.contains("Files cannot be kept"))
        let resumed = browser.post("/sign-in", page.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        #expect(resumed.hidden("was_kept") == "yes" && resumed.hidden("country") == "GB" && resumed.text.contains("Open the form"))
    }

    @Test("A form that was sent after the password had expired waits for the new password")
    func expiredPassword() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/me").csrf)
        try test.site.database.write { _ = try $0.execute("UPDATE users SET must_change_password = 1 WHERE id = \(test.alice.id)") }
        let waiting = browser.post("/settings/account", typed + [("csrf", token)])
        #expect(waiting.status == 403)
        #expect(waiting.text.contains("action=\"/password\""))
        let new = "a new battery staple"
        let passwords = [("current_password", TestApp.password), ("new_password", new), ("new_password_again", new)]
        // It waits on when the session ends meanwhile, and no password is written down for that.
        test.clock.advance(by: .seconds(31 * 60))
        let interrupted = browser.post("/password", waiting.hiddenInputs + passwords)
        #expect(interrupted.status == 403 && !interrupted.text.contains(new))
        let again = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        #expect(again.text.contains("action=\"/password\""))
        let resumed = browser.post("/password", again.hiddenInputs + passwords)
        #expect(resumed.status == 200)
        #expect(browser.post("/settings/account", resumed.hiddenInputs).location == "/settings/account")
        #expect(try stored(test) == "GB Europe/London 45")
    }
}
