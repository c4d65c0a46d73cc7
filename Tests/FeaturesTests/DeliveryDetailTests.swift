// One delivery in full, and Retry, with a real receiver.

import Database
import Delivery
import HTTP
import HTTPClient
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Delivery detail", .serialized)
struct DeliveryDetailTests {
    @Test("A failed delivery tells whose fault it was and when it goes on; Retry sends it again, and the second attempt is in the history")
    func retry() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let receiver = try ScriptedReceiver(
            .status(503, fields: [("X-Reason", "<b>busy</b>")], body: Array("<script>alert(1)</script>\u{0}\u{1B}".utf8) + [0xFF]),
            .status(200))
        let webhook = try test.addWebhook(to: receiver.url("/hook?a='b'")) { $0.authentication = .bearer(token: "top-secret-token") }
        try test.app.engine.start()
        let accepted = try test.accept("call:end", key: "order-66", data: ["call_id": "c-77", "text": "it's"], in: test.acme)
        let delivery = try test.delivery(of: accepted.id)
        try #require(receiver.wait(for: 1))
        try #require(try eventually { try test.state(of: delivery) == .pending && test.attempts(of: delivery) == 1 })

        let alice = try test.browser(test.alice)
        let address = "/settings/webhooks/deliveries/\(delivery)"
        let list = "of=\(webhook.id)&state=pending"
        let page = alice.get("\(address)?\(list)")
        #expect(page.status == 200)
        for words in [
            "Attempt 1: answered 503", "At fault:", "the receiver.", "It is overloaded", "Retrying 1/10, next ", "The next attempt is at",
            "First byte",
            "order-66", "c-77", "Durable: retried for three days", "&lt;script&gt;alert(1)&lt;/script&gt;␀␛\\xFF",
            "X-Reason: &lt;b&gt;busy&lt;/b&gt;", "webhook-signature: v1,", "Authorization: ••••••", delivery.description,
            accepted.id.description,
            "CRM &lt;1&gt;", "<title>call:end: Retrying 1/10",
            "href=\"/settings/webhooks/endpoints/\(webhook.id)/deliveries?state=pending\"",
            // Quotes of the URL and of the body stay within the shell's own.
            "--url &#39;http://127.0.0.1:\(receiver.port)/hook?a=&#39;\\&#39;&#39;b&#39;\\&#39;&#39;&#39;", "it&#39;\\&#39;&#39;s",
        ] { #expect(page.text.contains(words), "\(words)") }
        #expect(!page.text.contains("top-secret-token") && !page.text.contains("<script>alert"))

        let answer = alice.post("\(address)/retry?\(list)&from_detail=1")
        #expect(answer.status == 303)
        #expect(answer.location == "\(address)?state=pending&of=\(webhook.id)")
        #expect(receiver.wait(for: 2))
        #expect(try eventually { try test.state(of: delivery) == .delivered })
        let after = alice.get(address).text
        for words in ["Delivered", "Attempt 2: answered 200", "sent manually", "Attempt 1: answered 503", "is being sent again"] {
            #expect(after.contains(words), "\(words)")
        }
        #expect(!after.contains("The next attempt is at"))
        #expect(Set(receiver.requests.compactMap { $0.field("webhook-id") }) == [accepted.id.description])
        let audit = try test.site.database.read {
            try $0.value("SELECT subject FROM audit WHERE action = 'delivery.retry'", as: String.self)
        }
        #expect(audit == delivery.description)

        // Delivered ones too, from the list, and back to the list as it was.
        let again = alice.post("\(address)/retry?state=delivered&q=crm")
        #expect(again.location == "/settings/webhooks/history?state=delivered&q=crm#\(delivery)")
        let history = alice.get("/settings/webhooks/history").text
        #expect(history.contains("The delivery of call:end to CRM &lt;1&gt; is being sent again"))
        #expect(history.contains("<a href=\"\(address)?state=delivered&amp;q=crm\">Open the delivery</a>"))
        #expect(history.contains("<tr id=\"\(delivery)\">"))
        #expect(receiver.wait(for: 3))
    }

