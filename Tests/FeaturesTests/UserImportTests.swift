// People from a table, as spreadsheets of all kinds save it: what it would do is shown, then done, and never more than that.

import Database
import Features
import Foundation
import HTTPTypes
import Spelling
import TestSupport
import Testing
import Time
import Web

@Suite("Import of users")
struct UserImportTests {
    private let test: TestApp

    init() throws {
        test = try TestApp()
    }

    private func upload(_ table: String, by browser: Browser) -> Browser.Page { upload(Array(table.utf8), by: browser) }

    private func upload(_ table: [UInt8], by browser: Browser) -> Browser.Page {
        browser.post("/users/import", [], file: (name: "table", fileName: "people.csv", bytes: table))
    }

    /// Sends the table, and gives the page that says what it would do.
    private func preview(_ table: String, by browser: Browser) throws -> Browser.Page {
        let sent = upload(table, by: browser)
        try #require(sent.location == "/users/import/preview", "\(sent.status)")
        return browser.get("/users/import/preview")
    }

    private func emails() throws -> Set<String> {
        try test.site.database.read { connection in
            Set(try connection.rows("SELECT email FROM users WHERE account_id = \(test.acme)") { try $0.next(String.self) })
        }
    }

    @Test("A table adds and changes people only when that was seen and agreed to, each with a row in the change log and an event")
    func whole() throws {
        let admin = try test.browser(test.alice)
        let before = try emails()
        let page = try preview(
            "Name,Email address,Role\r\n\"Lima, Ana\",Ana.Lima@Acme.example,User\r\nBob Renamed,bob@acme.example,\r\nNobody,no address,User\r\n",
            by: admin)
        #expect(page.status == 200)
        #expect(page.text.contains("To add: 1. To change: 1. As they are: 0. With errors, left out: 1."))
        #expect(page.text.contains("Import 2 lines, leave the errors out"))
        #expect(try emails() == before)
        let sent = page.hiddenInputs
        #expect(admin.post("/users/import/preview", sent).location == "/users")
        #expect(try emails() == before.union(["ana.lima@acme.example"]))
        try test.site.database.read { connection in
            #expect(try connection.value("SELECT name FROM users WHERE email = 'ana.lima@acme.example'") == "Lima, Ana")
            #expect(try connection.value("SELECT name FROM users WHERE email = 'bob@acme.example'") == "Bob Renamed")
            let actions = try connection.rows("SELECT action FROM audit WHERE account_id = \(test.acme) ORDER BY id") {
                try $0.next(String.self)
            }
            #expect(actions == ["user.create", "user.update"])
            let changes = try connection.rows("SELECT form, changes FROM audit WHERE account_id = \(test.acme) ORDER BY id") {
                (try $0.next(String.self), try $0.next(String.self))
            }
            #expect(changes.allSatisfy { $0.0 == "user" })
            #expect(changes[0].1.contains("ana.lima@acme.example") && changes[1].1.contains("Bob Renamed"))
            let events = try connection.rows("SELECT event_type FROM events ORDER BY id") { try $0.next(String.self) }
            #expect(events == ["USER_CREATED", "USER_MODIFIED"])
        }
        // Pressed twice: it is done once.
        #expect(admin.post("/users/import/preview", sent).location == "/users/import")
        #expect(admin.get("/users/import").text.contains("There is no table to import any more"))
    }

