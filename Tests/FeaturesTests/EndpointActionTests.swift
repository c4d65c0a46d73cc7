// What can be done to a webhook beside editing it: pause and resume, rotate the secret, test.

import Database
import Delivery
import Features
import Foundation
import JSON
import TestSupport
import Testing
import Time
import Web

@Suite("Webhook actions")
struct EndpointActionTests {
    @Test(
        "A paused webhook keeps what comes, says how much it is, and on resuming sends it or gives it up",
        arguments: ["release", "discard"])
    func pausing(held: String) throws {
        let pages = try WebhookPages()
        let receiver = try ScriptedReceiver(.status(200))
        try pages.enableIntegration()
        try pages.test.app.engine.start()
        let address = try pages.add([("target", receiver.url())])
        #expect(pages.alice.get(address + "/pause").text.contains("Keep them until it is on again"))
        #expect(pages.alice.post(address + "/pause").status == 422)
        #expect(try !pages.stored(address).isPaused)
        #expect(pages.alice.post(address + "/pause", [("meanwhile", "keep")]).location == address)
        #expect(pages.alice.post(address + "/pause", [("meanwhile", "drop")]).location == address)
        #expect(try pages.stored(address).isEnabled)
        try pages.accept("cdr")
        try pages.accept("cdr")
        #expect(try pages.states(of: address) == [.held, .held])
        #expect(pages.alice.get(address).text.contains("2 deliveries are held"))
        #expect(pages.alice.get(WebhookPages.list).text.contains("Paused, 2 held"))
        #expect(pages.alice.get(address + "/resume").text.contains("2 deliveries are held"))
        let undecided = pages.alice.post(address + "/resume")
        #expect(undecided.status == 422)
        #expect(try pages.stored(address).isPaused)
        #expect(pages.alice.post(address + "/resume", [("held", held)]).location == address)
        #expect(try !pages.stored(address).isPaused)
        if held == "release" {
            #expect(receiver.wait(for: 2))
        } else {
            #expect(try pages.states(of: address) == [.discarded, .discarded])
        }
        try pages.accept("cdr")
        #expect(receiver.wait(for: held == "release" ? 3 : 1))
        #expect(pages.alice.post(address + "/resume", [("held", held)]).location == address)
        #expect(try pages.audited("webhook.pause") == 1)
        #expect(try pages.audited("webhook.resume") == 1)
    }

    @Test("A webhook that is switched off without keeping gets nothing of what comes meanwhile, and is switched on without a question")
    func dropping() throws {
        let pages = try WebhookPages()
        let receiver = try ScriptedReceiver(.status(200))
        try pages.enableIntegration()
        try pages.test.app.engine.start()
        let address = try pages.add([("target", receiver.url())])
        #expect(pages.alice.post(address + "/pause", [("meanwhile", "drop")]).location == address)
        let off = pages.alice.get(address).text
        #expect(off.contains("events that come are not kept") && off.contains(address + "/resume"))
        try pages.accept("cdr")
        #expect(try pages.states(of: address).isEmpty)
        #expect(pages.alice.get(address + "/resume").text.contains("Nothing is kept for it"))
        #expect(pages.alice.post(address + "/resume").location == address)
        try pages.accept("cdr")
        #expect(receiver.wait(for: 1))
        #expect(pages.alice.get(address + "/resume").location == address)
        #expect(try pages.audited("webhook.pause") == 1)
        #expect(try pages.audited("webhook.resume") == 1)
    }

    @Test("A receiver that fails is said to fail since when, in the list and on its page, and is not called well")
    func failing() throws {
        let pages = try WebhookPages()
        try pages.enableIntegration()
        let address = try pages.add()
        #expect(pages.alice.get(WebhookPages.list).text.contains("Nothing sent yet"))
        func set(_ failures: Int, _ result: String) throws {
            let now = pages.test.clock.clock.now()
            _ = try pages.test.site.database.write { connection in
                try connection.execute(
                    """
                    UPDATE webhooks SET failures_in_row = \(failures), first_failure_at = \(failures > 0 ? now : nil), last_result = \(result),
                        last_at = \(now)
                    """)
            }
        }
        try set(0, "204")
        #expect(pages.alice.get(WebhookPages.list).text.contains("Delivering"))
        try set(1, "500")
        for page in [pages.alice.get(WebhookPages.list).text, pages.alice.get(address).text] {
            #expect(page.contains("Last attempt failed") && page.contains("HTTP 500") && !page.contains("Delivering"))
        }
        try set(3, "timeout")
        for page in [pages.alice.get(WebhookPages.list).text, pages.alice.get(address).text] {
            #expect(page.contains("Failing since ") && page.contains("The receiver took too long") && !page.contains("Delivering"))
        }
        #expect(pages.alice.get(address).text.contains("3 attempts in a row failed"))
    }

