// The people of an account: who may change whom, that somebody can always administer it, and how they are found.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import Mail
import TestSupport
import Testing
import Time
import Web

@Suite("Users")
struct UsersTests: UsersWorld {
    let test: TestApp
    let relay: ScriptedRelay

    init() throws { (test, relay) = try Self.made() }

    @Test("Disabling ends the sessions with the next request, and enabling lets in again")
    func disabling() throws {
        let admin = try test.browser(test.alice)
        let bob = try test.browser(test.bob)
        #expect(bob.get("/me").status == 200)
        let path = "/users/\(test.bob.id)"
        #expect(admin.post(path + "/suspension", admin.get(path).hiddenInputs).location == path)
        #expect(bob.get("/me").status != 200)
        #expect(try test.browser().signIn(test.bob.email).status == 422)
        #expect(admin.get(path).text.contains("Disabled"))
        // A second press finds it done.
        #expect(admin.post(path + "/suspension", admin.get(path).hiddenInputs).location == path)
        #expect(admin.post(path + "/suspension/end", admin.get(path).hiddenInputs).location == path)
        #expect(try test.browser().signIn(test.bob.email).status == 303)
        #expect(try test.audit().filter { $0.hasPrefix("user.") } == ["user.disable", "user.enable"])
    }

    @Test("Deleting leaves what was theirs, with their name, and stands in the Deletion history")
    func deleting() throws {
        let admin = try test.browser(test.alice)
        let bob = try test.browser(test.bob)
        _ = bob.post(
            "/me",
            bob.get("/me").hiddenInputs
                + [("own_language", "fr"), ("country", ""), ("time_zone", ""), ("own_theme", "dark"), ("mobile", "")])
        let path = "/users/\(test.bob.id)"
        #expect(admin.get(path + "/delete").text.contains("Bob Durand"))
        #expect(admin.post(path + "/delete", admin.get(path + "/delete").hiddenInputs).location == "/users")
        #expect(bob.get("/me").status != 200)
        #expect(admin.get(path).status == 404)
        let history = admin.get("/settings/deletions").text
        #expect(history.contains("Bob Durand") && history.contains("Alice Martin"))
        let names = try test.site.database.read {
            try $0.rows("SELECT user_name FROM audit WHERE user_id = \(test.bob.id)") { try $0.next(String.self) }
        }
        #expect(names == ["Bob Durand"])
    }

