// Which domains users' addresses may have: asked wherever an address is written, and never of those that somebody has already.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Allowed user domains")
struct UserDomainTests {
    private static let refusal = "This account does not allow addresses of other.example. Allowed: acme.example"

    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    private func role() throws -> String {
        let id = try test.site.database.read {
            try $0.value("SELECT id FROM roles WHERE account_id = \(self.test.acme) AND preset = 'user'", as: ID<RoleRow>.self)
        }
        return try #require(id).description
    }

    private func create(_ email: String) throws -> Browser.Page {
        alice.post(
            "/users", alice.get("/users/new").hiddenInputs + [("name", "Ana Lima"), ("email", email), ("role", try role())])
    }

    private func change(_ user: ID<User>, to email: String, name: String = "Bob Durand") throws -> Browser.Page {
        let path = "/users/\(user)"
        return alice.post(
            path, alice.get(path + "/edit").hiddenInputs + [("name", name), ("email", email), ("role", try role())])
    }

    private func emails() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows("SELECT email FROM users WHERE account_id = \(self.test.acme) ORDER BY email") { try $0.next(String.self) }
        }
    }

    private func add(_ domain: String) -> Browser.Page {
        alice.post(UserDomain.path, alice.get(UserDomain.path + "/new").hiddenInputs + [("domain", domain)])
    }

    private var names: [String] { get throws { try test.domains(UserDomain.self, of: test.acme) } }

    // MARK: The rule

    @Test("With an empty list any address will do; with one, those of its domains alone, whatever the spelling, and none below them")
    func creation() throws {
        #expect(try create("a@other.example").status == 303)
        try test.add(UserDomain.self, "acme.example", to: test.acme)
        let page = try create("b@other.example")
        #expect(page.status == 422 && page.text.contains(Self.refusal) && page.text.contains("value=\"b@other.example\""))
        #expect(try create("b@mail.acme.example").text.contains("does not allow addresses of mail.acme.example"))
        #expect(try create("b@ACME.example").status == 303)
        try test.add(UserDomain.self, "xn--mnchen-3ya.example", to: test.acme)
        #expect(try create("c@mu\u{308}nchen.example").status == 303)
        #expect(
            try emails() == ["a@other.example", "alice@acme.example", "b@acme.example", "bob@acme.example", "c@münchen.example"])
    }

    @Test("Another account's list is none of this one's, and staff of the platform are of any domain")
    func others() throws {
        try test.add(UserDomain.self, "globex.example", to: test.globex)
        #expect(try create("a@other.example").status == 303)
        let staff = NewUser(email: "sam@platform.example", name: "Sam Field", password: TestApp.password, role: nil)
        try test.site.database.write { _ = try PeopleStore(site: self.test.site).create(staff, passwordHash: "", in: nil, on: $0) }
    }

    @Test("Somebody of another domain stays, and can be changed in all but that; to another address only of an allowed domain")
    func changing() throws {
        try test.add(UserDomain.self, "new.example", to: test.acme)
        #expect(try change(test.bob.id, to: "bob@acme.example", name: "Bob Renamed").status == 303)
        let refused = try change(test.bob.id, to: "robert@acme.example")
        #expect(refused.status == 422 && refused.text.contains("does not allow addresses of acme.example. Allowed: new.example"))
        #expect(try change(test.bob.id, to: "bob@new.example").status == 303)
        #expect(try emails() == ["alice@acme.example", "bob@new.example"])
    }

    @Test("A line of a table is refused before anything is done, and where the domain goes meanwhile, left out when it is done")
    func importing() throws {
        let id = try test.add(UserDomain.self, "acme.example", to: test.acme)
        try test.add(UserDomain.self, "new.example", to: test.acme)
        let table = "name,email\r\nAna,ana@acme.example\r\nEve,eve@other.example\r\nBob Renamed,bob@acme.example\r\n"
        let sent = alice.post("/users/import", [], file: (name: "table", fileName: "people.csv", bytes: Array(table.utf8)))
        #expect(sent.location == "/users/import/preview")
        let page = alice.get("/users/import/preview")
        #expect(page.text.contains("To add: 1. To change: 1. As they are: 0. With errors, left out: 1."))
        #expect(page.text.contains("does not allow addresses of other.example. Allowed: acme.example, new.example"))
        #expect(alice.post(UserDomain.path + "/\(id)/delete").status == 303)
        #expect(alice.post("/users/import/preview", page.hiddenInputs).location == "/users")
        #expect(alice.get("/users").text.contains("Added: 0. Changed: 1."))
        #expect(try emails() == ["alice@acme.example", "bob@acme.example"])
    }

    @Test("No statement of the product writes a user's email but in the stores that ask")
    func writers() throws {
        try test.add(UserDomain.self, "new.example", to: test.acme)
        let user = NewUser(email: "a@other.example", name: "Ana Lima", password: TestApp.password, role: .user)
        #expect(throws: FieldProblem.self) {
            try test.site.database.write {
                try PeopleStore(site: self.test.site).create(user, passwordHash: "", in: self.test.acme, on: $0)
            }
        }
        var entry = try test.site.database.read {
            try UserStore(self.test.app).user(self.test.bob.id, of: self.test.acme, on: $0)
        }.entry
        entry.email = "bob@other.example"
        let changed = entry
        #expect(throws: FieldProblem.self) {
            try test.site.database.write { try UserStore(self.test.app).update(changed, of: self.test.acme, on: $0) }
        }
        entry.id = test.site.ids.next()
        let new = entry
        #expect(throws: FieldProblem.self) {
            try test.site.database.write { try UserStore(self.test.app).insert(new, in: self.test.acme, on: $0) }
        }
    }

    @Test("Somebody made while their domain is taken out is either there before or refused after")
    func race() throws {
        try test.add(UserDomain.self, "new.example", to: test.acme)
        for number in 0..<5 {
            let id = try test.add(UserDomain.self, "other.example", to: test.acme)
            let form =
                alice.get("/users/new").hiddenInputs + [
                    ("name", "Ana Lima"), ("email", "ana-\(number)@other.example"), ("role", try role()),
                ]
            let answers = test.sendAtOnce([Post("/users", form), Post(UserDomain.path + "/\(id)/delete")], as: alice)
            let isMade = try emails().contains("ana-\(number)@other.example")
            #expect(answers.map(\.status).sorted() == (isMade ? [303, 303] : [303, 422]))
            #expect(try create("late-\(number)@other.example").status == 422)
        }
    }

    // MARK: The list

    @Test("The first domain is asked about with how many people are outside it, who stay; the list counts both")
    func first() throws {
        #expect(try create("a@other.example").status == 303)
        let asked = add("acme.example")
        #expect(asked.status == 200 && asked.text.contains("1 user has an address of a domain other than acme.example."))
        #expect(asked.text.contains("They stay and can sign in."))
        #expect(try names.isEmpty)
        #expect(alice.post(UserDomain.path, asked.hiddenInputs).status == 303)
        #expect(try names == ["acme.example"])
        let page = alice.get(UserDomain.path).text
        #expect(page.contains("href=\"/users?q=%40acme.example\">2 users</a>"))
        #expect(page.contains("1 user has an address of a domain that is not in the list."))
        // The next shuts nobody out.
        #expect(add("other.example").status == 303)
        #expect(!alice.get(UserDomain.path).text.contains("not in the list"))
    }

    @Test("Nobody is outside the first domain: nothing is asked")
    func firstOfAll() throws {
        #expect(add("acme.example").status == 303)
        #expect(try names == ["acme.example"])
    }

    @Test("Before a domain goes the page says how many have it, and of the last that any will be allowed")
    func deletion() throws {
        let first = try test.add(UserDomain.self, "acme.example", to: test.acme)
        let second = try test.add(UserDomain.self, "new.example", to: test.acme)
        let page = alice.get(UserDomain.path + "/\(first)/delete").text
        #expect(page.contains("can no longer be of acme.example.") && page.contains("2 users have addresses of it, and stay."))
        #expect(alice.get(UserDomain.path + "/\(second)/delete").text.contains("No user has an address of it."))
        #expect(alice.post(UserDomain.path + "/\(first)/delete").status == 303)
        #expect(try create("c@acme.example").status == 422)
        #expect(alice.get(UserDomain.path + "/\(second)/delete").text.contains("any domain will be allowed then."))
        #expect(alice.post(UserDomain.path + "/\(second)/delete").status == 303)
        #expect(try create("c@acme.example").status == 303)
    }
}