    @Test("After a rotation the old secret signs beside the new one for a day, and only who may see secrets sees either")
    func rotating() throws {
        let pages = try WebhookPages()
        let receiver = try ScriptedReceiver(.status(200))
        let address = try pages.add([("target", receiver.url())])
        let old = try pages.stored(address).secret
        #expect(pages.alice.get(address).text.contains(old))
        #expect(pages.alice.get(address + "/secret").text.contains("both sign"))
        #expect(try pages.stored(address).secret == old)
        #expect(pages.alice.post(address + "/secret").location == address)
        let rotated = try pages.stored(address)
        #expect(rotated.secret != old)
        #expect(rotated.previousSecret?.secret == old)
        let page = pages.alice.get(address).text
        #expect(page.contains(rotated.secret) && page.contains(old))
        let manager = try pages.bob([.viewWebhooks, .manageWebhooks])
        #expect(!manager.get(address).text.contains("whsec_"))
        #expect(manager.post(address + "/test").status == 303)
        #expect(receiver.requests.first?.field("webhook-signature")?.split(separator: " ").count == 2)
        pages.test.clock.advance(by: .seconds(24 * 3600 + 1))
        let alice = try pages.test.browser(pages.test.alice)
        #expect(!alice.get(address).text.contains(old))
        #expect(alice.post(address + "/test").status == 303)
        #expect(receiver.requests.last?.field("webhook-signature")?.split(separator: " ").count == 1)
    }

    @Test("A test is a real signed delivery, and its page shows the answer, the timings and the body as text")
    func testing() throws {
        let pages = try WebhookPages()
        let receiver = try ScriptedReceiver(.status(200, fields: [("X-Answer", "yes")], body: Array("<script>alert(1)</script>".utf8)))
        let address = try pages.add([("target", receiver.url())])
        let sent = pages.alice.post(address + "/test")
        #expect(sent.status == 303)
        let result = try #require(sent.location)
        #expect(result.hasPrefix(address + "/tests/dlv_"))
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST")
        let event = try JSONValue(parsing: request.body)
        #expect(event["event_type"] == "test")
        #expect(event["current_context"]?["account"] == "acme")
        #expect(event["current_context"]?["user"]?["id"] == .string(pages.test.alice.id.description))
        #expect(event["current_context"]?["user"]?["email"] == .string(pages.test.alice.email))
        #expect(request.field("webhook-signature")?.hasPrefix("v1,") == true)
        let page = pages.alice.get(result).text
        for words in ["HTTP 200", "Delivered", "First byte <b>", "Total <b>", "X-Answer: yes", "&lt;script&gt;"] {
            #expect(page.contains(words))
        }
        #expect(!page.contains("<script>alert"))
        #expect(!page.contains("TLS <b>"), "plain http has no TLS to be timed")
        #expect(page.contains("/settings/webhooks/deliveries/dlv_"))
        #expect(receiver.requests.count == 1)
        let mallory = try pages.test.browser(pages.test.mallory)
        #expect(mallory.get(result).status == 404)
        let other = try pages.add([("name", "Other")])
        #expect(pages.alice.get(other + result.dropFirst(address.count)).status == 404)
        #expect(try pages.bob([.viewWebhooks]).get(result).status == 403)
    }