    @Test("A retry that cannot be says why", arguments: ["deleted", "disabled", "paused", "off"])
    func refusals(_ obstacle: String) throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "https://crm.example/")
        let delivery = try test.delivery(of: try test.accept(in: test.acme).id)
        try test.settle(delivery, .failed, fault: "dns")
        try test.site.database.write { connection in
            switch obstacle {
            case "deleted": try connection.execute("DELETE FROM webhooks WHERE id = \(webhook.id)")
            case "disabled": try connection.execute("UPDATE webhooks SET is_enabled = 0 WHERE id = \(webhook.id)")
            case "paused": try connection.execute("UPDATE webhooks SET is_paused = 1 WHERE id = \(webhook.id)")
            default: try connection.execute("UPDATE webhook_settings SET is_enabled = 0")
            }
        }
        test.app.directory.invalidate(account: test.acme)
        let alice = try test.browser(test.alice)
        #expect(alice.post("/settings/webhooks/deliveries/\(delivery)/retry?from_detail=1").status == 303)
        let page = alice.get("/settings/webhooks/deliveries/\(delivery)").text
        let reason = obstacle == "deleted" ? "deleted" : obstacle == "off" ? "integration of the account is off" : "the webhook is off"
        #expect(page.contains("Nothing was sent") && page.contains(reason))
        #expect(page.contains("The host name was not found") || !page.contains("Attempt 1"))
        #expect(try test.state(of: delivery) == .failed)
    }

    @Test("An event of a call shows its number among the call's, on the page and in the command")
    func sequence() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/")
        try test.accept(data: ["call_id": "c-1"], in: test.acme)
        let second = try test.delivery(of: try test.accept(data: ["call_id": "c-1"], in: test.acme).id)
        let page = try test.browser(test.alice).get("/settings/webhooks/deliveries/\(second)").text
        #expect(page.contains("Number in its call") && page.contains("webhook-sequence: 2"))
    }

    @Test("The page is whole in every state, in both languages, before the first attempt and under way", arguments: DeliveryState.allCases)
    func states(_ state: DeliveryState) throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/")
        let delivery = try test.delivery(of: try test.accept("call:start", in: test.acme).id)
        try test.site.database.write { connection in
            let now = test.clock.clock.now()
            let settledAt: Timestamp? = state.isSettled ? now : nil
            guard state != .leased else {
                _ = try connection.execute(
                    "UPDATE due SET lease_owner = 1, lease_until = \(now + .seconds(45)), attempt = 1 WHERE delivery_id = \(delivery)")
                return
            }
            try connection.execute("UPDATE deliveries SET state = \(state), settled_at = \(settledAt) WHERE id = \(delivery)")
            if state != .pending { try connection.execute("DELETE FROM due WHERE delivery_id = \(delivery)") }
        }
        for language in ["en", "fr"] {
            try test.site.database.write { try $0.execute("UPDATE users SET language = \(language) WHERE id = \(test.alice.id)") }
            let alice = try test.browser(test.alice)
            let words = test.site.locales[language == "en" ? .english : .french]
            for address in ["/settings/webhooks/history", "/settings/webhooks/deliveries/\(delivery)"] {
                let page = alice.get(address)
                #expect(page.status == 200)
                #expect(page.text.contains(words("deliveries.state.\(state.rawValue)")))
                #expect(!page.text.contains(">deliveries."), "a word is missing")
            }
        }
    }

    @Test("What was delivered and failed when it was sent again is told as both, in the list and in full")
    func resent() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let receiver = try ScriptedReceiver(.status(200), .status(500))
        try test.addWebhook(to: receiver.url())
        try test.app.engine.start()
        let delivery = try test.delivery(of: try test.accept("cdr", in: test.acme).id)
        try #require(try eventually { try test.state(of: delivery) == .delivered })
        let alice = try test.browser(test.alice)
        #expect(alice.post("/settings/webhooks/deliveries/\(delivery)/retry").status == 303)
        try #require(receiver.wait(for: 2))
        try #require(try eventually { try test.state(of: delivery) == .delivered })
        for address in ["/settings/webhooks/history", "/settings/webhooks/deliveries/\(delivery)"] {
            #expect(alice.get(address).text.contains("Delivered, last resend failed"))
        }
    }

    @Test("Before the first attempt nothing is said of what was sent")
    func unsent() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/")
        let delivery = try test.delivery(of: try test.accept("cdr", in: test.acme).id)
        let page = try test.browser(test.alice).get("/settings/webhooks/deliveries/\(delivery)").text
        #expect(page.contains("What will be sent") && !page.contains("What was sent") && !page.contains("The same body"))
        #expect(!page.contains("0.0"))
    }

    @Test("Every fault has its words in both languages")
    func words() throws {
        let test = try TestApp()
        for language in Language.allCases {
            let words = DeliveryWords(test.site.locales[language])
            for fault in [
                "dns", "connect", "tls", "timeout", "receiver_status", "receiver_protocol", "too_large", "policy", "ours", "unknown",
            ] {
                for status in [nil, 302, 400, 401, 404, 410, 429, 500] {
                    let told = try #require(words.fault(fault, status: status))
                    #expect(![told.who, told.short, told.advice].contains { $0.isEmpty || $0.contains("deliveries.") })
                }
            }
            #expect(words.fault("none", status: 200) == nil && words.fault(nil, status: nil) == nil)
        }
    }
}

extension TestApp {
    /// `addWebhook` in Acme.
    @discardableResult
    fileprivate func addWebhook(
        to url: String, _ change: (inout WebhookConfiguration) -> Void = { _ in }
    ) throws -> WebhookConfiguration {
        try addWebhook(to: url, in: acme, change)
    }

    /// Attempts that have ended.
    fileprivate func attempts(of delivery: ID<WebhookDelivery>) throws -> Int {
        try site.database.read {
            try $0.value("SELECT COUNT(*) FROM attempts WHERE delivery_id = \(delivery)") ?? 0
        }
    }
}
