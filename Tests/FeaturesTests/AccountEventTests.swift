// The product's own events: what happens to people is told to the account's webhooks in the transaction that does it.

import Database
import Delivery
import HTTPTypes
import JSON
import TestSupport
import Testing
import Web

@testable import Features

@Suite("Events of people")
struct AccountEventTests {
    private let test: TestApp

    init() throws {
        test = try TestApp()
    }

    private struct Told: Equatable {
        let type: String
        let body: String
    }

    /// What the account was told so far, in order.
    private func told(_ account: ID<Account>? = nil) throws -> [Told] {
        try test.site.database.read { connection in
            try connection.rows("SELECT event_type, body FROM events WHERE account_id = \(account ?? test.acme) ORDER BY id") { row in
                Told(type: try row.next(), body: try row.next())
            }
        }
    }

    private func role(_ name: String) throws -> String {
        let id = try test.site.database.read {
            try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND preset = \(name)", as: ID<RoleRow>.self)
        }
        return try #require(id).description
    }

    @Test("Every event of the product's own is in the catalogue, with a sample of the very shape that is sent")
    func catalogue() {
        for event in AccountEvent.allCases {
            let sample = event.type.sample
            #expect(sample["user"] != nil, "\(event.rawValue)")
            if event.rawValue.hasPrefix("ROLE") { #expect(sample["role"] != nil) }
        }
    }

    @Test("Adding, changing, disabling, enabling and deleting somebody each tell who it was, who did it, and from where")
    func life() throws {
        let admin = try test.browser(test.alice)
        let before = try told().count
        func submit(_ fields: [(String, String)], at address: String, to path: String) -> Browser.Page {
            admin.post(path, admin.get(address).hiddenInputs + fields)
        }
        let fields = [("name", "Ana Lima"), ("role", try role("user"))]
        #expect(submit(fields + [("email", "ana@acme.example")], at: "/users/new", to: "/users").status == 303)
        let id = try #require(
            try test.site.database.read { try $0.value("SELECT id FROM users WHERE email = 'ana@acme.example'", as: ID<User>.self) })
        let path = "/users/\(id)"
        #expect(submit(fields + [("email", "ana.lima@acme.example")], at: path + "/edit", to: path).status == 303)
        // Nothing changed: nothing to tell.
        #expect(submit(fields + [("email", "ana.lima@acme.example")], at: path + "/edit", to: path).status == 303)
        for step in ["suspension", "suspension", "suspension/end", "delete"] { #expect(admin.post("\(path)/\(step)").status == 303) }
        let events = try told().dropFirst(before)
        #expect(
            events.map(\.type) == ["USER_CREATED", "USER_MODIFIED", "EMAIL_CHANGED", "USER_DISABLED", "USER_ENABLED", "USER_DELETED"])
        for event in events {
            let envelope = try JSONValue(parsing: Array(event.body.utf8))
            let data = envelope["data"]
            #expect(data?["user"]?["id"]?.string == id.description && data?["user"]?["name"]?.string == "Ana Lima")
            #expect(data?["action"]?.string == event.type.lowercased() && data?["ip_address"]?.string == "127.0.0.1")
            #expect(envelope["current_context"]?["account"]?.string == "acme")
            #expect(envelope["current_context"]?["user"]?["email"]?.string == "alice@acme.example")
        }
        #expect(try told(test.globex).isEmpty)
    }

    @Test("What is refused is not told: the last administrator stays, and so does silence")
    func refused() throws {
        let admin = try test.browser(test.alice)
        let before = try told().count
        let taken = admin.post(
            "/users",
            admin.get("/users/new").hiddenInputs + [("name", "Another"), ("email", "alice@acme.example"), ("role", try role("user"))])
        #expect(taken.status == 422)
        #expect(try told().count == before)
    }

