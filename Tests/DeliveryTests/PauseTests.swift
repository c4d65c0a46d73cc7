// Pausing keeps, resuming lets go or gives up: nothing in between is lost.

import Database
import Delivery
import Foundation
import TestSupport
import Testing
import Time

@Suite("Pausing", .serialized)
struct PauseTests {
    private func hold(_ world: World, _ webhook: ID<Webhook>) throws {
        let isHeld = try world.database.write { try world.engine.hold(webhook, of: world.account, on: $0) }
        #expect(isHeld)
        world.directory.invalidate(account: world.account)
    }

    private func resume(_ world: World, _ webhook: ID<Webhook>, discarding: Bool) throws -> Int? {
        let count = try world.database.write { try world.engine.resume(webhook, of: world.account, discarding: discarding, on: $0) }
        world.directory.invalidate(account: world.account)
        world.engine.wake([webhook])
        return count
    }

    @Test("What waits and what comes is kept, and goes when the webhook resumes")
    func release() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: receiver.url())
        try world.accept()
        try hold(world, webhook.id)
        try world.accept()
        #expect(try world.states() == [.held, .held])
        try world.engine.start()
        #expect(try world.accept().deliveries == 1)
        #expect(try resume(world, webhook.id, discarding: false) == 3)
        #expect(try eventually { try world.states() == [.delivered, .delivered, .delivered] })
    }

    @Test("Giving up discards what was kept; later news flows")
    func discard() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: receiver.url()) { $0.isPaused = true }
        try world.engine.start()
        for _ in 0..<3 { try world.accept() }
        #expect(try resume(world, webhook.id, discarding: true) == 3)
        try world.accept()
        #expect(try eventually { try world.states() == [.discarded, .discarded, .discarded, .delivered] })
        #expect(receiver.requests.count == 1)
    }

    @Test("Live news that was kept too long expires instead of going")
    func stale() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: receiver.url()) { $0.isPaused = true }
        try world.accept("call:start", call: "a")
        try world.accept("call:end", call: "a")
        world.clock.advance(by: .seconds(600))
        try world.engine.start()
        #expect(try resume(world, webhook.id, discarding: false) == 1)
        #expect(try eventually { try world.states() == [.expired, .delivered] })
    }

    @Test("What a pause has kept for a week expires; what is younger is kept on")
    func week() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        try world.addWebhook(to: receiver.url()) { $0.isPaused = true }
        try world.accept()
        world.clock.advance(by: DeliveryEngine.maximumPause - .seconds(60))
        try world.accept()
        world.clock.advance(by: .seconds(120))
        try world.engine.start()
        #expect(try eventually { try world.states() == [.expired, .held] })
        #expect(receiver.requests.isEmpty)
    }

    @Test("An attempt that fails after the pause is kept too, and pausing twice or another's webhook does nothing")
    func underWay() throws {
        let world = try World()
        let gate = DispatchSemaphore(value: 0)
        let receiver = try ScriptedReceiver { _ in
            gate.wait()
            return .status(500)
        }
        let webhook = try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(receiver.wait(for: 1))
        try hold(world, webhook.id)
        gate.signal()
        #expect(try eventually { try world.states() == [.held] })
        let again = try world.database.write { try world.engine.hold(webhook.id, of: world.account, on: $0) }
        let stranger = try world.database.write { try world.engine.resume(webhook.id, of: world.ids.next(), discarding: true, on: $0) }
        #expect(!again && stranger == nil)
        gate.signal()
    }

    @Test("An acceptance that crossed the end of a pause is found and sent")
    func crossing() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: receiver.url()) { $0.isPaused = true }
        _ = try world.directory.webhooks(of: world.account)
        // The acceptor still believes in the pause: nothing was made known to it.
        _ = try world.database.write { try $0.execute("UPDATE webhooks SET is_paused = 0 WHERE id = \(webhook.id)") }
        try world.accept()
        #expect(try world.states() == [.held])
        world.directory.invalidate(account: world.account)
        try world.engine.start()
        #expect(try eventually { try world.states() == [.delivered] })
    }

    @Test("Deleting a webhook discards what it had not sent; what it sent stays in the history")
    func deletion() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200), .status(500))
        let webhook = try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(try eventually { try world.states() == [.delivered] })
        try world.accept()
        try #require(try eventually { try world.deliveries().last?.status == 500 })
        let isDeleted = try world.database.write { connection in
            try world.store.delete(webhook.id, of: world.account, at: world.clock.clock.now(), on: connection)
        }
        world.directory.invalidate(account: world.account)
        #expect(isDeleted)
        world.clock.advance(by: .seconds(60))
        #expect(try eventually { try world.states() == [.delivered, .discarded] })
        #expect(receiver.requests.count == 2)
    }

    @Test("An event whose acceptance crossed the deletion of its webhook does not wait for ever")
    func deletionCrossesAcceptance() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: receiver.url())
        try world.accept()
        _ = try world.database.write { connection in
            try world.store.delete(webhook.id, of: world.account, at: world.clock.clock.now(), on: connection)
        }
        // The acceptance read the webhooks before the deletion, and is written behind it.
        try world.accept()
        #expect(try world.states() == [.discarded, .pending])
        world.directory.invalidate(account: world.account)
        let other = try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        #expect(try eventually { try world.states() == [.discarded, .discarded, .delivered] })
        #expect(try world.deliveries(of: other.id).count == 1)
    }
}
