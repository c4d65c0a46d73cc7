// What the pages say of a webhook in trouble: since when, and when it will be turned off; and that one whose secret cannot be read is off.

import Database
import Delivery
import HTTPClient
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("A webhook in trouble", .serialized)
struct WebhookTroubleTests {
    @Test(
        "A receiver that never answers well: since when, and when it is turned off, on the list and on its page", arguments: ["en", "fr"])
    func resting(_ language: String) throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "https://crm.example/", in: test.acme)
        let now = test.clock.clock.now()
        let hour = Duration.seconds(3600)
        // Failing for two days, of which our own downtime was one.
        try test.site.database.write { connection in
            _ = try connection.execute("UPDATE users SET language = \(language) WHERE id = \(test.alice.id)")
            _ = try connection.execute(
                """
                UPDATE webhooks SET failures_in_row = 60, first_failure_at = \(now - hour * 48), failing_for = \(24 * 3_600_000),
                    resting_since = \(now - hour * 48), probe_at = \(now + hour), probe_interval = 3600000, last_result = '503', last_at = \(now)
                """)
        }
        let alice = try test.browser(test.alice)
        let words = test.site.locales[language == "en" ? .english : .french]
        // The 22nd is today; hours depend on the zone.
        let list = alice.get("/settings/webhooks/endpoints").text
        #expect(
            list.contains(words("webhooks.status.failing_since", ["since": "20 "]))
                && list.contains(words("webhooks.turns_off", ["off": "26 "])))
        let page = alice.get("/settings/webhooks/endpoints/\(webhook.id)").text
        let told = words("webhooks.trouble.turns_off", ["off": "26 "])
        #expect(page.contains(told.prefix(told.utf8.count / 2)) && page.contains(": 26 ") || page.contains("\u{A0}: 26 "))
    }

    @Test("One secret that cannot be opened takes its webhook out of use and no other, and its pages say so")
    func unreadable() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let receiver = try ScriptedReceiver(.status(200))
        let broken = try test.addWebhook(to: receiver.url("/broken"), in: test.acme) { $0.authentication = .bearer(token: "t") }
        try test.addWebhook(to: receiver.url("/good"), in: test.acme)
        _ = try test.site.database.write { try $0.execute("UPDATE webhooks SET secret = auth_secret WHERE id = \(broken.id)") }
        test.app.directory.invalidate(account: test.acme)
        try test.app.engine.start()
        let key = try test.key(of: test.acme)
        func post() -> Int {
            test.call(.post, "/api/v1/accounts/acme/events", key: key, body: Array(#"{"event_type":"cdr"}"#.utf8)).status
        }
        #expect(post() == 202)
        #expect(receiver.wait(for: 1) && receiver.requests.map(\.path) == ["/good"])

        let alice = try test.browser(test.alice)
        let address = "/settings/webhooks/endpoints/\(broken.id)"
        #expect(alice.get("/settings/webhooks/endpoints").text.contains("Off: its secrets cannot be read"))
        #expect(alice.get(address).text.contains("cannot be opened with this installation"))
        #expect(alice.post(address + "/test").location == address)
        #expect(alice.get(address).text.contains("cannot be opened with this installation"))

        // A new secret, and on again.
        #expect(alice.post(address + "/secret").location == address)
        #expect(alice.get(address).text.contains("The old one could not be read"))
        #expect(!alice.get(address).text.contains("cannot be opened"))
        #expect(alice.post(address + "/resume").location == address)
        #expect(post() == 202)
        #expect(eventually { Set(receiver.requests.map(\.path)) == ["/good", "/broken"] })
        let sent = try #require(receiver.requests.first { $0.path == "/broken" })
        let secret = try #require(try test.app.directory.webhook(broken.id)?.configuration.secret)
        #expect(sent.field("x-signature") == Signatures.legacy(body: sent.body, secret: secret))
    }
}