    @Test(
        "A test that fails says whose fault it is and what to do",
        arguments: [
            (500, "Its own log says why"), (404, "Check the path of the target"), (302, "Redirects are not followed"),
            (401, "Check the login"),
            (410, "says that it is gone"), (429, "The receiver is busy"),
        ])
    func failingTest(status: Int, advice: String) throws {
        let pages = try WebhookPages()
        let receiver = try ScriptedReceiver(.status(status))
        let address = try pages.add([("target", receiver.url())])
        let result = try #require(pages.alice.post(address + "/test").location)
        let page = pages.alice.get(result).text
        #expect(page.contains("HTTP \(status)"))
        #expect(page.contains("The receiver answered with an error"))
        #expect(page.contains(advice))
        #expect(try pages.stored(address).isEnabled)
    }

    @Test("Receivers that hang take two workers of an account at most, and other accounts can test meanwhile")
    func hangingTests() throws {
        let pages = try WebhookPages()
        let app = pages.test.app
        let receiver = try ScriptedReceiver(.hang)
        let address = try pages.add([("target", receiver.url())])
        let hanging = try pages.stored(address)
        let threads = (0..<2).map { _ in
            let thread = Thread { _ = try? app.engine.test(hanging) }
            thread.start()
            return thread
        }
        while receiver.requests.count < 2 { usleep(2000) }
        let refused = pages.alice.post(address + "/test")
        #expect(refused.location == address)
        #expect(pages.alice.get(address).text.contains("Two tests of this account are already in progress"))
        #expect(try pages.audited("webhook.test") == 0)
        receiver.stop()
        while threads.contains(where: { !$0.isFinished }) { usleep(2000) }
        #expect(pages.alice.post(address + "/test").location?.contains("/tests/") == true)
        #expect(try pages.audited("webhook.test") == 1)
    }

    @Test("A test of a receiver that is not there, resets or is no HTTP server ends as a clear fault")
    func deadReceiver() throws {
        let pages = try WebhookPages()
        let port = try LoopbackPort()
        let dead = try pages.add([("target", "http://127.0.0.1:\(port.number)/")])
        let refused = try #require(pages.alice.post(dead + "/test").location)
        let page = pages.alice.get(refused).text
        #expect(page.contains("No connection"))
        #expect(page.contains("No answer"))
        #expect(!page.contains("First byte") && !page.contains("has no body"), "there was no answer to speak of")
        let receiver = try ScriptedReceiver(.reset)
        let broken = try pages.add([("target", receiver.url())])
        let reset = try #require(pages.alice.post(broken + "/test").location)
        #expect(pages.alice.get(reset).text.contains("cut off or is not HTTP"))
    }

    @Test("The test of the settings page goes to the main webhook, with its login, whether the integration is on or off")
    func mainTest() throws {
        let pages = try WebhookPages()
        let receiver = try ScriptedReceiver(.status(204))
        _ = pages.alice.post(
            WebhookPages.settings,
            [
                ("url", receiver.url("/main")), ("authentication", "basic"), ("login", "acme"), ("password", "word"),
                ("version", "0.0"),
            ])
        let result = try #require(pages.alice.post(WebhookPages.settings + "/test").location)
        let expected = "Basic " + Data("acme:word".utf8).base64EncodedString()
        #expect(receiver.requests.first?.path == "/main")
        #expect(receiver.requests.first?.field("Authorization") == expected)
        let page = pages.alice.get(result).text
        #expect(page.contains("HTTP 204"))
        #expect(!page.contains(expected))
    }

    @Test("Both languages have all pages of a webhook", arguments: ["en", "fr"])
    func languages(language: String) throws {
        let pages = try WebhookPages()
        try pages.test.site.database.write { connection in
            try connection.execute("UPDATE accounts SET language = \(language) WHERE id = \(pages.test.acme)")
        }
        let address = try pages.add()
        for path in ["/pause", "/delete"] { #expect(pages.alice.get(address + path).status == 200) }
        _ = pages.alice.post(address + "/pause", [("meanwhile", "keep")])
        for path in [
            WebhookPages.settings, WebhookPages.list, WebhookPages.list + "/new", address, address + "/edit", address + "/resume",
            address + "/secret",
        ] {
            let page = pages.alice.get(path)
            #expect(page.status == 200)
            // A key without words shows as itself.
            #expect(page.text.firstMatch(of: /webhooks\.[a-z]/) == nil)
        }
    }
}
