// A user's own choices: they go before the account's, and nobody else sees them change. And the number by which they are reached.

import Database
import JSON
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
        let own = ["own_language": "", "country": "", "time_zone": "", "own_theme": "system", "mobile": ""]
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

    private func storedMobile(of person: TestApp.Person) throws -> String? {
        let found: String? = try test.site.database.read { try $0.value("SELECT COALESCE(mobile, '') FROM users WHERE id = \(person.id)") }
        return found
    }

    @Test("The mobile number is read as people of one's country dial, shown by its groups, and empty goes back to none")
    func mobile() throws {
        #expect(alice.post("/me", form(["mobile": "06.12.34.56.78"])).status == 303)
        #expect(try storedMobile(of: test.alice) == "+33612345678")
        #expect(alice.get("/me").text.contains("value=\"+33 6 12 34 56 78\""))
        #expect(alice.get("/users/\(test.alice.id)").text.contains("+33 6 12 34 56 78"))
        // The country that is chosen with it counts before the account's.
        #expect(alice.post("/me", form(["mobile": "07400 123456", "country": "GB"])).status == 303)
        #expect(try storedMobile(of: test.alice) == "+447400123456")
        #expect(alice.post("/me", form()).status == 303)
        #expect(try storedMobile(of: test.alice) == "")
    }

    @Test(
        "A mobile number that is none, or could be that of several countries, is refused beside its field and stays as it was typed",
        arguments: ["12ab", "6 12 34 56 78", "+999 12345678", "112"])
    func wrongMobile(_ number: String) throws {
        let page = alice.post("/me", form(["mobile": number, "own_theme": "dark"]))
        #expect(page.status == 422 && page.text.contains("href=\"#mobile\"") && page.text.contains("value=\"\(number)\""))
        #expect(try storedMobile(of: test.alice) == "" && !alice.get("/me").text.contains("data-theme=\"dark\""))
    }

    @Test("Staff who are in no account give theirs with its country's code")
    func mobileOfStaff() throws {
        let olivia = try test.browser(test.olivia)
        func save(_ number: String) -> Int {
            let own = [("own_language", ""), ("country", ""), ("time_zone", ""), ("own_theme", "system"), ("mobile", number)]
            return olivia.post("/me", olivia.get("/me").hiddenInputs + own).status
        }
        #expect(save("06 12 34 56 78") == 422)
        #expect(try save("+33 6 12 34 56 78") == 303 && storedMobile(of: test.olivia) == "+33612345678")
    }

    @Test("A new mobile number is told to the account's webhooks, by whom it belongs to; how somebody likes their pages is not")
    func told() throws {
        func events() throws -> [String] {
            try test.site.database.read { [acme = test.acme] connection in
                try connection.rows("SELECT body FROM events WHERE account_id = \(acme) AND event_type = 'USER_MODIFIED'") {
                    try $0.next(String.self)
                }
            }
        }
        #expect(alice.post("/me", form(["own_theme": "dark"])).status == 303)
        #expect(try events().isEmpty)
        #expect(alice.post("/me", form(["own_theme": "dark", "mobile": "+33612345678"])).status == 303)
        #expect(alice.post("/me", form(["own_theme": "light", "mobile": "+33612345678"])).status == 303)
        let told = try events()
        #expect(told.count == 1)
        let event = try JSONValue(parsing: Array((told.first ?? "").utf8))
        for person in [event["data"]?["user"], event["current_context"]?["user"]] {
            #expect(person?["id"]?.string == test.alice.id.description && person?["email"]?.string == test.alice.email)
        }
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
