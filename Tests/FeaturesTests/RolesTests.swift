// The roles of an account: what they let people do, that nobody gives what they have not, and that an account can always be administered.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import Features
@testable import Web

@Suite("Roles")
struct RolesTests {
    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    private func path(_ name: String, of account: ID<Account>? = nil) throws -> String {
        let id = try test.site.database.read {
            try $0.value("SELECT id FROM roles WHERE account_id = \(account ?? test.acme) AND name = \(name)", as: ID<RoleRow>.self)
        }
        return "/roles/\(try #require(id))"
    }

    private func stored(_ name: String) throws -> String? {
        try test.site.database.read { try $0.value("SELECT rights FROM roles WHERE account_id = \(test.acme) AND name = \(name)") }
    }

    private func form(_ name: String, _ rights: [String]) -> [(String, String)] { [("name", name)] + rights.map { ("rights", $0) } }

    private func add(_ name: String, _ rights: [String], by browser: Browser) -> Browser.Page {
        browser.post("/roles", browser.get("/roles/new").hiddenInputs + form(name, rights))
    }

    private func edit(_ path: String, _ name: String, _ rights: [String], by browser: Browser) -> Browser.Page {
        browser.post(path, browser.get(path + "/edit").hiddenInputs + form(name, rights))
    }

    /// Bob, with these rights.
    private func bob(_ rights: String) throws -> Browser {
        try test.site.database.write { connection in
            try connection.execute("UPDATE roles SET rights = \(rights) WHERE account_id = \(self.test.acme) AND preset = 'user'")
        }
        return try test.browser(test.bob)
    }

    @Test("A new account begins with four roles, named in its language, each with what the features give it")
    func presets() throws {
        var account = NewAccount(name: "Société", slug: "societe")
        account.language = "fr"
        let id = try test.site.database.write { try PeopleStore(site: self.test.site).create(account, on: $0) }
        let roles = try test.site.database.read { try RoleStore(test.app).roles(of: id, on: $0) }
        #expect(roles.map(\.entry.name) == ["Administrateur", "Intégrateur", "Superviseur", "Utilisateur"])
        #expect(roles.map(\.authority.isAdministrator) == [true, false, false, false])
        #expect(roles[0].authority.rights == test.site.rights.all)
        #expect(roles[1].authority.rights == [.viewWebhooks, .manageWebhooks, .viewPayloads, .retryDeliveries, .seeSecrets, .viewKeys])
        #expect(roles[2].authority.rights == [.supervise, .viewPeople])
        #expect(roles[3].authority.rights == [])
    }