    @Test("A sign-in in vain is told to each account that has the address: another of that address elsewhere keeps nobody in the dark")
    func namesake() throws {
        let people = PeopleStore(site: test.site)
        let user = NewUser(email: test.alice.email, name: "Another Alice", password: TestApp.password, role: .user)
        let hash = try test.site.hash("kestrel amber violin", for: user.email)
        try test.site.database.write { _ = try people.create(user, passwordHash: hash, in: test.globex, on: $0) }
        #expect(try test.browser().signIn(test.alice.email, "a wrong pass phrase").status == 422)
        test.app.afterwards.finish()
        for account in [test.acme, test.globex] {
            #expect(try told(account).map(\.type) == ["USER_LOGIN_FAILURE"])
            // Any account can name somebody's address.
            #expect(try told(account).allSatisfy { !$0.body.contains("127.0.0.1") })
        }
        try test.site.database.write {
            _ = try $0.execute("UPDATE users SET verified_email = email WHERE id = \(test.alice.id)")
        }
        #expect(try test.browser().signIn(test.alice.email, "a wrong pass phrase").status == 422)
        test.app.afterwards.finish()
        #expect(try told(test.acme).last?.body.contains("127.0.0.1") == true)
        #expect(try told(test.globex).last?.body.contains("127.0.0.1") == false)
    }

    @Test("Of the tries at an address those are told that were made, not those that were turned away")
    func turnedAway() throws {
        let browser = try test.browser()
        for _ in 0..<110 {
            _ = browser.signIn("alice@acme.example", "a wrong pass phrase")
            test.app.afterwards.finish()
        }
        #expect(try told().count { $0.type == "USER_LOGIN_FAILURE" } == 100)
    }

    @Test("Signing in, in vain and out are told, of staff nothing, and of an address that nobody has nothing")
    func signingIn() throws {
        let browser = try test.browser()
        let before = try told().count
        #expect(browser.signIn("alice@acme.example", "a wrong pass phrase").status == 422)
        #expect(browser.signIn("nobody@acme.example", "a wrong pass phrase").status == 422)
        // Told behind the answer.
        test.app.afterwards.finish()
        #expect(browser.signIn("alice@acme.example").status == 303)
        #expect(browser.post("/sign-out").status == 303)
        #expect(try told().dropFirst(before).map(\.type) == ["USER_LOGIN_FAILURE", "USER_LOGIN", "LOGOUT"])
        let operated = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM events", as: Int.self) }
        let staff = try test.browser()
        #expect(staff.signIn(test.olivia.email).status == 303)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM events", as: Int.self) } == operated)
    }

    @Test("An address at which a hundred passwords were tried is told to be blocked, once")
    func blocked() throws {
        let guesser = try test.browser()
        for _ in 0..<SignInAttempts.usual + 3 {
            _ = guesser.signIn("bob@acme.example", "a wrong pass phrase")
            test.app.afterwards.finish()
        }
        let events = try told().filter { $0.type == "USER_BLOCKED" }
        #expect(events.count == 1 && events.first?.body.contains("bob@acme.example") == true)
    }

    @Test("Who signs in without the second factor that the account demands of them is told of")
    func factorRequired() throws {
        try test.site.database.write {
            _ = try $0.execute("UPDATE accounts SET second_factor = 'administrators' WHERE id = \(test.acme)")
        }
        let before = try told().count
        #expect(try test.browser().signIn("alice@acme.example").status == 303)
        #expect(try test.browser().signIn("bob@acme.example").status == 303)
        #expect(try told().dropFirst(before).map(\.type) == ["USER_LOGIN", "MFA_REQUIRED", "USER_LOGIN"])
    }

    @Test("A webhook that wants them gets them, once the change is durable")
    func delivered() throws {
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://example.com/hooks", in: test.acme) { $0.events = EventSubscription(modules: ["users"]) }
        #expect(try test.browser().signIn("alice@acme.example").status == 303)
        let deliveries = try test.site.database.read { try $0.rows("SELECT event_type FROM deliveries") { try $0.next(String.self) } }
        #expect(deliveries.contains("USER_LOGIN"))
    }
}
