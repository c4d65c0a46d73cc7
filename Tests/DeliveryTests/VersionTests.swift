// Somebody corrects a webhook while requests to what it was are under way: what comes of them has no effect on what it is now.

import Database
import Delivery
import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing
import Time

@Suite("Results of an older version", .serialized)
struct VersionTests {
    /// Waits with every request to it until it may answer.
    private final class HeldReceiver: Sendable {
        let receiver: ScriptedReceiver
        private let gate: DispatchSemaphore

        init(answering status: Int) throws {
            let gate = DispatchSemaphore(value: 0)
            self.gate = gate
            receiver = try ScriptedReceiver { _ in
                gate.wait()
                return .status(status)
            }
        }

        func answer(_ count: Int) { for _ in 0..<count { gate.signal() } }
        deinit { answer(100) }
    }

    private func change(_ world: World, _ webhook: ID<Webhook>, to url: String) throws {
        var changed = try world.configuration(webhook)
        changed.url = url
        let isUpdated = try world.database.write { try world.store.update(changed, at: world.clock.clock.now(), on: $0) }
        #expect(isUpdated)
        world.directory.invalidate(account: world.account)
        world.engine.wake([webhook])
    }

    @Test("A 410 of the old address, or any failure, neither disables the webhook nor fails its deliveries", arguments: [410, 500, 200])
    func corrected(_ status: Int) throws {
        let world = try World()
        let old = try HeldReceiver(answering: status)
        let new = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: old.receiver.url())
        try world.engine.start()
        for _ in 0..<20 { try world.accept() }
        try #require(old.receiver.wait(for: 8))
        try change(world, webhook.id, to: new.url())
        // Those that wait do not wait for the old address.
        try #require(new.wait(for: 12))
        old.answer(8)
        try #require(try eventually { try world.states().allSatisfy { $0 == .delivered } })
        #expect(new.requests.count == (status == 200 ? 12 : 20))
        let after = try world.configuration(webhook.id)
        #expect(after.isEnabled && after.disabledReason == nil && after.version == 2)
        #expect(after.pacing.failuresInRow == 0 && after.lastResult == "200" && after.deliveredCount == 20)
    }

    @Test("The tenth failure of a delivery counts only where it is to go now")
    func lastAttempt() throws {
        let world = try World()
        let old = try HeldReceiver(answering: 500)
        let new = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: old.receiver.url())
        try world.accept()
        _ = try world.database.write { try $0.execute("UPDATE due SET attempt = 9") }
        try world.engine.start()
        try #require(old.receiver.wait(for: 1))
        try change(world, webhook.id, to: new.url())
        old.answer(1)
        #expect(try eventually { try world.states() == [.delivered] })
        #expect(new.requests.count == 1)
    }

    @Test("A change that crosses the writing of a 410 wins")
    func crossing() throws {
        let world = try World(inFlightPerWebhook: 1)
        let receiver = try HeldReceiver(answering: 410)
        let webhook = try world.addWebhook(to: receiver.receiver.url())
        for _ in 0..<3 { try world.accept() }
        try world.engine.start()
        try #require(receiver.receiver.wait(for: 1))
        let new = try ScriptedReceiver(.status(200))
        // Saved, but the engine is not told: as if it came between its decision and its writing.
        var changed = try world.configuration(webhook.id)
        changed.url = new.url()
        _ = try world.database.write { try world.store.update(changed, at: world.clock.clock.now(), on: $0) }
        receiver.answer(1)
        #expect(try eventually { try world.states() == [.delivered, .delivered, .delivered] })
        #expect(try world.configuration(webhook.id).isEnabled)
        #expect(new.requests.count == 3)
    }

    @Test("A webhook that the engine disables has another version, so that a form that was open does not turn it on unseen")
    func disabled() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(410))
        let webhook = try world.addWebhook(to: receiver.url())
        let open = try world.configuration(webhook.id)
        try world.engine.start()
        try world.accept()
        #expect(try eventually { try !world.configuration(webhook.id).isEnabled })
        #expect(try world.configuration(webhook.id).version == open.version + 1)
        let isUpdated = try world.database.write { try world.store.update(open, at: world.clock.clock.now(), on: $0) }
        #expect(!isUpdated)
    }
}