    @Test("The form shows every right that the features declare, by module, and what it makes lets people do just that, at once")
    func whole() throws {
        let page = alice.get("/roles/new")
        for right in test.app.features.flatMap(\.rights) { #expect(page.text.contains("value=\"\(right.rawValue)\""), "\(right.rawValue)") }
        let bob = try test.browser(test.bob)
        #expect(bob.get("/settings/deletions").status == 403)
        let user = try path("User")
        #expect(edit(user, "User", ["deletions.view"], by: alice).location == user)
        #expect(bob.get("/settings/deletions").status == 200 && bob.get("/users").status == 403)
        #expect(!bob.get("/settings/deletions").text.contains("href=\"/users\""))
        #expect(edit(user, "User", [], by: alice).location == user)
        #expect(bob.get("/settings/deletions").status == 403)
        let changes = try test.site.database.read {
            try $0.rows("SELECT changes FROM audit WHERE action = 'role.update' ORDER BY id") { try $0.next(String.self) }
        }
        #expect(changes.count == 2 && changes[0].contains(#""before":"[]","after":"[\"deletions.view\"]""#))
    }

    @Test("Whoever may do something in a module may see it, whatever the form or the row says")
    func seeing() throws {
        #expect(add("Editors", ["people.manage", "webhooks.retry", "supervision.use"], by: alice).status == 303)
        #expect(try stored("Editors") == "people.manage people.view supervision.use webhooks.retry webhooks.view")
        #expect(try bob("people.manage").get("/users").status == 200)
    }

    @Test("A right that no feature knows any more stays in the role, and hinders nobody from giving it")
    func unknownRight() throws {
        let bob = try bob("fax.send people.view")
        #expect(edit(try path("User"), "Staff", ["people.view"], by: alice).status == 303)
        #expect(try stored("Staff") == "fax.send people.view")
        #expect(bob.get("/users").status == 200)
        let role = try path("Staff").split(separator: "/")[1]
        let path = "/users/\(test.bob.id)"
        let given = alice.post(
            path, alice.get(path + "/edit").hiddenInputs + [("name", "Bob"), ("email", test.bob.email), ("role", String(role))])
        #expect(given.location == path)
    }

    @Test("Supervision counts only while the account has it on, for everybody, and the page says so")
    func supervision() throws {
        #expect(add("Chiefs", ["supervision.use"], by: alice).status == 303)
        let chiefs = try path("Chiefs")
        func rights(of person: TestApp.Person) throws -> Set<Right> {
            let token = try test.browser(person, account: test.acme).cookies["session"] ?? ""
            return try #require(try test.site.database.read { try self.test.site.sessions.find(token: token, on: $0) }).rights
        }
        _ = try bob("supervision.use people.view")
        for person in [test.alice, test.bob, test.olivia] { #expect(try !rights(of: person).contains(.supervise)) }
        #expect(alice.get(chiefs).text.contains("Supervision is off") && alice.get("/roles/new").text.contains("Does not count at present"))
        try test.site.database.write { try $0.execute("UPDATE accounts SET has_supervision = 1 WHERE id = \(self.test.acme)") }
        for person in [test.alice, test.bob, test.olivia] { #expect(try rights(of: person).contains(.supervise)) }
        #expect(!alice.get(chiefs).text.contains("Supervision is off"))
        #expect(try rights(of: test.bob) == [.supervise, .viewPeople])
    }

    @Test("Supervision that is off is given on by nobody who has not the right")
    func sleepingRight() throws {
        let bob = try bob("roles.manage people.manage")
        #expect(add("Chiefs", ["supervision.use"], by: bob).status == 422)
        #expect(add("Chiefs", ["supervision.use"], by: alice).status == 303)
        #expect(bob.get(try path("Chiefs") + "/edit").status == 404)
        let able = try self.bob("roles.manage supervision.use")
        #expect(add("More chiefs", ["supervision.use"], by: able).status == 303)
    }

    @Test("Nobody gives what they have not: not by a new role, nor by a copy, nor by changing their own or others'")
    func noMoreThanOneHas() throws {
        let bob = try bob("roles.manage people.manage")
        let page = bob.get("/roles/new")
        #expect(page.text.contains("value=\"people.manage\"") && !page.text.contains("value=\"webhooks.view\""))
        let added = add("More", ["people.view", "webhooks.manage"], by: bob)
        #expect(added.status == 422 && added.text.contains("only rights that you have yourself") && added.text.contains("value=\"More\""))
        #expect(try stored("More") == nil)
        let own = try path("User")
        #expect(edit(own, "User", ["roles.manage", "people.manage", "keys.manage"], by: bob).status == 422)
        // What they have they may give, and take from themselves.
        #expect(add("Helpers", ["people.view"], by: bob).status == 303)
        #expect(edit(try path("Helpers"), "Helpers", ["people.manage"], by: bob).status == 303)
        for name in ["Administrator", "Integrator"] {
            let path = try path(name)
            #expect(bob.get(path).status == 200 && !bob.get(path).text.contains("/edit"))
            for page in ["/edit", "/copy"] { #expect(bob.get(path + page).status == 404, "\(name)\(page)") }
            #expect(bob.post(path, form(name, [])).status == 404 && bob.post(path + "/copy", form("Copy", [])).status == 404)
            #expect(bob.post(path + "/delete").location == path)
        }
        #expect(try test.audit().filter { $0.hasPrefix("role.") } == ["role.create", "role.update"])
    }

    @Test("A form that was opened while one had a right gives it no more once it is gone, also in the same moment")
    func rightLost() throws {
        let bob = try bob("roles.manage webhooks.view")
        let hidden = bob.get("/roles/new").hiddenInputs
        _ = try self.bob("roles.manage")
        #expect(bob.post("/roles", hidden + form("Watchers", ["webhooks.view"])).status == 422)
        // As the transaction asks it: of the role as it is by then.
        let authority = try test.site.database.read { try self.test.site.sessions.authority(of: self.test.bob.id, on: $0) }
        #expect(authority == Authority(isAdministrator: false, rights: [.viewRoles, .manageRoles]))
    }

    @Test("Nobody is moved to a role that gives more than whoever moves them has, nor out of one")
    func moving() throws {
        let bob = try bob("people.manage")
        #expect(add("Watchers", ["webhooks.view"], by: alice).status == 303)
        let watchers = try path("Watchers").split(separator: "/")[1]
        let user = "/users/\(test.bob.id)"
        func move(to role: Substring, by browser: Browser) -> Browser.Page {
            browser.post(
                user, browser.get(user + "/edit").hiddenInputs + [("name", "Bob"), ("email", test.bob.email), ("role", String(role))])
        }
        #expect(move(to: watchers, by: bob).status == 422)
        #expect(move(to: watchers, by: alice).status == 303)
        #expect(bob.get("/settings/webhooks/history").status == 200 && bob.get("/users").status == 403)
    }

    @Test("Whoever takes rights from themselves reads that it was done on a page that they may still see, and is refused there afterwards")
    func lessened() throws {
        let bob = try bob("roles.manage")
        let role = try path("User")
        #expect(edit(role, "User", [], by: bob).location == role)
        #expect(bob.get(role).location == "/")
        #expect(bob.get("/").location == "/me")
        #expect(bob.get("/me").text.contains("has been saved"))
        #expect(bob.get(role).status == 403)
    }

    @Test("The administrators' role keeps everything: it can be renamed, and neither lessened nor deleted")
    func administrators() throws {
        let role = try path("Administrator")
        #expect(!alice.get(role + "/edit").text.contains("type=\"checkbox\""))
        #expect(edit(role, "Direction", ["people.view"], by: alice).location == role)
        #expect(try stored("Direction") == "")
        #expect(alice.get("/users").status == 200 && alice.get("/roles").text.contains("Direction"))
        let operators = try test.browser(test.olivia, account: test.acme)
        #expect(operators.post(role + "/delete").location == role)
        // Also when nobody has it.
        let globex = try test.browser(test.olivia, account: test.globex)
        try test.site.database.write { try $0.execute("DELETE FROM sessions WHERE user_id = \(self.test.mallory.id)") }
        try test.site.database.write { try $0.execute("DELETE FROM users WHERE id = \(self.test.mallory.id)") }
        let empty = try path("Administrator", of: test.globex)
        #expect(globex.post(empty + "/delete").location == empty && globex.get(empty).status == 200)
    }

    @Test("A role that somebody has is not deleted, and the page says who; one that nobody has goes, into the Deletion history")
    func deleting() throws {
        let user = try path("User")
        #expect(alice.get(user).text.contains("Bob Durand") && !alice.get(user).text.contains("\(user)/delete"))
        for asks in [true, false] {
            #expect((asks ? alice.get(user + "/delete") : alice.post(user + "/delete")).location == user)
            #expect(alice.get(user).text.contains("would be left without one"))
        }
        let integrator = try path("Integrator")
        #expect(alice.get(integrator + "/delete").text.contains("Retry deliveries"))
        #expect(alice.post(integrator + "/delete", alice.get(integrator + "/delete").hiddenInputs).location == "/roles")
        #expect(alice.get(integrator).status == 404 && alice.post(integrator + "/delete").status == 404)
        #expect(alice.get("/settings/deletions").text.contains("Integrator"))
        // The command line asks for a role that is there no more.
        let user_ = NewUser(email: "i@acme.example", name: "Ina", password: TestApp.password, role: .integrator)
        #expect(throws: VerbFailure.self) { _ = try ControlVerb.createUser(user_, account: "acme").run(on: test.app) }
    }

    @Test("Of a role deleted and given in the same moment, one does not happen")
    func deletedAndGiven() throws {
        for _ in 0..<10 {
            #expect(add("Short", [], by: alice).status == 303)
            let role = try path("Short")
            let user = "/users/\(test.bob.id)"
            let fields =
                alice.get(user + "/edit").hiddenInputs
                + [("name", "Bob"), ("email", test.bob.email), ("role", String(role.split(separator: "/")[1]))]
            #expect(test.sendAtOnce([Post(user, fields), Post(role + "/delete")], as: alice).count == 2)
            let orphans = try test.site.database.read {
                try $0.value(
                    "SELECT COUNT(*) FROM users u WHERE role_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM roles WHERE id = u.role_id)",
                    as: Int.self)
            }
            #expect(orphans == 0)
            let back = alice.get(user + "/edit").hiddenInputs
            _ = alice.post(
                user, back + [("name", "Bob"), ("email", test.bob.email), ("role", String(try path("User").split(separator: "/")[1]))])
            if alice.get(role).status == 200 { #expect(alice.post(role + "/delete").location == "/roles") }
        }
    }

    @Test("The list counts people to a thousand, and says so beyond: it costs the same however many there are")
    func many() throws {
        let role = try #require(ID<RoleRow>(String(try path("User").split(separator: "/")[1])))
        func add(_ numbers: Range<Int>) throws {
            try test.site.database.write { connection in
                for number in numbers {
                    _ = try connection.execute(
                        """
                        INSERT INTO users (id, account_id, role_id, email, name, search_text, password_hash, password_changed_at, created_at)
                        VALUES (\(String(number)), \(test.acme), \(role), \("\(number)@acme.example"), 'Ana', 'ana', '', 0, 0)
                        ON CONFLICT (id) DO NOTHING
                        """)
                }
            }
        }
        // Bob is one.
        try add(0..<999)
        #expect(alice.get("/roles").text.contains("1,000") && !alice.get("/roles").text.contains("More than"))
        try add(999..<1001)
        #expect(alice.get("/roles").text.contains("More than 1,000"))
    }

    @Test("A copy begins with what the other has, also with everything")
    func copying() throws {
        let integrator = try path("Integrator")
        let page = alice.get(integrator + "/copy")
        // It says of what, and leads back there.
        #expect(page.text.contains("<h1>Duplicate ") && page.text.contains("<a class=\"button subtle\" href=\"\(integrator)\">"))
        #expect(
            page.text.contains("value=\"webhooks.retry\" checked")
                || page.text.contains("value=\"webhooks.retry\"") && page.text.contains(" checked"))
        let made = alice.post(integrator + "/copy", page.hiddenInputs + form("Second integrator", ["webhooks.retry"]))
        #expect(made.status == 303 && made.location?.hasPrefix("/roles/rol_") == true && made.location != integrator)
        #expect(try stored("Second integrator") == "webhooks.retry webhooks.view")
        #expect(alice.get(try path("Administrator") + "/copy").text.contains("checked"))
    }

    @Test("Two who save at once: the second sees both values, in words")
    func stale() throws {
        let path = try path("User")
        let hidden = alice.get(path + "/edit").hiddenInputs
        #expect(alice.post(path, hidden + form("User", ["people.view"])).status == 303)
        let second = alice.post(path, hidden + form("User", ["webhooks.view"]))
        #expect(second.status == 422 && second.text.contains("Users (View)") && second.text.contains("Webhooks (View)"))
    }

    @Test("A form sent twice, or twice at once, adds one role")
    func twice() throws {
        let fields = alice.get("/roles/new").hiddenInputs + form("Night shift", ["people.view"])
        let answers = test.sendAtOnce(Array(repeating: Post("/roles", fields), count: 4), as: alice)
        #expect(Set(answers.map(\.location)) == [try path("Night shift")])
        #expect(try test.audit().filter { $0 == "role.create" }.count == 1)
    }

    @Test(
        "A name that another role has, none, or one that nobody sees is refused with all that was chosen",
        arguments: ["User", "", "  \u{200B}", String(repeating: "x", count: 101)])
    func names(_ name: String) throws {
        let page = add(name, ["people.view"], by: alice)
        #expect(page.status == 422 && page.text.contains("Error: "))
        #expect(page.text.contains(#"value="people.view" checked"#))
    }

    @Test("Names of any writing are shown as they are, and as text")
    func strangeNames() throws {
        for name in ["<script>alert(1)</script>", "دور المشرف", "👩‍👩‍👧‍👦 équipe", "a\u{202E}b"] {
            #expect(add(name, [], by: alice).status == 303, "\(name)")
        }
        let text = alice.get("/roles").text
        #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !text.contains("<script>alert(1)") && text.contains("👩‍👩‍👧‍👦"))
        #expect(!text.contains("\u{202E}"))
    }

    @Test("The fifty and first role is refused, also by a copy, and by two at once")
    func limit() throws {
        for number in 0..<45 { #expect(add("Role \(number)", [], by: alice).status == 303) }
        let posts = (0..<2).map { Post("/roles", alice.get("/roles/new").hiddenInputs + form("Last \($0)", [])) }
        #expect(test.sendAtOnce(posts, as: alice).map(\.status).sorted() == [303, 422])
        let path = try path("User")
        let copied = alice.post(path + "/copy", alice.get(path + "/copy").hiddenInputs + form("Copied", []))
        #expect(copied.status == 422 && copied.text.contains("50"))
    }

    @Test("Roles of another account are not there, and whoever lacks the right sees neither menu nor page")
    func others() throws {
        let foreign = try path("User", of: test.globex)
        for page in ["", "/edit", "/copy", "/delete"] { #expect(alice.get(foreign + page).status == 404, "\(page)") }
        for page in ["", "/copy", "/delete"] { #expect(alice.post(foreign + page, form("X", [])).status == 404, "\(page)") }
        let viewer = try bob("roles.view")
        #expect(viewer.get("/roles").status == 200 && !viewer.get("/roles").text.contains("/roles/new"))
        #expect(viewer.get("/roles/new").status == 403 && viewer.post("/roles", form("X", [])).status == 403)
        let nobody = try bob("webhooks.view")
        #expect(nobody.get("/roles").status == 403 && !nobody.get("/settings/webhooks").text.contains("href=\"/roles\""))
    }

    @Test("Who may see settings without changing them gets what is stored, in words, and no form")
    func viewing() throws {
        let bob = try bob("account.view retention.view")
        for path in ["/settings/account", "/settings/retention"] {
            let page = bob.get(path)
            #expect(page.status == 200 && page.text.contains("but not change them") && !page.text.contains("class=\"form\""), "\(path)")
            #expect(bob.post(path, page.hiddenInputs).status == 403)
        }
        #expect(bob.get("/settings/account").text.contains("Europe/Paris"))
        #expect(bob.get("/settings/retention/purge").status == 403)
    }
}
