// A suspended account: nobody of it gets in, nothing goes out, and nothing that is handed over meanwhile is lost.

import Database
import Delivery
import Features
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Suspended accounts")
struct SuspensionTests {
    private let test: TestApp
    private let path = "/operator/accounts/acme"

    init() throws {
        test = try TestApp()
    }

    private func suspend() throws {
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post(path + "/suspension", [("reason", "Unpaid since August")]).location == path)
    }

    private func resume() throws {
        #expect(try test.browser(test.olivia).post(path + "/suspension/end").location == path)
    }

    private func audit() throws -> [String] {
        try test.site.database.read {
            try $0.rows("SELECT action || ' ' || COALESCE(changes, '') FROM audit WHERE account_id = \(test.acme) ORDER BY id") {
                try $0.next()
            }
        }
    }

    @Test("Its people's sessions end at once, and a sign-in with the right password is answered by a page that says why")
    func people() throws {
        let alice = try test.browser(test.alice)
        let mallory = try test.browser(test.mallory)
        #expect(alice.get("/settings/account").status == 200)
        try suspend()
        #expect(alice.get("/settings/account").location?.hasPrefix("/sign-in") == true)
        let refused = try test.browser().signIn(test.alice.email)
        #expect(refused.status == 403 && refused.text.contains("This account is suspended"))
        // Who does not know the password learns nothing.
        let wrong = try test.browser().signIn(test.alice.email, "not the password")
        #expect(wrong.status == 422 && !wrong.text.contains("suspended"))
        #expect(mallory.get("/settings/account").status == 200)
        try resume()
        // What has ended has ended.
        #expect(alice.get("/settings/account").location?.hasPrefix("/sign-in") == true)
        #expect(try test.browser().signIn(test.alice.email).location == "/")
    }

    @Test("A session that was somehow begun in it is none")
    func anySession() throws {
        let alice = try test.browser(test.alice)
        try test.site.database.write { try $0.execute("UPDATE accounts SET state = 'suspended' WHERE id = \(test.acme)") }
        #expect(alice.get("/settings/account").location?.hasPrefix("/sign-in") == true)
        #expect(throws: (any Error).self) { try test.browser(test.bob) }
    }

    @Test("Who has the same password in another account gets into that one")
    func choice() throws {
        let olivia = try test.browser(test.olivia)
        let form = [
            ("account_name", "Initech"), ("slug", "initech"), ("country", "GB"), ("account_language", "en"), ("time_zone", "Europe/London"),
            ("administrator_name", "Alice"), ("administrator_email", test.alice.email), ("administrator_password", TestApp.password),
        ]
        #expect(olivia.post("/operator/accounts", form).status == 303)
        try suspend()
        let browser = try test.browser()
        let page = browser.signIn(test.alice.email)
        #expect(page.status == 200 && page.text.contains("Initech"))
        let choice = try #require(page.hidden("choice"))
        func choose(_ user: ID<User>) -> Browser.Page {
            browser.post("/sign-in/account", [("csrf", page.csrf ?? ""), ("choice", choice), ("user", user.description)])
        }
        #expect(choose(test.alice.id).status == 403)
        let other = try test.site.database.read {
            try $0.value("SELECT id FROM users WHERE email = \(test.alice.email) AND id <> \(test.alice.id)", as: ID<User>.self)
        }
        #expect(choose(try #require(other)).status == 303)
    }

    @Test("Its keys are refused with a problem that says so, but for what would be lost: events and media files are taken")
    func keys() throws {
        try test.turnIntegrationOn(in: test.acme)
        _ = try test.addWebhook(to: "http://127.0.0.1:9/acme/events", in: test.acme)
        let key = try test.key(of: test.acme)
        let base = "/api/v1/accounts/acme"
        #expect(test.call(.get, base + "/settings", key: key).status == 200)
        try suspend()
        let refused = test.call(.get, base + "/settings", key: key)
        #expect(refused.status == 403 && refused.text.contains("account-suspended") && refused.text.contains("suspended this account"))
        let event = Array(#"{"event_type":"call:end","data":{"call_id":"c-9"}}"#.utf8)
        let accepted = test.call(.post, base + "/events", key: key, body: event)
        #expect(accepted.status == 202, "\(accepted.text)")
        let open = test.application.pipeline.routes.filter(\.isOpenWhileSuspended).map(\.pattern)
        #expect(Set(open) == ["/api/v1/accounts/{slug}/events", "/api/v1/accounts/{slug}/media"])
        try resume()
        #expect(test.call(.get, base + "/settings", key: key).status == 200)
    }

    @Test("Deliveries wait while it is suspended, also those that somebody asks for, and go out in order when it is resumed")
    func deliveries() throws {
        let receiver = try ScriptedReceiver(.status(200))
        try test.turnIntegrationOn(in: test.acme)
        try test.turnIntegrationOn(in: test.globex)
        _ = try test.addWebhook(to: receiver.url("/acme"), in: test.acme)
        _ = try test.addWebhook(to: receiver.url("/globex"), in: test.globex)
        try suspend()
        try test.application.start()
        let first = try test.accept("call:start", data: ["call_id": "c-1"], in: test.acme)
        _ = try test.accept("call:end", data: ["call_id": "c-1"], in: test.acme)
        let delivery = try test.delivery(of: first.id)
        let asked = try test.site.database.write { try test.app.engine.retry(delivery, in: test.acme, on: $0) }
        #expect(asked == nil)
        // Sweeps have come by once another account's has arrived, and one more after it.
        _ = try test.accept("cdr", in: test.globex)
        #expect(receiver.wait(for: 1))
        test.app.engine.wake(try test.site.database.read { try AccountDirectory.webhooks(of: test.acme, on: $0) })
        _ = try test.accept("cdr", in: test.globex)
        #expect(receiver.wait(for: 2))
        #expect(receiver.requests.map(\.path) == ["/globex", "/globex"])
        try resume()
        #expect(receiver.wait(for: 4))
        let bodies = receiver.requests.filter { $0.path == "/acme" }.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies.count == 2 && bodies[0].contains("call:start") && bodies[1].contains("call:end"))
    }

    @Test("Who suspended it and why is on its page and in its log; a second click changes nothing; a reason is asked for")
    func told() throws {
        let olivia = try test.browser(test.olivia)
        let empty = olivia.post(path + "/suspension")
        #expect(empty.status == 422 && empty.text.contains("Enter why the account is suspended"))
        try suspend()
        let page = olivia.get(path).text
        #expect(page.contains("Unpaid since August") && page.contains("Olivia Stone") && page.contains("Suspended"))
        #expect(olivia.get("/operator/accounts?state=suspended").text.contains("Acme"))
        #expect(!olivia.get("/operator/accounts?state=suspended").text.contains("Globex"))
        #expect(olivia.post(path + "/suspension", [("reason", "Again")]).location == path)
        #expect(olivia.get(path + "/suspension").location == path)
        try resume()
        #expect(olivia.post(path + "/suspension/end").location == path)
        #expect(try audit().map { $0.prefix { $0 != " " } } == ["account.suspend", "account.resume"])
        #expect(try audit()[0].contains("Unpaid since August"))
        #expect(!olivia.get(path).text.contains("Unpaid since August"))
    }

    @Test("Staff look into a suspended account, and the strip says that it is")
    func visit() throws {
        try suspend()
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post(path + "/open", [("reason", "Ticket 4711")]).location == "/")
        let page = olivia.get("/settings/account")
        #expect(page.status == 200 && page.text.contains("Suspended account."))
        #expect(try audit().last?.contains("Ticket 4711") == true)
    }

    @Test("The name of an account changes, its short name stays, and two who change it at once are told")
    func rename() throws {
        let olivia = try test.browser(test.olivia)
        let page = olivia.get(path + "/name")
        let sent = page.hiddenInputs + [("name", "Acme Group")]
        #expect(olivia.post(path + "/name", sent).status == 303)
        #expect(olivia.get(path).text.contains("<h1>Acme Group</h1>"))
        #expect(olivia.get("/operator/accounts?q=group").text.contains("Acme Group"))
        let stale = olivia.post(path + "/name", page.hiddenInputs + [("name", "Acme Holding")])
        #expect(stale.status == 422 && stale.text.contains("Acme Group"))
        #expect(try test.browser(test.alice).get(path + "/name").status == 404)
    }

    @Test("An account gets another number of what can be adjusted, in its log with both numbers; blank is the standard again")
    func limits() throws {
        let olivia = try test.browser(test.olivia)
        let list = olivia.get(path + "/limits")
        #expect(list.text.contains("/limits/limit.users") && list.text.contains("1,000"))
        let page = olivia.get(path + "/limits/limit.users")
        #expect(olivia.post(path + "/limits/limit.users", page.hiddenInputs + [("maximum", "2")]).location == path + "/limits")
        #expect(olivia.get(path + "/limits").text.contains("Reached"))
        #expect(try audit().last?.contains("\"after\":\"2\"") == true)
        let again = olivia.get(path + "/limits/limit.users")
        #expect(olivia.post(path + "/limits/limit.users", again.hiddenInputs + [("maximum", "many")]).status == 422)
        #expect(olivia.post(path + "/limits/limit.users", again.hiddenInputs + [("maximum", "")]).status == 303)
        #expect(!olivia.get(path + "/limits").text.contains("Reached"))
        #expect(olivia.get(path + "/limits/limit.nothing").status == 404)
    }
}
