// Crashes between sending and recording, results that come too late, a disk that is full: nothing is lost.

import Database
import Delivery
import Foundation
import TestSupport
import Testing
import Time

@Suite("Recovery", .serialized)
struct RecoveryTests {
    @Test("After a crash between sending and recording the outcome is unknown, and the same event is sent again")
    func crash() throws {
        let world = try World()
        let gate = DispatchSemaphore(value: 0)
        let receiver = try ScriptedReceiver { request in
            if request.connection == 0 { gate.wait() }
            return .status(200)
        }
        let webhook = try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(receiver.wait(for: 1))
        #expect(try world.states() == [.leased])
        // The first engine goes on existing, as a process that was believed dead might: it must not overwrite anything.
        let believedDead = world.engine
        try world.restartEngine()
        try #require(try eventually { try world.states() == [.delivered] })
        let delivery = try #require(try world.deliveries().first)
        #expect(try world.faults(of: delivery.id) == ["unknown", "none"])
        #expect(receiver.requests.count == 2)
        #expect(Set(receiver.requests.map { $0.field("webhook-id") }).count == 1)
        gate.signal()
        #expect(believedDead.stop(within: .seconds(5)))
        #expect(try world.faults(of: delivery.id) == ["unknown", "none"], "the late result is void")
        #expect(try world.configuration(webhook.id).deliveredCount == 1)
    }

    @Test("Another machine's process that starts leaves alone what this one has under way")
    func twoOwners() throws {
        let world = try World()
        let gate = DispatchSemaphore(value: 0)
        let receiver = try ScriptedReceiver { _ in
            gate.wait()
            return .status(200)
        }
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(receiver.wait(for: 1))
        let first = world.engine
        try world.restartEngine(node: "two")
        #expect(try world.states() == [.leased])
        gate.signal()
        #expect(first.stop(within: .seconds(5)))
        let delivery = try #require(try world.deliveries().first)
        #expect(try world.faults(of: delivery.id) == ["none"])
        #expect(try world.states() == [.delivered])
        #expect(receiver.requests.count == 1, "nothing was sent twice")
    }

    @Test("Another machine's process takes what has run out, since its owner may be gone for good")
    func abandoned() throws {
        let world = try World()
        let gate = DispatchSemaphore(value: 0)
        let receiver = try ScriptedReceiver { request in
            if request.connection == 0 { gate.wait() }
            return .status(200)
        }
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(receiver.wait(for: 1))
        // The first does not know it: as if it hung.
        let past = world.clock.clock.now() - .seconds(1)
        try world.database.write { _ = try $0.execute("UPDATE due SET lease_until = \(past)") }
        let believedDead = world.engine
        try world.restartEngine(node: "two")
        try #require(try eventually { try world.states() == [.delivered] })
        gate.signal()
        #expect(believedDead.stop(within: .seconds(5)))
        let delivery = try #require(try world.deliveries().first)
        #expect(try world.faults(of: delivery.id) == ["unknown", "none"], "the late result is void")
    }

    @Test("A lease that ran out is given up, and its result, when it comes, is void")
    func fencing() throws {
        // The client answers in any case; here it forgets the first request for a hundred seconds.
        let simulation = try Simulation { $0.number == 1 ? (.seconds(100), 500) : (.milliseconds(10), 200) }
        let account = try simulation.addAccount()
        try simulation.addWebhook(to: "http://receiver/", of: account)
        try simulation.engine.start()
        try simulation.accept(1, for: account)
        simulation.time.run(for: .seconds(44))
        #expect(try simulation.states() == [.leased: 1])
        simulation.time.run(for: .seconds(4))
        #expect(try simulation.states() == [.delivered: 1])
        simulation.time.run(for: .seconds(60))
        #expect(try simulation.states() == [.delivered: 1])
        let faults = try simulation.database.read { connection in
            try connection.rows("SELECT fault FROM attempts ORDER BY number") { try $0.next(String?.self) }
        }
        #expect(faults == ["unknown", "none"])
    }

    @Test("Stopping sends nothing new and waits for what is under way")
    func stopping() throws {
        let world = try World(inFlightPerWebhook: 1)
        let receiver = try ScriptedReceiver { _ in
            usleep(100_000)
            return .status(200)
        }
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        for _ in 0..<5 { try world.accept() }
        try #require(receiver.wait(for: 1))
        #expect(world.engine.stop(within: .seconds(5)))
        let states = try world.states()
        #expect(states.filter { $0 == .delivered }.count == receiver.requests.count)
        #expect(!states.contains(.leased) && states.contains(.pending))
        try world.restartEngine()
        #expect(try eventually { try world.states().allSatisfy { $0 == .delivered } })
        #expect(receiver.requests.count == 5, "nothing was sent twice")
    }

    @Test("While the database refuses writes results wait, and are written when it takes them again")
    func refusedWrites() throws {
        let world = try World()
        let gate = DispatchSemaphore(value: 0)
        let receiver = try ScriptedReceiver { _ in
            gate.wait()
            return .status(200)
        }
        try world.addWebhook(to: receiver.url())
        try world.engine.start()
        try world.accept()
        try #require(receiver.wait(for: 1))
        let refuse: SQL = "CREATE TRIGGER refuse BEFORE INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'no'); END"
        _ = try world.database.write { try $0.execute(refuse) }
        gate.signal()
        try #require(eventually { world.engine.statistics.failedWrites > 0 })
        #expect(try world.states() == [.leased])
        _ = try world.database.write { try $0.execute("DROP TRIGGER refuse") }
        #expect(try eventually { try world.states() == [.delivered] })
        #expect(receiver.requests.count == 1)
        #expect(eventually { world.engine.statistics.failedWrites == 0 })
    }
}
