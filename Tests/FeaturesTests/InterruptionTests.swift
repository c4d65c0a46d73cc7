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
        ("country", "GB"), ("own_language", "en"), ("time_zone", "Europe/London"), ("own_theme", "dark"), ("version", "1"),
    ]

    @Test("What was typed goes through the sign-in and is sent by one button, to where it was going")
    func wayBack() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/me").csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let note = "<b>\"Tom & Jerry's\"</b>\r\nsecond line é 😀"
        let interrupted = browser.post(
            "/me", typed + [("note", note), ("note", "twice"), ("sms_Password", "hunter22"), ("client_SECRET", "s3cr3t"), ("csrf", token)])
        #expect(interrupted.status == 403)
        #expect(interrupted.text.contains("Your session had ended"))
        #expect(interrupted.text.contains("Passwords and secrets are not kept"))
        for secret in ["hunter22", "s3cr3t", token] { #expect(!interrupted.text.contains(secret)) }

        let wrong = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", "not it at all")])
        #expect(wrong.status == 422)
        let resume = browser.post("/sign-in", wrong.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        #expect(resume.status == 200)
        #expect(resume.text.contains("action=\"/me\""))
        #expect(resume.hiddenInputs.filter { $0.0 == "note" }.map(\.1) == [note, "twice"])
        #expect(resume.text.contains("hunter22") == false)

        let inputs = resume.hiddenInputs
        #expect(browser.post("/me", inputs).location == "/me")
        let saved = try test.site.database.read {
            try $0.value("SELECT country || ' ' || time_zone || ' ' || theme FROM users WHERE id = \(test.alice.id)", as: String.self)
        }
        #expect(saved == "GB Europe/London dark")
    }

    @Test("A form that another tab signed out under is kept, by the browser's word that it is ours")
    func signedOutElsewhere() throws {
        let test = try TestApp()
        let browser = try test.browser()
        let body = Array(FormData(typed.map { (name: $0.0, value: $0.1) }).encoded().utf8)
        let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .origin: "http://localhost"]
        let interrupted = browser.send(.post, "/me", fields: fields, body: body)
        #expect(interrupted.status == 403)
        let resume = browser.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        #expect(resume.hidden("time_zone") == "Europe/London")
    }

    @Test("A form that may come from another site is not kept")
    func foreign() throws {
        let test = try TestApp()
        let body = Array("time_zone=Europe/London".utf8)
        let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        let silent = try test.browser().send(.post, "/me", fields: form, body: body)
        #expect(silent.location == "/sign-in")
        var foreign = form
        foreign[.origin] = "https://evil.example"
        let refused = try test.browser().send(.post, "/me", fields: foreign, body: body)
        #expect(refused.status == 403)
        #expect(!refused.text.contains("Europe/London"))
    }

    @Test("The page says that a file has to be chosen again")
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
            .post, "/me", fields: [.contentType: "multipart/form-data; boundary=\(boundary)", .origin: "http://localhost"],
            body: Array(body.utf8))
        #expect(page.status == 403)
        #expect(page.hidden("kept.country") == "GB")
        #expect(page.text.contains("Files cannot be kept"))
    }

    @Test("The path that a form waits for is one of this site")
    func path() throws {
        let test = try TestApp()
        let browser = try test.browser()
        let token = try #require(browser.get("/sign-in").csrf)
        let page = browser.post(
            "/sign-in",
            [
                ("csrf", token), ("email", test.alice.email), ("password", TestApp.password), ("kept_path", "//evil.example/"),
                ("kept.a", "b"),
            ])
        #expect(page.status == 303)
        #expect(page.location == "/")
    }

    @Test("A form that was sent after the password had expired waits for the new password")
    func expiredPassword() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let token = try #require(browser.get("/me").csrf)
        try test.site.database.write { _ = try $0.execute("UPDATE users SET must_change_password = 1 WHERE id = \(test.alice.id)") }
        let waiting = browser.post("/me", typed + [("csrf", token)])
        #expect(waiting.status == 403)
        #expect(waiting.text.contains("action=\"/password\""))
        let new = "a new battery staple"
        let resume = browser.post(
            "/password",
            waiting.hiddenInputs + [("current_password", TestApp.password), ("new_password", new), ("new_password_again", new)])
        #expect(resume.status == 200)
        #expect(browser.post("/me", resume.hiddenInputs).location == "/me")
    }
}