    @Test("Of two names that differ in no more than capitals the one is meant that is written, and none by a third spelling")
    func alikeNames() throws {
        try test.site.database.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO roles (id, account_id, name, rights)
                VALUES (\(test.site.ids.next(RoleRow.self)), \(test.acme), 'USER', 'people.view')
                """)
        }
        let admin = try test.browser(test.alice)
        let page = try preview(
            "name,email,role\nOne,one@acme.example,USER\nTwo,two@acme.example,User\nThree,three@acme.example,user\n", by: admin)
        #expect(page.text.contains("To add: 2. To change: 0. As they are: 0. With errors, left out: 1."))
        #expect(admin.post("/users/import/preview", page.hiddenInputs).location == "/users")
        let roles = try test.site.database.read { connection in
            try connection.rows(
                """
                SELECT r.name FROM users u JOIN roles r ON r.id = u.role_id
                WHERE u.email IN ('one@acme.example', 'two@acme.example') ORDER BY u.email
                """
            ) { try $0.next(String.self) }
        }
        #expect(roles == ["USER", "User"])
    }

    @Test("Pressed twice at once it is done, and neither answer says that something was not")
    func atOnce() throws {
        let admin = try test.browser(test.alice)
        let lines = (0..<60).map { "Person \($0),p\($0)@acme.example\n" }.joined()
        let page = try preview("name,email\n" + lines, by: admin)
        let before = try emails().count
        let answers = test.sendAtOnce(Array(repeating: Post("/users/import/preview", page.hiddenInputs), count: 3), as: admin)
        #expect(answers.allSatisfy { $0.status == 303 && ["/users", "/users/import"].contains($0.location) }, "\(answers)")
        #expect(try emails().count == before + 60)
    }

    @Test("On a disk that fills in the middle it says how many were imported, and the rest is done when there is room")
    func fullDisk() throws {
        let admin = try test.browser(test.alice)
        let lines = (0..<60).map { "Person \($0),p\($0)@acme.example\n" }.joined()
        let page = try preview("name,email\n" + lines, by: admin)
        let before = try emails().count
        try test.site.database.write { connection in
            _ = try connection.execute("CREATE TABLE room (bytes BLOB)")
            _ = try connection.execute(
                """
                CREATE TRIGGER fill AFTER INSERT ON users WHEN (SELECT COUNT(*) FROM users WHERE password_hash = '') > 30
                BEGIN INSERT INTO room VALUES (zeroblob(40000000)); END
                """)
        }
        // Room for all but that.
        try test.site.database.write { _ = try $0.execute("PRAGMA max_page_count = 5000") }
        let stopped = admin.post("/users/import/preview", page.hiddenInputs)
        #expect(stopped.status == 503 && stopped.text.contains("Added: 30.") && stopped.text.contains("Import 30 lines"))
        #expect(!stopped.text.contains("Nothing has been done yet"))
        #expect(try emails().count == before + 30)
        try test.site.database.write { connection in
            _ = try connection.execute("PRAGMA max_page_count = 1000000")
            _ = try connection.execute("DROP TRIGGER fill")
        }
        #expect(admin.post("/users/import/preview", stopped.hiddenInputs).location == "/users")
        #expect(try emails().count == before + 60)
    }

    @Test(
        "Tables are read as spreadsheets save them",
        arguments: [
            ("commas", Array("name,email\nJosé Núñez,jose@acme.example\n".utf8)),
            ("semicolons and a French head", Array("Nom;Adresse e-mail\r\nJosé Núñez;jose@acme.example\r\n".utf8)),
            ("a first line that says the separator", Array("sep=|\r\nName|Email\r\nJosé Núñez|jose@acme.example\r\n".utf8)),
            ("tabs", Array("Name\tEmail address\nJosé Núñez\tjose@acme.example".utf8)),
            ("the mark of UTF-8", [0xEF, 0xBB, 0xBF] + Array("email;name\njose@acme.example;José Núñez\n".utf8)),
            (
                "Windows-1252",
                Array("name;email\r\nJos".utf8) + [0xE9] + Array(" N".utf8) + [0xFA, 0xF1] + Array("ez;jose@acme.example\r\n".utf8)
            ),
            (
                "UTF-16",
                [0xFF, 0xFE] + "name\temail\r\nJosé Núñez\tjose@acme.example\r\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            ),
            ("quotes with a line in them, and old line ends", Array("\"name\",\"email\"\r\"José\rNúñez\",\"jose@acme.example\"\r".utf8)),
        ] as [(String, [UInt8])])
    func spelling(_ kind: String, _ table: [UInt8]) throws {
        let admin = try test.browser(test.alice)
        #expect(upload(table, by: admin).location == "/users/import/preview", "\(kind)")
        let page = admin.get("/users/import/preview")
        #expect(page.text.contains("To add: 1."), "\(kind)")
        _ = admin.post("/users/import/preview", page.hiddenInputs)
        let name = try test.site.database.read { try $0.value("SELECT name FROM users WHERE email = 'jose@acme.example'", as: String.self) }
        #expect(name == "José Núñez", "\(kind)")
    }

    @Test(
        "A file that cannot be a table of users says why, and changes nothing",
        arguments: [
            ("", "The file has no line with a user"),
            ("name,email\n", "The file has no line with a user"),
            ("name,role\nAna,User\n", "does not name the columns Email address"),
            ("name,email,Name\nAna,a@b.example,Ana\n", "names the column Name twice"),
            ("name,email\n\"Ana,ana@acme.example\n", "A quotation mark opens in line 2"),
            ("name,email\nAna\u{0},ana@acme.example\n", "is not a table as text"),
            ("name,email\n" + String(repeating: "Ana,ana@acme.example\n", count: 100_000), "2 MB"),
            ("name,email\n" + String(repeating: "A,a@b.cd\n", count: 100_000), "more than 5,000 lines"),
        ])
    func refused(_ table: String, _ words: String) throws {
        let admin = try test.browser(test.alice)
        let page = upload(table, by: admin)
        #expect(page.status == 422)
        #expect(page.text.contains(words))
        #expect(admin.get("/users/import/preview").location == "/users/import")
    }

    @Test("Each line with an error says what is wrong with it, first of all lines, and the others are done all the same")
    func lines() throws {
        let admin = try test.browser(test.alice)
        let long = String(repeating: "x", count: 10_000)
        let page = try preview(
            """
            name,email,role,mobile,shoe size
            Fine,fine@acme.example,user,+33 6 12 34 56 78,42
            \u{202E}\u{200B},rtl@acme.example,user,,
            <script>alert(1)</script>,script@acme.example,user,,
            \(long),long@acme.example,user,,
            Twice,FINE@acme.example,user,,
            Strange role,role@acme.example,Emperor,,
            No number,number@acme.example,user,not a number,
            👩🏽‍💻 Émilie,emilie+calls@acme.example,user,,
            """, by: admin)
        #expect(page.text.contains("To add: 3. To change: 0. As they are: 0. With errors, left out: 5."))
        #expect(page.text.contains("Line 2 has the same email address"))
        #expect(page.text.contains("These columns are left out, as users have nothing of the kind: shoe size"))
        #expect(!page.text.contains("<script>alert"))
        let first = try #require(page.text.firstRange(of: "Is left out")), fine = try #require(page.text.firstRange(of: "Is added"))
        #expect(first.lowerBound < fine.lowerBound)
        #expect(admin.post("/users/import/preview", page.hiddenInputs).location == "/users")
        #expect(try emails().isSuperset(of: ["fine@acme.example", "script@acme.example", "emilie+calls@acme.example"]))
        #expect(try !emails().contains("role@acme.example"))
    }

    @Test("What was exported comes back as nothing to do, whatever it begins with: telephone numbers, formulas, apostrophes")
    func roundTrip() throws {
        try test.site.database.write { connection in
            try connection.execute(
                "UPDATE users SET mobile = '+33612345678', name = '=1+1 \"Bob\"; the second' WHERE email = 'bob@acme.example'")
            let odd = ["'=x", "''=x", "'", "'Abd", "a;=b", "a;'=b", "\"=x", "';=x", "a,+1", "＝1", "'+33 6"] + HostileText.random(100)
            for (number, name) in odd.filter({ TypedText.isName($0) }).enumerated() {
                try connection.execute(
                    """
                    INSERT INTO users (id, account_id, role_id, email, name, search_text, password_hash, password_changed_at, created_at)
                    SELECT \(test.site.ids.next(User.self)), account_id, role_id, \("'+\(number)@acme.example"), \(name),
                        \(SearchText.folded(name, "'+\(number)@acme.example")), '', 0, 0 FROM users WHERE email = 'bob@acme.example'
                    """)
            }
        }
        let admin = try test.browser(test.alice)
        for language in ["en", "fr"] {
            try test.site.database.write { try $0.execute("UPDATE users SET language = \(language) WHERE email = 'alice@acme.example'") }
            let export = admin.get("/users.csv")
            #expect(export.status == 200)
            #expect(upload(export.bytes, by: admin).location == "/users/import/preview")
            let page = admin.get("/users/import/preview")
            let count = try emails().count
            #expect(page.text.contains(language == "en" ? "To add: 0. To change: 0. As they are: \(count)." : "Inchangés\u{A0}: \(count)."))
        }
    }

    @Test("A table of very many columns is read for those of the form, and the page names some of the others")
    func manyColumns() throws {
        let columns = (0..<50_000).map { "c\($0)" }.joined(separator: ",")
        let page = try preview("Name,Email,\(columns)\nAna,ana@acme.example,1\n", by: try test.browser(test.alice))
        #expect(page.text.contains("To add: 1. To change: 0."))
        #expect(page.text.contains(": c0, c1,") && page.text.contains("c19, …") && !page.text.contains("c20,"))
        #expect(page.bytes.count < 50_000)
    }

    @Test("Nobody is imported beyond the limit, and nobody gives by a table what they may not give")
    func bounds() throws {
        let users = try #require(test.app.features.flatMap(\.limits).first { $0.name == "users" })
        let used = try emails().count
        try test.site.database.write { try users.setMaximum(used + 1, of: test.acme, on: $0) }
        let admin = try test.browser(test.alice)
        let page = try preview("name,email\nOne,one@acme.example\nTwo,two@acme.example\n", by: admin)
        #expect(page.text.contains("There is room for 1 more user only"))
        #expect(!page.text.contains("Import 2 lines"))
        _ = admin.post("/users/import/preview", page.hiddenInputs)
        #expect(try emails().count == used)
        // Somebody who manages people without being an administrator.
        try test.site.database.write { connection in
            try connection.execute(
                "UPDATE roles SET rights = 'people.view people.manage' WHERE account_id = \(test.acme) AND preset = 'user'")
            try users.setMaximum(nil, of: test.acme, on: connection)
        }
        let bob = try test.browser(test.bob)
        let limited = try preview(
            "name,email,role\nAlice Taken,alice@acme.example,User\nNew,new@acme.example,Administrator\nFair,fair@acme.example,User\n",
            by: bob)
        #expect(limited.text.contains("To add: 1. To change: 0. As they are: 0. With errors, left out: 2."))
        #expect(limited.text.contains("You may not change this user"))
        _ = bob.post("/users/import/preview", limited.hiddenInputs)
        #expect(try test.site.database.read { try $0.value("SELECT name FROM users WHERE email = 'alice@acme.example'") } != "Alice Taken")
        #expect(try emails().contains("fair@acme.example") && !emails().contains("new@acme.example"))
    }

    @Test("Whoever would give themselves another role by a table is told so before")
    func ownRole() throws {
        let admin = try test.browser(test.alice)
        let words = "gives you another role yourself"
        #expect(try preview("name,email,role\nAlice Martin,alice@acme.example,User\n", by: admin).text.contains(words))
        #expect(try !preview("name,email,role\nBob Durand,bob@acme.example,Administrator\n", by: admin).text.contains(words))
    }

    @Test("A table is its sender's alone, the page of an older one does nothing to a newer, and after an hour it is gone")
    func pending() throws {
        let admin = try test.browser(test.alice)
        let old = try preview("name,email\nOld,old@acme.example\n", by: admin)
        #expect(try test.browser(test.mallory).get("/users/import/preview").location == "/users/import")
        _ = try preview("name,email\nNewer,newer@acme.example\n", by: admin)
        let shown = admin.post("/users/import/preview", old.hiddenInputs)
        #expect(shown.text.contains("Another file was chosen in the meantime") && shown.text.contains("newer@acme.example"))
        #expect(try emails().isDisjoint(with: ["old@acme.example", "newer@acme.example"]))
        test.clock.advance(by: .seconds(3601))
        let later = try test.browser(test.alice)
        #expect(later.get("/users/import/preview").location == "/users/import")
    }

    @Test("The list is in the order of names, whatever their accents and capitals, and its pages lead both ways")
    func byName() throws {
        try test.site.database.write { connection in
            for (number, name) in ["zoé", "Émile", "eve", "Ernest"].enumerated() {
                try connection.execute(
                    """
                    INSERT INTO users (id, account_id, role_id, email, name, search_text, password_hash, password_changed_at, created_at)
                    SELECT \(test.site.ids.next(User.self)), account_id, role_id, \("n\(number)@acme.example"), \(name),
                        \(SearchText.folded(name, "n\(number)@acme.example")), '', 0, 0 FROM users WHERE email = 'bob@acme.example'
                    """)
            }
        }
        let admin = try test.browser(test.alice)
        let list = admin.get("/users").text
        let places = try ["Émile", "Ernest", "eve", "zoé"].map { try #require(list.firstRange(of: ">\($0)<")).lowerBound }
        #expect(places == places.sorted())
        let zoe = try #require(
            try test.site.database.read { try $0.value("SELECT id FROM users WHERE name = 'zoé'", as: ID<User>.self) })
        let before = admin.get("/users?before=\(zoe)").text
        #expect(before.contains(">eve<") && !before.contains(">zoé<"))
        #expect(admin.get("/users?after=\(zoe)").text.contains("Nobody found"))
        // Where somebody of another account would stand is nobody's to find out.
        #expect(admin.get("/users?after=\(test.mallory.id)").text.contains(">zoé<"))
        try test.site.database.write { try $0.execute("UPDATE users SET search_text = 'zzzz' WHERE id = \(test.mallory.id)") }
        #expect(admin.get("/users?after=\(test.mallory.id)").text.contains(">zoé<"))
    }
}
