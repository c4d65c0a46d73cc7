// What applies to one person: on the pages, where they and their administrators read it, and for the platform, by a call.

import Database
import Features
import HTTPTypes
import JSON
import TestSupport
import Testing
import Web

@testable import Features

@Suite("Effective settings of a person")
struct EffectiveSettingsTests {
    private static let address = "/api/v1/accounts/acme/settings"
    private let test: TestApp
    private let key: String

    init() throws {
        test = try TestApp()
        key = try test.key(of: test.acme, scopes: [.readSettings])
    }

    private func ask(_ query: String, tag: String? = nil) -> Browser.Page {
        test.call(.get, "\(Self.address)?\(query)", key: key, fields: tag.map { [.ifNoneMatch: $0] } ?? [:])
    }

    private func effective(_ query: String) throws -> JSONValue {
        let page = ask(query)
        #expect(page.status == 200, "\(query): \(page.text)")
        return try JSONValue(parsing: page.bytes)["effective"] ?? .null
    }

    private func set(_ assignments: SQL, of person: TestApp.Person) throws {
        try test.site.database.write { _ = try $0.execute("UPDATE users SET \(assignments) WHERE id = \(person.id)") }
    }

    private func setAccount(_ assignments: SQL) throws {
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET \(assignments) WHERE id = \(test.acme)") }
    }

    // MARK: By the call

