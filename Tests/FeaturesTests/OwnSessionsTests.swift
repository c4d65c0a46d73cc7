// Where one is signed in: in words, since when, and how to end it.

import Database
import HTTP
import TestSupport
import Testing
import Time
import Web

@Suite("One's own sessions")
struct OwnSessionsTests {
    private func session(_ test: TestApp, _ userAgent: String, _ person: TestApp.Person? = nil) throws -> Browser {
        let person = person ?? test.alice
        let browser = try test.browser()
        browser.cookies["session"] = try test.site.database.write { connection in
            try test.site.sessions.start(
                user: person.id, account: person.account, userAgent: userAgent, address: "192.0.2.7", on: connection)
        }
        return browser
    }

    @Test(
        "A browser and its system are named in words",
        arguments: [
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Chrome on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge on Windows"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari on macOS"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari on iPhone"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone"
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
                "Samsung Internet on Android"
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/115.0",
                "Opera on ChromeOS"
            ),
            ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            ("Mozilla/5.0 (X11; Linux x86_64) Something", "Unknown browser on Linux"), ("curl/8.5.0", "curl"), ("", "Unknown browser"),
            ("Mozilla/5.0", "Unknown browser"), ("<script>alert</script>", "script alert"),
        ])
    func words(userAgent: String, words: String) throws {
        let test = try TestApp()
        let page = try session(test, userAgent).get("/me").text
        #expect(page.contains(">\(words)</td>"))
    }

    @Test("In French too, with the time since when one is signed in")
    func french() throws {
        let test = try TestApp()
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        let browser = try session(test, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36")
        test.clock.advance(by: .seconds(600))
        let page = browser.get("/me").text
        #expect(page.contains(">Chrome sur Linux</td>") && page.contains("Depuis") && page.contains("14:05:09"))
        #expect(!page.contains("Fermer toutes les autres sessions"))
    }

    @Test("One button ends all others, and nobody else's; with none there is nothing to end and nothing on record")
    func endOthers() throws {
        let test = try TestApp()
        let here = try session(test, "here")
        let others = [try session(test, "there"), try session(test, "elsewhere")]
        let bob = try session(test, "bob", test.bob)
        #expect(here.get("/me").text.contains("action=\"/me/sessions/end-others\""))
        func records() throws -> Int? {
            try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action = 'session.end_others'") }
        }
        #expect(here.post("/me/sessions/end-others").location == "/me")
        #expect(here.get("/me").text.contains("All your other sessions have been ended."))
        for other in others { #expect(other.get("/me").status == 303) }
        #expect(here.get("/me").status == 200 && bob.get("/me").status == 200)
        #expect(!here.get("/me").text.contains("end-others"))
        #expect(try records() == 1)
        #expect(here.post("/me/sessions/end-others").location == "/me")
        #expect(here.get("/me").text.contains("You are signed in nowhere else."))
        #expect(try records() == 1)
    }

    @Test("Another person's session cannot be ended, and the try leaves nothing on record")
    func foreign() throws {
        let test = try TestApp()
        let bob = try session(test, "bob", test.bob)
        let id = try #require(
            try test.site.database.read { try $0.value("SELECT id FROM sessions WHERE user_id = \(test.bob.id)", as: ID<SessionRow>.self) })
        #expect(try test.browser(test.alice).post("/me/sessions/\(id)/end").status == 404)
        #expect(bob.get("/me").status == 200)
        #expect(
            try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action LIKE 'session.end%'", as: Int.self) } == 0)
    }
}
