// The people of an account: who may change whom, how somebody gets in, and that somebody can always administer it.

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
struct UsersTests {
    private let test: TestApp
    private let relay: ScriptedRelay

    init() throws {
        let relay = try ScriptedRelay()
        self.relay = relay
        test = try TestApp { installation in
            installation.relay = try? MailRelay(relay.url)
            installation.mailPace.interval = .milliseconds(1)
        }
        try test.app.mailer.start()
    }

    private func role(_ name: String, of account: ID<Account>? = nil) throws -> String {
        let id = try test.site.database.read {
            try $0.value(
                "SELECT id FROM roles WHERE account_id = \(account ?? test.acme) AND (preset = \(name) OR name = \(name))",
                as: ID<RoleRow>.self)
        }
        return try #require(id).description
    }

    private func user(_ email: String) throws -> ID<User>? {
        try test.site.database.read { try $0.value("SELECT id FROM users WHERE email = \(email)") }
    }

    /// Fills in the form at `address` and sends it.
    private func submit(_ fields: [(String, String)], at address: String, to path: String, by browser: Browser) -> Browser.Page {
        browser.post(path, browser.get(address).hiddenInputs + fields)
    }

    private func add(_ email: String, role name: String = "user", called: String = "Ana Lima", by browser: Browser) throws -> Browser.Page {
        submit([("name", called), ("email", email), ("role", try role(name))], at: "/users/new", to: "/users", by: browser)
    }

    /// The path of the link in the n-th letter.
    private func link(inLetter number: Int) throws -> String {
        let end = Date(timeIntervalSinceNow: 20)
        // Among them may be one with a notice.
        func links() -> [String] {
            relay.taken.map { $0.data.replacing("=\n", with: "").replacing("=3D", with: "=") }.compactMap { letter in
                letter.firstMatch(of: /\/password\/link\?code=[0-9a-f]{64}/).map { String($0.output) }
            }
        }
        while links().count <= number, Date() < end { usleep(2000) }
        return try #require(links().dropFirst(number).first)
    }

