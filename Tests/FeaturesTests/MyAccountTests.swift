// A user's own choices: they go before the account's, and nobody else sees them change.

import Database
import TestSupport
import Testing
import Web

@Suite("My Account")
struct MyAccountTests {
    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    private func form(_ changes: [String: String] = [:], version: Int? = nil) -> [(String, String)] {
        let own = ["own_language": "", "country": "", "time_zone": "", "own_theme": "system"]
        // The version as the page has it, or the one that another page had.
        let shown = alice.get("/me").text.firstMatch(of: /name="version" value="(\d+)"/).map { String($0.1) }
        return own.merging(changes) { $1 }.map { ($0.key, $0.value) } + [("version", version.map { String($0) } ?? shown ?? "")]
    }

    @Test("Own choices go before the account's at once, also in the sentence that says so, and blank goes back to the account's")
    func overriding() throws {
        #expect(alice.get("/me").text.contains("As the account: "))
        let saved = alice.post("/me", form(["own_language": "fr", "time_zone": "America/New_York", "own_theme": "dark"]))
        #expect(saved.status == 303)
        let page = alice.get("/me").text
        #expect(page.contains("Mon compte a été enregistré") && page.contains("data-theme=\"dark\""))
        #expect(page.contains("value=\"America/New_York\" selected"))
        #expect(try test.browser(test.bob).get("/me").text.contains("lang=\"en\""))
        #expect(alice.post("/me", form()).status == 303)
        let back = alice.get("/me").text
        #expect(back.contains("lang=\"en\"") && back.contains("My Account has been saved"))
    }

    @Test(
        "A value that is on no list is refused beside its field, and nothing is saved",
        arguments: [("own_language", "de"), ("country", "ZZ"), ("time_zone", "Mars/Phobos"), ("own_theme", "blue")])
    func unknown(_ field: String, _ value: String) throws {
        let page = alice.post("/me", form([field: value]))
        #expect(page.status == 422 && page.text.contains("href=\"#\(field)\""))
        let version: Int? = try test.site.database.read { [id = test.alice.id] in try $0.value("SELECT version FROM users WHERE id = \(id)")
        }
        #expect(version == 1)
    }

    @Test("Two windows that save at once: the second sees both values, and its audit row is not written")
    func stale() throws {
        let old = form(["own_theme": "light"])
        #expect(alice.post("/me", form(["own_theme": "dark"])).status == 303)
        let page = alice.post("/me", old)
        #expect(page.status == 422 && page.text.contains("Somebody else saved this in the meantime"))
        #expect(page.text.contains("Light") && page.text.contains("Dark"))
        let audits: Int? = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action = 'profile.update'") }
        #expect(audits == 1)
    }
}
