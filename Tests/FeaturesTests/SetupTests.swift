// The first run: a link that works once, and what it leaves behind.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Web

@Suite("Set-up")
struct SetupTests {
    private func fresh() throws -> TestApp {
        let test = try TestApp()
        try test.site.database.write { connection in
            for table in ["sessions", "devices", "users"] as [SQL] { try connection.execute("DELETE FROM \(table)") }
            try connection.execute("DELETE FROM set_up")
        }
        return test
    }

    private func form(_ code: String) -> [(String, String)] {
        [
            ("code", code), ("name", "Zoë Chef"), ("email", "Zoe@platform.example"), ("password", "first run of many"),
            ("password_again", "first run of many"), ("account_name", "Initech"), ("slug", "initech"), ("country", "GB"),
            ("account_language", "en"), ("time_zone", "Europe/London"),
        ]
    }

    @Test("The link makes the first operator and the first account, and the operator goes on in it at once")
    func wholeWay() throws {
        let test = try fresh()
        let code = try #require(try SetupCode(site: test.site).issue())
        let browser = try test.browser()
        let page = browser.get("/setup?code=\(code)")
        #expect(page.status == 200)
        let token = try #require(page.csrf)
        let done = browser.post("/setup", form(code) + [("csrf", token)])
        #expect(done.location == "/")
        #expect(browser.get("/settings/deletions").text.contains("Initech"))
        #expect(browser.get("/operator/accounts").status == 200)
        #expect(browser.get("/setup?code=\(code)").status == 404)
        #expect(try SetupCode(site: test.site).issue() == nil)
        #expect(try test.browser().signIn("zoe@platform.example", "first run of many").status == 303)
    }

    @Test("An administrator may be made with it, and chooses a password at the first sign-in")
    func administrator() throws {
        let test = try fresh()
        let code = try #require(try SetupCode(site: test.site).issue())
        let browser = try test.browser()
        let token = try #require(browser.get("/setup?code=\(code)").csrf)
        let administrator = [
            ("has_administrator", "yes"), ("administrator_name", "Ann"), ("administrator_email", "ann@initech.example"),
            ("administrator_password", "change me soon"),
        ]
        #expect(browser.post("/setup", form(code) + administrator + [("csrf", token)]).status == 303)
        let ann = try test.browser()
        #expect(ann.signIn("ann@initech.example", "change me soon").status == 303)
        #expect(ann.get("/settings/deletions").location == "/password")
    }

    @Test("Without the code, with a wrong or an earlier one, or with anybody there, there is no such page", arguments: ["", "wrong"])
    func refused(code: String) throws {
        let test = try fresh()
        let setup = SetupCode(site: test.site)
        #expect(try test.browser().get("/setup?code=\(code)").status == 404)
        let earlier = try #require(try setup.issue())
        #expect(try test.browser().get("/setup?code=\(code)").status == 404)
        let valid = try #require(try setup.issue())
        #expect(try test.browser().get("/setup?code=\(earlier)").status == 404)
        #expect(try test.browser().get("/setup?code=\(valid)").status == 200)
        let browser = try test.browser()
        let token = try #require(browser.get("/sign-in").csrf)
        #expect(browser.post("/setup", form(code) + [("csrf", token)]).status == 404)
        let done = try TestApp()
        #expect(try SetupCode(site: done.site).issue() == nil)
    }

    @Test(
        "An administrator whom the command line made is somebody: no link is made, and one made before is void", arguments: [true, false])
    func madeByCommandLine(linkBefore: Bool) throws {
        let test = try fresh()
        let code = linkBefore ? try #require(try SetupCode(site: test.site).issue()) : "none"
        let user = NewUser(email: "ann@acme.example", name: "Ann", password: TestApp.password, role: .administrator)
        _ = try ControlVerb.createUser(user, account: "acme").run(on: test.app)
        #expect(try SetUpLink.make(test.app) == nil)
        let browser = try test.browser()
        #expect(browser.get("/setup?code=\(code)").status == 404)
        let token = try #require(browser.get("/sign-in").csrf)
        #expect(browser.post("/setup", form(code) + [("csrf", token)]).status == 404)
        #expect(!FileManager.default.fileExists(atPath: test.folder + "/setup-code"))
        #expect(try test.browser().signIn("ann@acme.example").status == 303)
    }

    @Test("The code is stored as a hash, for the process alone to read")
    func stored() throws {
        let test = try fresh()
        let code = try #require(try SetupCode(site: test.site).issue())
        let path = test.folder + "/setup-code"
        let contents = try #require(FileManager.default.contents(atPath: path))
        #expect(Array(contents) == Token.hash(code))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("A form with mistakes comes back with each named, all that was typed but the passwords, and nothing made")
    func mistakes() throws {
        let test = try fresh()
        let code = try #require(try SetupCode(site: test.site).issue())
        let browser = try test.browser()
        let token = try #require(browser.get("/setup?code=\(code)").csrf)
        let page = browser.post(
            "/setup",
            [
                ("csrf", token), ("code", code), ("name", "Zoë"), ("email", "zoe"), ("password", "short"), ("password_again", "other"),
                ("account_name", "Initech"), ("slug", "acme"), ("country", "GB"), ("account_language", "en"), ("time_zone", "Mars/Phobos"),
                ("has_administrator", "yes"), ("administrator_email", "ann@initech.example"),
            ])
        #expect(page.status == 422)
        for field in ["email", "password", "slug", "time_zone", "administrator_name", "administrator_password"] {
            #expect(page.text.contains("href=\"#\(field)\""), "\(field)")
        }
        #expect(page.text.contains("value=\"Zoë\"") && page.text.contains("value=\"ann@initech.example\""))
        #expect(!page.text.contains("\"short\""))
        let differs = browser.post("/setup", form(code).map { $0.0 == "password_again" ? ($0.0, "other") : $0 } + [("csrf", token)])
        #expect(differs.status == 422 && differs.text.contains("href=\"#password_again\""))
        #expect(try SetupCode(site: test.site).issue() != nil)
    }
}
