// What people do from the pages: test, try again; and what the path costs and leaves behind.

import Database
import Delivery
import Foundation
import HTTPClient
import JSON
import Synchronization
import TestSupport
import Testing
import Time

@Suite("Actions", .serialized)
struct ActionTests {
    @Test("A test is a real, signed delivery, shown at once and kept in the history, also of a webhook that is off")
    func test() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200, body: Array("hello".utf8)), .status(404))
        let webhook = try world.addWebhook(to: receiver.url()) { $0.isEnabled = false }
        let result = try world.engine.test(webhook.id)
        #expect(result.isSuccess && result.transfer.status == 200 && result.transfer.body == Array("hello".utf8))
        #expect(result.transfer.timings.total > .zero)
        let sent = try #require(receiver.requests.first)
        #expect(sent.body == result.body)
        #expect(sent.field("webhook-id") == result.event.description)
        #expect(sent.field("x-signature") == Signatures.legacy(body: sent.body, secret: webhook.secret))
        #expect(try JSONValue(parsing: sent.body)["event_type"] == "test")

        let failed = try world.engine.test(webhook.id)
        #expect(!failed.isSuccess && failed.transfer.status == 404)
        #expect(try world.states() == [.delivered, .failed])
        #expect(try world.faults(of: failed.delivery) == ["receiver_status"])
        try world.engine.start()
        world.clock.advance(by: .seconds(100_000))
        #expect(try world.configuration(webhook.id).pacing.failuresInRow == 0)
        #expect(throws: DeliveryEngine.TestFailure.webhookGone) { try world.engine.test(world.ids.next()) }
        #expect(receiver.requests.count == 2, "a test is never retried")
    }

    @Test("One more attempt now, of what failed and of what arrived, marked as asked for, and the only one")
    func retry() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(410), .status(200), .status(500), .status(200))
        let webhook = try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(try eventually { try world.states() == [.failed] })
        let delivery = try #require(try world.deliveries().first).id
        #expect(try !world.retry(delivery, in: world.account), "its webhook is off")
        var changed = try world.configuration(webhook.id)
        changed.isEnabled = true
        let isUpdated = try world.database.write { try world.store.update(changed, at: world.clock.clock.now(), on: $0) }
        world.directory.invalidate(account: world.account)
        #expect(isUpdated)

        #expect(try world.retry(delivery, in: world.account))
        try #require(try eventually { try world.states() == [.delivered] })
        #expect(try world.retry(delivery, in: world.account))
        try #require(try eventually { try world.deliveries().first?.status == 500 })
        #expect(try world.states() == [.delivered], "what has been delivered stays so")
        #expect(try world.faults(of: delivery) == ["receiver_status", "none", "receiver_status"])
        let manual = try world.database.read { try $0.rows("SELECT is_manual FROM attempts ORDER BY number") { try $0.next(Bool.self) } }
        #expect(manual == [false, true, true])
        world.clock.advance(by: .seconds(100_000))
        #expect(try !world.retry(delivery, in: world.ids.next()), "another account's")
        #expect(try !world.retry(world.ids.next(Event.self).delivery(1), in: world.account))
        #expect(receiver.requests.count == 3)
    }

    @Test("What was delivered stays so when sending it again is given up before it began", arguments: ["disabled", "deleted", "discarded"])
    func resendGivenUp(_ how: String) throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(try eventually { try world.states() == [.delivered] })
        world.engine.stop(within: .seconds(5))
        let delivery = try #require(try world.deliveries().first).id
        let now = world.clock.clock.now()
        try world.database.write { connection in
            _ = try world.engine.retry(delivery, in: world.account, on: connection)
            switch how {
            case "disabled": try connection.execute("UPDATE webhooks SET is_enabled = 0 WHERE id = \(webhook.id)")
            case "deleted": _ = try world.store.delete(webhook.id, of: world.account, at: now, on: connection)
            default:
                _ = try world.engine.hold(webhook.id, of: world.account, on: connection)
                _ = try world.engine.resume(webhook.id, of: world.account, discarding: true, on: connection)
            }
        }
        world.directory.invalidate(account: world.account)
        try world.restartEngine()
        #expect(try eventually { try world.states() == [.delivered] })
        #expect(receiver.requests.count == 1)
    }

    @Test("An attempt asked for goes although the webhook rests, and its success opens the way")
    func retryThroughRest() throws {
        let world = try World(inFlightPerWebhook: 1)
        let isWell = Atomic<Bool>(false)
        let receiver = try ScriptedReceiver { _ in .status(isWell.load(ordering: .relaxed) ? 200 : 500) }
        let webhook = try world.addWebhook(to: receiver.url())
        for _ in 0..<12 { try world.accept() }
        try world.engine.start()
        try #require(try eventually { try world.configuration(webhook.id).pacing.failuresInRow == 12 })
        world.clock.advance(by: .seconds(11))
        try #require(try eventually { try world.configuration(webhook.id).pacing.isResting })
        isWell.store(true, ordering: .relaxed)
        let delivery = try #require(try world.deliveries().first).id
        #expect(try world.retry(delivery, in: world.account))
        #expect(try eventually { try world.deliveries().first?.state == .delivered })
        // All but the one whose failure began the rest, if that was another: its next attempt is minutes away.
        #expect(try eventually { try world.states().count { $0 == .delivered } >= 11 }, "what had waited flows")
    }

    /// One for the event, one for its history and one for what is due; whatever comes after it is many events' together.
    @Test("From acceptance to delivered an event that comes alone costs less than five statements, and in a batch a tenth of one")
    func statements() throws {
        let world = try World()
        let receiver = try ScriptedReceiver { _ in .status(200) }
        try world.addWebhook(to: receiver.url())
        _ = try world.directory.webhooks(of: world.account)
        let count = 1_000
        let before = world.database.statementCount
        for _ in 0..<count { try world.accept() }
        let accepting = world.database.statementCount - before
        // The sweep's look at the database has its own clock and is not of the path.
        try world.engine.start()
        try #require(receiver.wait(for: count, seconds: 30))
        world.engine.stop(within: .seconds(5))
        let total = world.database.statementCount - before
        print("statements an event: \(Double(accepting) / Double(count)) to accept, \(Double(total) / Double(count)) in all")
        #expect(accepting == 3 * count)
        // 3.6 in all on a quiet machine; on a busy one the engine's turns hold fewer each.
        #expect(total < 5 * count)
        #expect(try world.states().allSatisfy { $0 == .delivered })
        let alone = world.database.statementCount
        _ = try world.acceptor.accept((0..<count).map { _ in try world.event() }, for: world.account)
        #expect(world.database.statementCount - alone <= count / 10)
    }

    @Test("History older than three months goes in batches; what is still to come stays, however old")
    func purge() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        try world.addWebhook(to: receiver.url()) { $0.name = "works" }
        try world.engine.start()
        for _ in 0..<5 { try world.accept() }
        try #require(try eventually { try world.states().allSatisfy { $0 == .delivered } })
        try world.addWebhook(to: "http://127.0.0.1:9/") { $0.isPaused = true }
        try world.accept()
        try #require(try eventually { try world.states().filter { $0 == .delivered }.count == 6 })
        world.clock.advance(by: .seconds(100 * 24 * 3600))
        try world.accept()
        let cutoff = world.clock.clock.now() - .seconds(90 * 24 * 3600)
        var batches: [Int] = []
        var next: ID<Event>?
        repeat {
            let progress = try HistoryPurge.purge(before: cutoff, from: next, limit: 2, in: world.database)
            batches.append(progress.deleted)
            next = progress.next
        } while next != nil
        #expect(batches == [2, 2, 1])
        let left = try world.database.read { try $0.value("SELECT COUNT(*) FROM events", as: Int.self) }
        let orphans = try world.database.read { connection in
            try connection.value(
                """
                SELECT (SELECT COUNT(*) FROM deliveries WHERE event_id NOT IN (SELECT id FROM events))
                    + (SELECT COUNT(*) FROM attempts WHERE delivery_id NOT IN (SELECT id FROM deliveries))
                """, as: Int.self)
        }
        #expect(left == 2 && orphans == 0)
        #expect(try world.states().contains(.held))
    }
}

final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}

extension World {
    /// As the pages do it.
    fileprivate func retry(_ delivery: ID<WebhookDelivery>, in account: ID<Account>) throws -> Bool {
        guard let webhook = try database.write({ try engine.retry(delivery, in: account, on: $0) }) else { return false }
        engine.hurry(delivery, to: webhook)
        return true
    }
}
