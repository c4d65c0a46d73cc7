// The operator's list of accounts: who sees it, how one gets into an account, and how a new one begins.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@Suite("The operator's accounts")
struct OperatorAccountsTests {
    private let form = [
        ("account_name", "Initech"), ("slug", "initech"), ("country", "GB"), ("account_language", "en"), ("time_zone", "Europe/London"),
        ("administrator_name", "Ann"), ("administrator_email", "Ann@initech.example"), ("administrator_password", "change me soon"),
    ]

    @Test("The list shows every account with its users, and finds one by a part of its name, whatever that part is")
    func list() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        let all = browser.get("/operator/accounts").text
        #expect(all.contains("Acme Télécom") && all.contains("Globex"))
        #expect(all.contains("class=\"number\">2<") && all.contains("class=\"number\">1<"))
        for name in ["telecom", "ACME%20T%C3%89L%C3%89COM", "acme%20te\u{301}le\u{301}com"] {
            let found = browser.get("/operator/accounts?q=\(name)").text
            #expect(found.contains("Acme Télécom") && !found.contains("Globex"), "\(name)")
        }
        let some = browser.get("/operator/accounts?q=GLOB").text
        #expect(some.contains("Globex") && !some.contains("Acme Télécom"))
        for nothing in ["%25", "_", "'%20OR%201=1"] {
            #expect(browser.get("/operator/accounts?q=\(nothing)").text.contains("No account found"))
        }
        #expect(try test.browser(test.alice).get("/operator/accounts").status == 404)
    }

    @Test("Opening an account leads into it, and is written down in it")
    func open() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        #expect(browser.get("/settings/deletions").location == "/operator/accounts")
        #expect(browser.post("/operator/accounts/globex/open").location == "/")
        let page = browser.get("/settings/deletions")
        #expect(page.status == 200 && page.text.contains("Globex"))
        let audit = try test.site.database.read {
            try $0.rows("SELECT action, user_name FROM audit WHERE account_id = \(test.globex)") {
                try $0.next(String.self) + " " + $0.next(String.self)
            }
        }
        #expect(audit == ["account.open Olivia Stone"])
        #expect(page.text.contains("You are in the account Globex") && page.text.contains("action=\"/operator/leave\""))
        #expect(browser.post("/operator/accounts/nobody/open").status == 404)
        #expect(try test.browser(test.alice).post("/operator/accounts/globex/open").status == 404)
    }

    @Test("Leaving ends the opening under a new token, is written down in the account, and leads back to the list")
    func leave() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        #expect(!browser.get("/operator/accounts").text.contains("/operator/leave"))
        #expect(browser.post("/operator/accounts/globex/open").location == "/")
        let before = browser.cookies["session"]
        #expect(browser.post("/operator/leave").location == "/operator/accounts")
        #expect(browser.cookies["session"] != before)
        #expect(browser.get("/settings/deletions").location == "/operator/accounts")
        #expect(!browser.get("/operator/accounts").text.contains("/operator/leave"))
        let audit = try test.site.database.read {
            try $0.rows("SELECT action FROM audit WHERE account_id = \(test.globex) ORDER BY id") { try $0.next(String.self) }
        }
        #expect(audit == ["account.open", "account.leave"])
        #expect(browser.post("/operator/leave").location == "/operator/accounts")
        #expect(try test.browser(test.alice).post("/operator/leave").status == 404)
        #expect(try !test.browser(test.alice).get("/settings/deletions").text.contains("class=\"strip\""))
    }

    @Test("A form of the account before, still open in another tab, is not taken for the account that was opened since")
    func tokenOfAccount() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        let page = browser.get("/operator/accounts/acme").text
        for path in ["/users", "/keys", "/operator/playlists", "/operator/queues", "/operator/tracking-numbers"] {
            #expect(page.contains("name=\"to\" value=\"\(path)\""), "\(path)")
        }
        #expect(browser.post("/operator/accounts/acme/open", [("to", "/keys")]).location == "/keys")
        #expect(browser.post("/operator/accounts/acme/open", [("to", "//elsewhere.example")]).location == "/")
        #expect(browser.post("/operator/accounts/acme/open").location == "/")
        let before = browser.cookies["session"]
        let old = browser.get("/settings/retention").csrf ?? ""
        #expect(browser.post("/operator/accounts/globex/open").location == "/")
        #expect(browser.cookies["session"] != before)
        #expect(browser.post("/settings/retention", [("csrf", old), ("recordings", "unlimited")]).status == 403)
        browser.cookies["session"] = before
        #expect(browser.get("/settings/retention").location?.hasPrefix("/sign-in") == true)
    }

    @Test("A new account begins with an administrator, who chooses a password at the first sign-in")
    func create() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        #expect(browser.post("/operator/accounts", form).location == "/operator/accounts/initech")
        #expect(browser.get("/operator/accounts").text.contains("Initech"))
        let ann = try test.browser()
        #expect(ann.signIn("ann@initech.example", "change me soon").status == 303)
        #expect(ann.get("/settings/deletions").location == "/password")
        #expect(try test.browser(test.mallory).post("/operator/accounts", form).status == 404)
    }

    @Test("Without a password the first administrator is invited: by a link that is shown to be handed over where there is no mail")
    func invited() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        #expect(browser.post("/operator/accounts", form.filter { $0.0 != "administrator_password" }).status == 303)
        let page = browser.get("/operator/accounts/initech")
        let action = try #require(page.text.firstMatch(of: #/action="(/operator/accounts/initech/invitations/[^"]+)"/#)?.output.1)
        let shown = browser.post(String(action))
        let code = try #require(shown.text.firstMatch(of: #/\/password\/link\?code=([0-9a-f]+)/#)?.output.1)
        let ann = try test.browser()
        #expect(ann.signIn("ann@initech.example", "").status == 422)
        let token = ann.get("/password/link?code=\(code)").csrf ?? ""
        let chosen = [
            ("csrf", token), ("code", String(code)), ("new_password", "orchid lantern mosaic"),
            ("new_password_again", "orchid lantern mosaic"),
        ]
        #expect(ann.post("/password/link", chosen).location == "/sign-in")
        #expect(ann.signIn("ann@initech.example", "orchid lantern mosaic").location == "/")
        // Now they have one of their own.
        #expect(browser.post(String(action)).status == 404)
        #expect(!browser.get("/operator/accounts/initech").text.contains("/invitations/"))
    }

    @Test("A short name that is an address of the console is refused")
    func reserved() throws {
        let test = try TestApp()
        var form = form
        form[1].1 = "new"
        #expect(try test.browser(test.olivia).post("/operator/accounts", form).status == 422)
    }

    @Test("A short name that is taken is named, and all that was typed stays")
    func taken() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        var form = form
        form[1].1 = "acme"
        form[6].1 = "BOB@acme.example"
        let page = browser.post("/operator/accounts", form)
        #expect(page.status == 422)
        #expect(page.text.contains("href=\"#slug\""))
        // Nobody learns who is with another account.
        #expect(!page.text.contains("href=\"#administrator_email\""))
        #expect(page.text.contains("value=\"Initech\"") && page.text.contains("value=\"BOB@acme.example\""))
        #expect(!page.text.contains("change me soon"))
    }

    @Test("Somebody who is with another account may be the administrator of a new one, and nothing tells that they are")
    func sharedEmail() throws {
        let test = try TestApp()
        let browser = try test.browser(test.olivia)
        var form = form
        form[6].1 = test.bob.email
        #expect(browser.post("/operator/accounts", form).location == "/operator/accounts/initech")
        #expect(try test.browser().signIn(test.bob.email, "change me soon").location == "/")
        #expect(try test.browser().signIn(test.bob.email).location == "/")
    }

    @Test("An empty form names every field")
    func empty() throws {
        let test = try TestApp()
        let page = try test.browser(test.olivia).post("/operator/accounts", [])
        #expect(page.status == 422)
        for field in [
            "account_name", "slug", "country", "account_language", "time_zone", "administrator_name", "administrator_email",
        ] {
            #expect(page.text.contains("href=\"#\(field)\""), "\(field)")
        }
    }
}