    @Test("Whoever is added gets a letter, chooses a password by its link, once, and signs in with it")
    func invitation() throws {
        let admin = try test.browser(test.alice)
        let added = try add("Ana.Lima@Acme.example", by: admin)
        #expect(added.status == 303)
        let id = try #require(try user("ana.lima@acme.example"))
        #expect(added.location == "/users/\(id)")
        #expect(admin.get("/users/\(id)").text.contains("Invited"))
        let link = try link(inLetter: 0)
        #expect(relay.taken[0].recipients.first?.contains("ana.lima@acme.example") == true)
        let ana = try test.browser()
        #expect(ana.signIn("ana.lima@acme.example", "").status == 422)
        // A mail filter looks at it any number of times.
        for _ in 0..<3 { #expect(ana.get(link).status == 200) }
        let hidden = ana.get(link).hiddenInputs
        func choose(_ one: String, _ other: String) -> Browser.Page {
            ana.post("/password/link", hidden + [("new_password", one), ("new_password_again", other)])
        }
        #expect(choose("short", "short").status == 422)
        #expect(choose("a good long phrase", "another long phrase").status == 422)
        #expect(choose("a good long phrase", "a good long phrase").location == "/sign-in")
        #expect(choose("a good long phrase 2", "a good long phrase 2").location == "/sign-in")
        #expect(ana.get("/sign-in").text.contains("used already"))
        #expect(ana.signIn("ana.lima@acme.example", "a good long phrase 2").status == 422)
        #expect(ana.signIn("ana.lima@acme.example", "a good long phrase").status == 303)
        #expect(admin.get("/users/\(id)").text.contains("Active"))
        #expect(try test.audit().contains("user.create"))
    }

    @Test("A link ends after two hours, with the next one, and when its owner is disabled")
    func ends() throws {
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        func send() -> Browser.Page { admin.post(path + "/link", admin.get(path).hiddenInputs) }
        #expect(send().location == path)
        let first = try link(inLetter: 0)
        #expect(send().location == path)
        let second = try link(inLetter: 1)
        let bob = try test.browser()
        #expect(bob.get(first).location == "/sign-in" && bob.get(second).status == 200)
        test.clock.advance(by: .seconds(7200))
        #expect(bob.get(second).location == "/sign-in")
        let again = try test.browser(test.alice)
        #expect(again.post(path + "/link", again.get(path).hiddenInputs).status == 303)
        let third = try link(inLetter: 2)
        #expect(bob.get(third).status == 200)
        #expect(again.post(path + "/suspension", again.get(path).hiddenInputs).status == 303)
        #expect(bob.get(third).location == "/sign-in")
    }

    @Test("A link that went to an address that was wrong opens nothing once the address is another")
    func correctedAddress() throws {
        let admin = try test.browser(test.alice)
        #expect(try add("ana.lima@elsewhere.example", by: admin).status == 303)
        let id = try #require(try user("ana.lima@elsewhere.example"))
        let path = "/users/\(id)"
        let link = try link(inLetter: 0)
        func change(_ name: String, _ email: String) throws -> Int {
            submit([("name", name), ("email", email), ("role", try role("user"))], at: path + "/edit", to: path, by: admin).status
        }
        #expect(try change("Ana M. Lima", "ana.lima@elsewhere.example") == 303)
        #expect(try test.browser().get(link).status == 200)
        #expect(try change("Ana M. Lima", "ana.lima@acme.example") == 303)
        #expect(try test.browser().get(link).status == 303)
        #expect(admin.post(path + "/link", admin.get(path).hiddenInputs).status == 303)
        #expect(try test.browser().get(self.link(inLetter: 1)).status == 200)
    }

    @Test("A new password by link ends whoever was signed in with the old one, and its browser is let in however many guessed")
    func resetOpensTheWay() throws {
        let admin = try test.browser(test.alice)
        let thief = try test.browser(test.bob)
        #expect(thief.get("/me").status == 200)
        let guesser = try test.browser()
        for _ in 0..<100 { _ = guesser.signIn(test.bob.email, "a wrong guess") }
        #expect(try test.browser().signIn(test.bob.email).status == 429)
        let path = "/users/\(test.bob.id)"
        #expect(admin.post(path + "/link", admin.get(path).hiddenInputs).status == 303)
        let link = try link(inLetter: 0)
        let bob = try test.browser()
        let fields = bob.get(link).hiddenInputs + [("new_password", "a good long phrase"), ("new_password_again", "a good long phrase")]
        #expect(bob.post("/password/link", fields).status == 303)
        #expect(thief.get("/me").location == "/sign-in?to=/me" || thief.get("/me").status != 200)
        #expect(bob.signIn(test.bob.email, "a good long phrase").status == 303)
        #expect(try test.browser().signIn(test.bob.email, "a good long phrase").status == 429)
    }

    @Test("Whoever uses a link that came by mail has shown that the address is theirs: told once, and once more of another address")
    func verifiedAddress() throws {
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        func verified() throws -> Int? {
            try test.site.database.read { try $0.value("SELECT COUNT(*) FROM events WHERE event_type = 'USER_EMAIL_VERIFIED'") }
        }
        func follow(letter number: Int) throws {
            #expect(admin.post(path + "/link", admin.get(path).hiddenInputs).status == 303)
            let address = try self.link(inLetter: number)
            let bob = try test.browser()
            let password = "a good long phrase \(number)"
            let fields = bob.get(address).hiddenInputs + [("new_password", password), ("new_password_again", password)]
            #expect(bob.post("/password/link", fields).status == 303)
        }
        try follow(letter: 0)
        #expect(try verified() == 1)
        try follow(letter: 1)
        #expect(try verified() == 1)
        let fields = [("name", "Bob Durand"), ("email", "bob.durand@acme.example"), ("role", try role("user"))]
        #expect(submit(fields, at: path + "/edit", to: path, by: admin).status == 303)
        try follow(letter: 2)
        #expect(try verified() == 2)
    }

    @Test("Without mail the link is shown once, and nowhere else")
    func withoutMail() throws {
        let test = try TestApp()
        let admin = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        let page = admin.post(path + "/link", admin.get(path).hiddenInputs)
        #expect(page.status == 200)
        let link = try #require(page.text.firstMatch(of: /\/password\/link\?code=[0-9a-f]{64}/)).output
        #expect(!admin.get(path).text.contains("code="))
        // By its address the page leads to the person, and says that the link was shown.
        #expect(admin.get(path + "/link").location == path)
        #expect(admin.get(path).text.contains("A link is shown once"))
        // One's own password one changes by the present one.
        let own = "/users/\(test.alice.id)"
        #expect(!admin.get(own).text.contains("\(own)/link"))
        #expect(admin.post(own + "/link").location == "/password")
        #expect(try test.browser().get(String(link)).status == 200)
        #expect(try test.browser().get("/password/forgotten").location == "/sign-in")
    }

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

    @Test("Ten letters of one account an hour go to one address; then somebody is told to wait, and nobody is made for one more")
    func lettersToOne() throws {
        let admin = try test.browser(test.alice)
        #expect(try add("ana@elsewhere.example", by: admin).status == 303)
        let ana = try #require(try user("ana@elsewhere.example"))
        let path = "/users/\(ana)"
        for number in 0..<9 { #expect(admin.post(path + "/link").location == path, "\(number)") }
        #expect(!admin.get(path).text.contains("Wait an hour before you send another."))
        #expect(admin.post(path + "/link").location == path)
        #expect(admin.get(path).text.contains("Wait an hour before you send another."))
        #expect(submit([], at: path + "/delete", to: path + "/delete", by: admin).status == 303)
        #expect(try add("ana@elsewhere.example", by: admin).status == 422)
        test.clock.advance(by: .seconds(3601))
        let again = try test.browser(test.alice)
        #expect(try add("ana@elsewhere.example", by: again).status == 303)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails") } == 11)
    }

    @Test("Notices keep nobody from being sent a link")
    func noticesBeside() throws {
        for number in 0..<12 {
            try test.site.database.write { connection in
                try test.app.mailer.post(
                    MailMessage(to: test.bob.email, named: "Bob", subject: "Notice \(number)", text: "Hello", html: "<p>Hello</p>"),
                    to: MailAddressee(account: test.acme, user: test.bob.id, address: test.bob.email, name: "Bob"), on: connection)
            }
        }
        let admin = try test.browser(test.alice)
        let bob = "/users/\(test.bob.id)"
        #expect(admin.post(bob + "/link").location == bob)
        #expect(admin.get(bob).text.contains("A link is on its way"))
    }

    @Test("What an account sends to an address keeps no other from writing to it, and tells no other of it")
    func lettersOfOthers() throws {
        let admin = try test.browser(test.alice)
        let bob = "/users/\(test.bob.id)"
        for _ in 0..<11 { #expect(admin.post(bob + "/link").location == bob) }
        #expect(admin.get(bob).text.contains("Wait an hour before you send another."))
        let stranger = try test.browser(test.mallory)
        let plain = try role("user", of: test.globex)
        let added = submit([("name", "Bob"), ("email", test.bob.email), ("role", plain)], at: "/users/new", to: "/users", by: stranger)
        #expect(added.status == 303)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails WHERE account_id = \(test.globex)") } == 1)
    }

    @Test(
        "An address is one, however its letters were composed and its domain was named",
        arguments: [
            ("ana@münchen.example", "Ana@XN--MNCHEN-3YA.example", "<ana@xn--mnchen-3ya.example>"),
            ("am\u{E9}lie@acme.example", "ame\u{301}lie@acme.example", "<am\u{E9}lie@acme.example>"),
        ])
    func spellings(_ one: String, _ other: String, _ recipient: String) throws {
        let admin = try test.browser(test.alice)
        let first = try add(one, by: admin)
        #expect(first.status == 303)
        #expect(try add(other, called: "Another", by: admin).text.contains("has this address already"))
        _ = try link(inLetter: 0)
        #expect(relay.taken[0].recipients.first?.contains(recipient) == true)
        // As people write it, also where the page tells of the letter.
        let page = admin.get(try #require(first.location)).text
        #expect(page.contains(one) && !page.contains("xn--"))
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

    @Test("A forgotten password is answered alike for known and unknown, and at most three letters an hour go to an address")
    func forgotten() throws {
        let browser = try test.browser()
        func ask(_ email: String) -> Browser.Page {
            browser.post("/password/forgotten", browser.get("/password/forgotten").hiddenInputs + [("email", email)])
        }
        let unknown = ask("nobody@acme.example")
        let known = ask("BOB@acme.example")
        #expect(unknown.status == known.status && unknown.location == known.location)
        let link = try link(inLetter: 0)
        #expect(try test.browser().get(link).text.contains(test.bob.email))
        for _ in 0..<5 { #expect(ask(test.bob.email).location == known.location) }
        // Behind the answers.
        _ = try self.link(inLetter: 2)
        let letters = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails", as: Int.self) }
        #expect(letters == 3)
        #expect(try test.audit().filter { $0 == "password.forgotten" }.count == 3)
        #expect(ask("no-address").status == 422)
    }

    @Test("Nobody of a suspended account is sent a link that would not let them in")
    func forgottenWhileSuspended() throws {
        let browser = try test.browser()
        func ask() throws -> Int? {
            let fields = browser.get("/password/forgotten").hiddenInputs + [("email", test.bob.email)]
            #expect(browser.post("/password/forgotten", fields).location == "/sign-in")
            test.app.afterwards.finish()
            return try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails") }
        }
        func set(_ state: AccountState) throws {
            try test.site.database.write { _ = try $0.execute("UPDATE accounts SET state = \(state) WHERE id = \(test.acme)") }
        }
        for state in [AccountState.suspended, .closing] {
            try set(state)
            #expect(try ask() == 0)
        }
        try set(.active)
        #expect(try ask() == 1)
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