    @Test("The last administrator who can sign in stays one, whatever is tried")
    func lastAdministrator() throws {
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.alice.id)"
        let changed = submit(
            [("name", "Alice Martin"), ("email", test.alice.email), ("role", try role("user"))], at: path + "/edit", to: path, by: admin)
        #expect(changed.status == 422 && changed.text.contains("must be an administrator first"))
        // Themselves nobody disables or deletes at all.
        #expect(admin.post(path + "/suspension").location == path && admin.post(path + "/delete").location == path)
        #expect(admin.get(path).text.contains("Nobody disables or deletes themselves"))
        // The operator, who is none of the account, meets the same bound.
        let operator_ = try test.browser(test.olivia, account: test.acme)
        #expect(operator_.post(path + "/suspension", operator_.get(path).hiddenInputs).location == path)
        #expect(operator_.post(path + "/delete", operator_.get(path + "/delete").hiddenInputs).location == path)
        #expect(admin.get("/users").status == 200)
        // One who has not chosen a password cannot sign in, and does not count.
        _ = try add("second@acme.example", role: "administrator", by: admin)
        #expect(operator_.post(path + "/suspension", operator_.get(path).hiddenInputs).location == path)
        #expect(admin.get("/users").status == 200)
        let link = try link(inLetter: 0)
        let second = try test.browser()
        let fields = second.get(link).hiddenInputs + [("new_password", "a good long phrase"), ("new_password_again", "a good long phrase")]
        #expect(second.post("/password/link", fields).status == 303)
        #expect(operator_.post(path + "/suspension", operator_.get(path).hiddenInputs).location == path)
        #expect(admin.get("/users").status != 200)
    }

    @Test("Who manages people without being an administrator neither makes one, nor changes one, nor takes their place by a link")
    func noMoreThanOneHas() throws {
        try test.site.database.write { connection in
            try connection.execute(
                "UPDATE roles SET rights = 'people.view people.manage' WHERE account_id = \(test.acme) AND preset = 'user'")
        }
        let bob = try test.browser(test.bob)
        #expect(bob.get("/users").status == 200)
        #expect(try add("x@acme.example", role: "administrator", by: bob).status == 422)
        let alice = "/users/\(test.alice.id)"
        #expect(bob.get(alice).status == 200 && !bob.get(alice).text.contains("/edit"))
        // And reads why, here alone.
        let why = "You may not change this user: they may do more than you. Ask an administrator."
        #expect(bob.get(alice).text.contains(why))
        #expect(!bob.get("/users/\(test.bob.id)").text.contains(why) && !bob.get("/users/\(test.bob.id)/edit").text.contains(why))
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.bob.id)") }
        #expect(bob.get(alice).text.contains("ses droits dépassent les vôtres"))
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = NULL WHERE id = \(test.bob.id)") }
        for path in ["/edit", "/delete"] { #expect(bob.get(alice + path).status == 404) }
        for path in ["", "/link", "/suspension", "/delete"] { #expect(bob.post(alice + path).status == 404, "\(path)") }
        #expect(try add("y@acme.example", by: bob).status == 303)
        let own = "/users/\(test.bob.id)"
        let raised = submit(
            [("name", "Bob"), ("email", test.bob.email), ("role", try role("administrator"))], at: own + "/edit", to: own, by: bob)
        #expect(raised.status == 422)
        // Who may only look is told nothing of changing.
        try test.site.database.write { _ = try $0.execute("UPDATE roles SET rights = 'people.view' WHERE preset = 'user'") }
        #expect(bob.get(alice).status == 200 && !bob.get(alice).text.contains(why))
    }

    @Test("The role that a form begins with is given to nobody by who has less than it")
    func roleToBeginWith() throws {
        try test.site.database.write { connection in
            try connection.execute(
                "UPDATE roles SET rights = 'people.view people.manage' WHERE account_id = \(test.acme) AND preset = 'user'")
            try connection.execute(
                """
                INSERT INTO roles (id, account_id, name, rights, is_administrator)
                VALUES (\(test.site.ids.next(RoleRow.self)), \(test.acme), 'a more able one', 'people.view webhooks.manage', 0)
                """)
        }
        let bob = try test.browser(test.bob)
        #expect(!bob.get("/users/new").text.contains("a more able one"))
        #expect(try add("x@acme.example", role: "a more able one", by: bob).status == 422)
        #expect(try add("y@acme.example", by: bob).status == 303)
    }

    @Test("People of another account are nobody here, and their roles are none")
    func otherAccount() throws {
        let admin = try test.browser(test.alice)
        let stranger = "/users/\(test.mallory.id)"
        for path in ["", "/edit", "/delete"] { #expect(admin.get(stranger + path).status == 404) }
        for path in ["", "/link", "/suspension", "/suspension/end", "/delete"] { #expect(admin.post(stranger + path).status == 404) }
        let foreign = try role("user", of: test.globex)
        let added = submit([("name", "X"), ("email", "x@acme.example"), ("role", foreign)], at: "/users/new", to: "/users", by: admin)
        #expect(added.status == 422)
        #expect(try test.browser(test.bob).get("/users").status == 404 || test.browser(test.bob).get("/users").status == 403)
        // Their address is free here: nobody learns who is with another account.
        #expect(try add(test.mallory.email, by: admin).status == 303)
        #expect(try add(test.bob.email, by: admin).text.contains("has this address already"))
    }

    @Test(
        "What is no email address is refused with the field kept; capitals and plus are taken",
        arguments: [
            ("ana", false), ("ana@acme", false), ("ana@@acme.example", false), ("", false),
            ("ana@acme.example, eve@evil.example", false), ("<ana@acme.example>", false), ("\"ana\"@acme.example", false),
            ("Ana+Test@ACME.example", true), ("o’brien@acme.example", true), ("ana\u{200B}@acme.example", true),
            ("ana@.", false), ("ana@acme.example.", false), ("ana@acme..example", false), ("ana@-acme.example", false),
            (".ana@acme.example", false), ("ana..lima@acme.example", false), ("ana@münchen.example", true),
        ])
    func emails(_ email: String, _ isTaken: Bool) throws {
        let admin = try test.browser(test.alice)
        let page = try add(email, by: admin)
        #expect(page.status == (isTaken ? 303 : 422), "\(email)")
        if !isTaken { #expect(page.text.contains("Ana Lima")) }
    }

    @Test("Two who save at once: the second sees both values")
    func stale() throws {
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        let first = admin.get(path + "/edit").hiddenInputs
        let role = try role("user")
        func save(_ name: String) -> Browser.Page {
            admin.post(path, first + [("name", name), ("email", test.bob.email), ("role", role), ("mobile", ""), ("head_of_line", "")])
        }
        #expect(save("Bobby").status == 303)
        let second = save("Robert")
        #expect(second.status == 422 && second.text.contains("Bobby") && second.text.contains("Robert"))
    }

    @Test("A form sent twice adds one user, and one letter goes")
    func twice() throws {
        let admin = try test.browser(test.alice)
        let hidden = admin.get("/users/new").hiddenInputs
        let fields = hidden + [("name", "Ana"), ("email", "ana@acme.example"), ("role", try role("user"))]
        let one = admin.post("/users", fields)
        let two = admin.post("/users", fields)
        #expect(one.status == 303 && two.location == one.location)
        _ = try link(inLetter: 0)
        let letters = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails", as: Int.self) }
        #expect(letters == 1)
    }

    @Test("The list finds by name and address, whatever the accents, and by status")
    func list() throws {
        let admin = try test.browser(test.alice)
        _ = try add("elodie@acme.example", called: "Élodie Noël", by: admin)
        #expect(admin.get("/users?q=ELODIE").text.contains("Élodie Noël"))
        #expect(!admin.get("/users?q=elodie").text.contains("Bob Durand"))
        #expect(admin.get("/users?state=invited").text.contains("Élodie"))
        #expect(!admin.get("/users?state=active").text.contains("Élodie"))
        #expect(admin.get("/users?q=%25").text.contains("Nobody found"))
        let french = try test.browser(test.alice)
        french.acceptLanguage = "fr"
        #expect(french.get("/users").status == 200)
    }

    @Test("The list and its export are narrowed to a role of the account; any other in the address narrows nothing")
    func byRole() throws {
        let admin = try test.browser(test.alice)
        let (users, administrators) = (try role("user"), try role("administrator"))
        let list = admin.get("/users?role=\(users)").text
        #expect(list.contains(test.bob.email) && !list.contains(test.alice.email))
        #expect(list.contains("<option value=\"\(users)\" selected>User</option>") && list.contains("href=\"/users.csv?role=\(users)\""))
        let others = admin.get("/users?role=\(administrators)&state=active").text
        #expect(others.contains(test.alice.email) && !others.contains(test.bob.email))
        #expect(admin.get("/users?role=\(administrators)&state=disabled").text.contains("Nobody found"))
        let table = admin.get("/users.csv?role=\(users)").text
        #expect(table.contains(test.bob.email) && !table.contains(test.alice.email))
        let foreign = try role("user", of: test.globex)
        for unknown in [foreign, "", "user", "role_", "%F0%9F%91%A9", String(repeating: "x", count: 2000)] {
            let page = admin.get("/users?role=\(unknown)")
            #expect(page.status == 200, "\(unknown)")
            #expect(page.text.contains(test.bob.email) && page.text.contains(test.alice.email), "\(unknown)")
        }
    }

    @Test("A role's page leads to all who have it, for those who may see people")
    func holdersOfRole() throws {
        try test.site.database.write { connection in
            for number in 10..<25 {
                let user = NewUser(email: "u\(number)@acme.example", name: "U\(number)", password: "", role: .user)
                try PeopleStore(site: test.site).create(user, passwordHash: "", in: test.acme, on: connection)
            }
        }
        let role = try role("user")
        let page = try test.browser(test.alice).get("/roles/\(role)").text
        #expect(page.contains("<a href=\"/users?role=\(role)\">16 people have this role.</a>"))
        #expect(page.contains("<a href=\"/users?role=\(role)\">and 6 more</a>"))
        // By name: the list that it leads to begins with the same.
        #expect(page.contains(">Bob Durand<") && page.contains(">U18<") && !page.contains(">U19<"))
        try test.site.database.write { connection in
            try connection.execute("UPDATE roles SET rights = 'roles.view' WHERE account_id = \(test.acme) AND preset = 'user'")
        }
        let blind = try test.browser(test.bob).get("/roles/\(role)").text
        #expect(blind.contains("16 people have this role.") && !blind.contains("/users?role="))
    }

    @Test("The thousand and first user is refused with the limit's name, and nothing is lost")
    func limit() throws {
        let hash = ""
        try test.site.database.write { connection in
            for number in 0..<998 {
                let user = NewUser(email: "u\(number)@acme.example", name: "U\(number)", password: "", role: .user)
                try PeopleStore(site: test.site).create(user, passwordHash: hash, in: test.acme, on: connection)
            }
        }
        let page = try add("more@acme.example", by: test.browser(test.alice))
        #expect(page.status == 422 && page.text.contains("1,000") && page.text.contains("more@acme.example"))
    }
}