    @Test("Each value of a person comes with whose it is: their own, or the account's")
    func values() throws {
        try setAccount("head_of_line = '+33142685303'")
        #expect(
            try effective("user=\(test.bob.id)")
                == [
                    "user": ["id": .string(test.bob.id.description), "is_enabled": true], "queue": nil,
                    "country": ["value": "FR", "source": "account"], "language": ["value": "en", "source": "account"],
                    "time_zone": ["value": "Europe/Paris", "source": "account"],
                    "head_of_line": ["value": "+33142685303", "source": "account"],
                    "supervision": ["value": false, "source": "account"],
                ])
        try set(
            "country = 'JP', language = 'fr', time_zone = 'Asia/Tokyo', head_of_line = '+33142685302', is_enabled = 0", of: test.bob)
        #expect(
            try effective("user=\(test.bob.id)")
                == [
                    "user": ["id": .string(test.bob.id.description), "is_enabled": false], "queue": nil,
                    "country": ["value": "JP", "source": "user"], "language": ["value": "fr", "source": "user"],
                    "time_zone": ["value": "Asia/Tokyo", "source": "user"],
                    "head_of_line": ["value": "+33142685302", "source": "user"],
                    "supervision": ["value": false, "source": "account"],
                ])
    }

    @Test("The settings of the account stand beside it as they do for nobody in particular")
    func beside() throws {
        let alone = try #require(try JSONValue(parsing: ask("").bytes).object)
        let asked = try #require(try JSONValue(parsing: ask("user=\(test.bob.id)").bytes).object)
        #expect(alone["retention"] != nil && alone["effective"] == nil)
        #expect(alone.members.allSatisfy { asked[$0.name] == $0.value })
        #expect(asked.members.count == alone.members.count + 1)
    }

    @Test("Supervision counts with the account's switch and the role's right together, and the call says which of them decides")
    func supervision() throws {
        func supervision(_ person: TestApp.Person) throws -> JSONValue? { try effective("user=\(person.id)")["supervision"] }
        try test.give(test.bob, [.supervise])
        for person in [test.alice, test.bob] { #expect(try supervision(person) == ["value": false, "source": "account"]) }
        try setAccount("has_supervision = 1")
        for person in [test.alice, test.bob] { #expect(try supervision(person) == ["value": true, "source": "role"]) }
        try test.give(test.bob, [])
        #expect(try supervision(test.bob) == ["value": false, "source": "role"])
    }

    @Test("The head of line is the queue's, then the user's, then the account's, else there is none")
    func headOfLine() throws {
        func line(_ query: String) throws -> JSONValue? { try effective(query)["head_of_line"] }
        let support = try test.add(Queue.self, "Support", reference: "acd.support", to: test.acme) { $0.headOfLine = "+33142685301" }
        let plain = try test.add(Queue.self, "Plain", reference: "acd.plain", to: test.acme)
        #expect(try line("user=\(test.bob.id)&queue=\(plain)") == ["value": nil, "source": "anonymous"])
        try setAccount("head_of_line = '+33142685303'")
        #expect(try line("user=\(test.bob.id)&queue=\(plain)") == ["value": "+33142685303", "source": "account"])
        try set("head_of_line = '+33142685302'", of: test.bob)
        for queue in [plain.description, "acd.plain"] {
            #expect(try line("user=\(test.bob.id)&queue=\(queue)") == ["value": "+33142685302", "source": "user"])
        }
        for queue in [support.description, "acd.support"] {
            #expect(try line("user=\(test.bob.id)&queue=\(queue)") == ["value": "+33142685301", "source": "queue"])
        }
        // Of a queue alone: by whoever it is.
        let queue = try effective("queue=acd.support")
        #expect(queue["head_of_line"] == ["value": "+33142685301", "source": "queue"])
        #expect(queue["user"] == .null && queue["supervision"] == .null && queue["queue"] == ["id": .string(support.description)])
        #expect(queue["country"] == ["value": "FR", "source": "account"])
    }

    @Test("A person is found by the address that they sign in with, however it is spelled, and answers as by the id")
    func email() throws {
        let byID = ask("user=\(test.bob.id)")
        for spelling in ["bob@acme.example", "BOB%40Acme.Example", "%20bob@acme.example"] {
            let page = ask("user=\(spelling)")
            #expect(page.status == 200 && page.bytes == byID.bytes, "\(spelling)")
        }
    }

    @Test("Whom or what the account has not is 404, also another account's; what can name nothing is 400; and neither has a tag")
    func refused() throws {
        let foreign = try test.add(Queue.self, "Foreign", reference: "acd.foreign", to: test.globex)
        let nobody = test.site.ids.next(User.self)
        for query in [
            "user=\(test.mallory.id)", "user=mallory@globex.example", "user=olivia@platform.example", "user=\(test.olivia.id)",
            "user=\(nobody)", "user=nobody@acme.example", "queue=\(foreign)", "queue=acd.foreign", "queue=acd.nothing",
            "user=\(test.bob.id)&queue=acd.foreign",
        ] {
            let page = ask(query)
            #expect(page.status == 404 && page.fields[.eTag] == nil, "\(query)")
            #expect(page.fields[.contentType] == "application/problem+json" && page.text.contains("problem:not-found"), "\(query)")
        }
        for query in [
            "user=", "user=bob", "user=usr_1", "user=\(foreign)", "user=bob@", "user=@acme.example", "user=bob@acme",
            "user=\(test.bob.id)&user=\(test.alice.id)", "queue=", "queue=a%20b", "queue=%C3%A9",
            "queue=\(String(repeating: "q", count: 101))", "user=\(String(repeating: "u", count: 300))@acme.example",
        ] {
            let page = ask(query)
            #expect(page.status == 400 && page.fields[.eTag] == nil, "\(query)")
            #expect(page.fields[.contentType] == "application/problem+json" && page.text.contains("invalid-parameter"), "\(query)")
        }
    }

    @Test("Two people have two tags; each changes with the person's own values and the account's, and with nobody else's")
    func tags() throws {
        func tag(_ query: String) throws -> String { try #require(ask(query).fields[.eTag], "\(query)") }
        let (bob, alice, all) = (try tag("user=\(test.bob.id)"), try tag("user=\(test.alice.id)"), try tag(""))
        #expect(Set([bob, alice, all]).count == 3)
        let same = ask("user=\(test.bob.id)", tag: bob)
        #expect(same.status == 304 && same.bytes.isEmpty && same.fields[.eTag] == bob)
        #expect(ask("user=\(test.alice.id)", tag: bob).status == 200)
        try set("time_zone = 'Asia/Tokyo'", of: test.bob)
        #expect(ask("user=\(test.bob.id)", tag: bob).status == 200)
        #expect(ask("user=\(test.alice.id)", tag: alice).status == 304 && ask("", tag: all).status == 304)
        try setAccount("country = 'GB'")
        #expect(ask("user=\(test.alice.id)", tag: alice).status == 200 && ask("", tag: all).status == 200)
    }

    @Test("A key without the scope learns nothing of anybody, and another account's neither")
    func access() throws {
        let query = "?user=\(test.bob.id)"
        let other = try test.key(of: test.acme, scopes: test.scopes.subtracting([.readSettings]))
        #expect(test.call(.get, Self.address + query, key: other).status == 403)
        #expect(test.call(.get, Self.address + query, key: try test.key(of: test.globex)).status == 404)
        #expect(Scope.readSettings.needs.contains(.viewPeople))
    }

    // MARK: On the pages

    @Test("Account settings and My Account both say where language, country and time zone come from")
    func pages() throws {
        let alice = try test.browser(test.alice)
        let account = alice.get("/settings/account").text
        #expect(account.contains("because you have not chosen another in My Account"))
        #expect(account.contains("It applies to you, too: you have not chosen another in My Account."))
        #expect(account.contains("Europe/Paris (+01:00), set here"))
        let mine = alice.get("/me").text
        #expect(mine.contains("You see the console in English, the language of the account."))
        #expect(mine.contains("dialled in the country of the account: France."))
        #expect(mine.contains("Times are shown in Europe/Paris (+01:00), the time zone of the account."))

        try set("country = 'JP', language = 'en', time_zone = 'Asia/Tokyo'", of: test.alice)
        let changed = alice.get("/settings/account").text
        #expect(changed.contains("You see the console in English, chosen in My Account."))
        #expect(changed.contains("To you applies Japan, chosen in My Account."))
        #expect(changed.contains("Asia/Tokyo (+09:00), set in My Account"))
        let own = alice.get("/me").text
        #expect(own.contains("You see the console in English, your own choice."))
        #expect(own.contains("read as dialled in this country, your own choice: Japan."))
        #expect(own.contains("Times are shown in Asia/Tokyo (+09:00), your own choice."))

        // Staff who are in no account.
        let staff = try test.browser(test.olivia).get("/me").text
        #expect(staff.contains("You see the console in English, as your browser asks for it."))
        #expect(staff.contains("while no country is chosen") && staff.contains("while no time zone is chosen"))
    }

    @Test("The page says how many people would gain supervision or lose it, by which roles; disabled people do not count")
    func reach() throws {
        let alice = try test.browser(test.alice)
        func page() -> String { alice.get("/settings/account").text }
        let without = "Roles without the right: Integrator, User."
        #expect(page().contains("2 people would gain it") == false && page().contains("1 person would gain it"))
        #expect(page().contains(without))
        let role = try #require(
            try test.site.database.read {
                try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND preset = 'supervisor'", as: ID<RoleRow>.self)
            })
        try set("role_id = \(role)", of: test.bob)
        #expect(page().contains("2 people would gain it, by these roles: Administrator, Supervisor."))
        try setAccount("has_supervision = 1")
        #expect(page().contains("2 people have it, by these roles: Administrator, Supervisor. They would lose it if this were off."))
        #expect(alice.get("/roles/\(role)").text.contains("without the right to supervise") == false)
        try set("is_enabled = 0", of: test.bob)
        #expect(page().contains("1 person has it"))
        let lacking = try #require(
            try test.site.database.read {
                try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND preset = 'user'", as: ID<RoleRow>.self)
            })
        #expect(alice.get("/roles/\(lacking)").text.contains("This role is without the right to supervise"))
        try setAccount("has_supervision = 0")
        #expect(alice.get("/roles/\(lacking)").text.contains("without the right to supervise") == false)
    }

    @Test("Trying the head of line keeps what was chosen, says that somebody is disabled, and gives the reason that is true")
    func trying() throws {
        let alice = try test.browser(test.alice)
        let path = "/settings/account/head-of-line"
        let plain = try test.add(Queue.self, "Plain", to: test.acme)
        try set("head_of_line = '+33142685302', is_enabled = 0", of: test.bob)
        let page = alice.get("\(path)?user=\(test.bob.id)&queue=\(plain)&find=alice").text
        #expect(page.contains("<option value=\"\(test.bob.id)\" selected>Bob Durand (disabled)</option>"))
        #expect(page.contains("<option value=\"\(plain)\" selected>Plain</option>") && page.contains("value=\"alice\""))
        #expect(page.contains("This is Bob Durand’s own number, because the queue has none."))
        let alone = alice.get("\(path)?user=\(test.bob.id)").text
        #expect(alone.contains("This is Bob Durand’s own number, because no queue is chosen."))
        #expect(alice.get("\(path)?user=\(test.alice.id)").text.contains("<option value=\"\(test.bob.id)\">Bob Durand (disabled)</option>"))
    }
}
