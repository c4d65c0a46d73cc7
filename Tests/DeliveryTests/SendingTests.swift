// What a receiver gets, and what is written down about it.

import Database
import Delivery
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing
import Time

@Suite("Sending", .serialized)
struct SendingTests {
    @Test("A receiver gets the body as accepted, signed both ways, with the webhook's own headers")
    func request() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200, fields: [("X-Answer", "yes")], body: Array("thanks".utf8)))
        let webhook = try world.addWebhook(to: receiver.url("/hook?a=b")) {
            $0.authentication = .basic(login: "ada", password: "très secret")
            $0.headers = [.init(name: "X-Tenant", value: "42")]
        }
        try world.engine.start()
        let accepted = try world.accept("call:end", call: "c-1")
        try #require(try eventually { try world.states() == [.delivered] })
        let sent = try #require(receiver.requests.first)
        #expect(receiver.requests.count == 1)
        #expect(sent.method == "POST" && sent.path == "/hook?a=b")
        #expect(sent.field("content-type") == "application/json")
        #expect(sent.field("user-agent") == "Hookswitch/test")
        #expect(sent.field("webhook-id") == accepted.id.description)
        #expect(sent.field("webhook-timestamp") == "\(world.clock.clock.now().seconds)")
        #expect(
            sent.field("webhook-signature")
                == Signatures.standard(
                    id: accepted.id.description, timestamp: world.clock.clock.now(), body: sent.body, secrets: [webhook.secret]))
        #expect(sent.field("x-signature") == Signatures.legacy(body: sent.body, secret: webhook.secret))
        #expect(sent.field("authorization") == "Basic " + Data("ada:très secret".utf8).base64EncodedString())
        #expect(sent.field("x-tenant") == "42")
        #expect(try JSONValue(parsing: sent.body)["data"]?["call_id"] == "c-1")

        let attempt = try world.database.read { connection in
            try connection.first("SELECT request_headers, status, response_headers, response_body, fault, total_us FROM attempts") {
                (
                    headers: try $0.next(String.self), status: try $0.next(Int.self), answered: try $0.next(String.self),
                    body: try $0.next([UInt8].self), fault: try $0.next(String.self), total: try $0.next(Int.self)
                )
            }
        }
        let found = try #require(attempt)
        #expect(found.status == 200 && found.fault == "none" && found.total > 0)
        #expect(found.body == Array("thanks".utf8) && found.answered.contains("X-Answer: yes"))
        #expect(found.headers.contains("webhook-id: \(accepted.id)") && found.headers.contains("Authorization: ••••••"))
        #expect(!found.headers.contains("Basic"), "credentials are not recorded")
        let after = try world.configuration(webhook.id)
        #expect(after.deliveredCount == 1 && after.lastResult == "200")
    }

    @Test("While the old secret is valid both sign; afterwards only the new one")
    func rotation() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        try world.addWebhook(to: receiver.url()) { $0.rotateSecret(at: world.clock.clock.now()) }
        try world.engine.start()
        try world.accept()
        #expect(receiver.wait(for: 1))
        #expect(receiver.requests.first?.field("webhook-signature")?.split(separator: " ").count == 2)
        world.clock.advance(by: .seconds(24 * 3600 + 1))
        try world.accept()
        #expect(receiver.wait(for: 2))
        #expect(receiver.requests.last?.field("webhook-signature")?.split(separator: " ").count == 1)
    }

    @Test(
        "Each way of failing is told by its name, and is tried again",
        arguments: [
            (ScriptedReceiver.Answer.status(500), "receiver_status", 500 as Int?),
            (.redirect(to: "http://127.0.0.1:1/"), "receiver_status", 302),
            (.closeSilently, "receiver_protocol", nil), (.reset, "receiver_protocol", nil), (.endlessBody, "too_large", 200),
        ])
    func faults(_ answer: ScriptedReceiver.Answer, _ fault: String, _ status: Int?) throws {
        let world = try World()
        let receiver = try ScriptedReceiver { _ in answer }
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(try eventually { try world.deliveries().first?.fault != nil })
        let delivery = try #require(try world.deliveries().first)
        #expect(delivery.state == .pending && delivery.fault == fault && delivery.status == status)
        #expect(receiver.requests.count == 1, "redirects are not followed")
        let wait = try #require(delivery.nextAt) - world.clock.clock.now()
        #expect(wait >= .seconds(4) && wait <= .seconds(6))
    }

    @Test("Durable news is sent again until it arrives, with the same id and body and a new timestamp")
    func retries() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(500), .status(503), .status(204))
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(try eventually { try world.deliveries().first?.status == 500 })
        world.clock.advance(by: .seconds(7))
        try #require(try eventually { try world.deliveries().first?.status == 503 })
        world.clock.advance(by: .seconds(361))
        try #require(try eventually { try world.states() == [.delivered] })
        #expect(receiver.requests.count == 3)
        #expect(Set(receiver.requests.map { $0.field("webhook-id") }).count == 1)
        #expect(Set(receiver.requests.map(\.body)).count == 1)
        #expect(Set(receiver.requests.map { $0.field("webhook-timestamp") }).count == 3)
        let delivery = try #require(try world.deliveries().first)
        #expect(try world.faults(of: delivery.id) == ["receiver_status", "receiver_status", "none"])
    }

    @Test("Durable news is given up after ten attempts; all of them are in the history")
    func exhausted() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(500))
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        for attempt in 1...10 {
            try #require(try eventually { try world.deliveries().first.map { $0.attempt == attempt && $0.state != .leased } ?? false })
            world.clock.advance(by: .seconds(29 * 3600))
        }
        let delivery = try #require(try world.deliveries().first)
        #expect(delivery.state == .failed && delivery.nextAt == nil)
        #expect(try world.faults(of: delivery.id).count == 10)
        #expect(receiver.requests.count == 10)
    }

    @Test("Live news is tried four times and then expires")
    func live() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(500))
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept("call:start", call: "c")
        for wait in [3, 13, 37] {
            try #require(try eventually { try world.states() == [.pending] && world.deliveries()[0].status == 500 })
            let count = receiver.requests.count
            world.clock.advance(by: .seconds(wait))
            try #require(receiver.wait(for: count + 1))
        }
        #expect(try eventually { try world.states() == [.expired] })
        #expect(receiver.requests.count == 4)
    }

    @Test("Live news that waited too long, whatever for, is never sent")
    func late() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        try world.addWebhook(to: receiver.url())
        try world.accept("call:start", call: "a")
        try world.accept("call:end", call: "b")
        world.clock.advance(by: .seconds(121))
        try world.engine.start()
        #expect(try eventually { try world.states() == [.expired, .delivered] })
        #expect(receiver.requests.count == 1)
    }

    @Test(
        "Retry-After is honoured, up to an hour, for 429 and 503",
        arguments: [
            (429, "100", 100, 100), (503, "100000", 3600, 3600), (503, "Sun, 22 Nov 2026 13:15:09 GMT", 600, 600), (500, "100", 4, 6),
            (429, "nonsense", 4, 6), (429, "99999999999999999999999", 3600, 3600), (429, "-5", 4, 6), (429, "0", 4, 6),
        ])
    func retryAfter(_ status: Int, _ value: String, _ least: Int, _ most: Int) throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(status, fields: [("Retry-After", value)]))
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(try eventually { try world.deliveries().first?.status == status })
        let wait = try #require(try world.deliveries().first?.nextAt) - world.clock.clock.now()
        #expect(wait >= .seconds(least) && wait <= .seconds(most))
    }

    @Test("410 disables the webhook, and what it had still to get has failed")
    func gone() throws {
        let world = try World(inFlightPerWebhook: 1)
        let receiver = try ScriptedReceiver(.status(410))
        let webhook = try world.addWebhook(to: receiver.url())
        for _ in 0..<5 { try world.accept() }
        try world.engine.start()
        #expect(try eventually { try world.states() == Array(repeating: .failed, count: 5) })
        let after = try world.configuration(webhook.id)
        #expect(!after.isEnabled && after.disabledReason == .gone)
        #expect(receiver.requests.count == 1)
        // What is accepted between the commit that disables it and the word of it to those who accept: nothing waits for ever.
        #expect(try eventually { try world.accept().deliveries == 0 })
        #expect(try eventually { try world.states().allSatisfy { $0 == .failed } })
        #expect(receiver.requests.count == 1)
    }

    @Test("An address that the policy refuses is nobody's failure, and nothing is sent")
    func policy() throws {
        let world = try World()
        let webhook = try world.addWebhook(to: "http://10.0.0.1/")
        try world.engine.start()
        try world.accept()
        try #require(try eventually { try world.deliveries().first?.fault == "policy" })
        #expect(try world.configuration(webhook.id).pacing.failuresInRow == 0)
    }
}
