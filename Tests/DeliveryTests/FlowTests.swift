// Many webhooks and many deliveries at once: order where it matters, and nobody slowed by another.

import Database
import Delivery
import Foundation
import JSON
import Synchronization
import TestSupport
import Testing
import Time

@Suite("Flow", .serialized)
struct FlowTests {
    @Test("News of one call arrives in order, also when the first needs another try; other calls do not wait")
    func order() throws {
        let world = try World()
        let failures = Mutex(1)
        let receiver = try ScriptedReceiver { request in
            let text = String(decoding: request.body, as: UTF8.self)
            let isFirst = text.contains(#""n":0"#) && text.contains(#""call_id":"a""#)
            let fails =
                isFirst
                && failures.withLock { left in
                    defer { left -= 1 }; return left > 0
                }
            return .status(fails ? 500 : 200)
        }
        try world.addWebhook(to: receiver.url())
        for n in 0..<6 {
            try world.accept("cdr", call: "a", data: ["n": .init(n)])
            try world.accept("cdr", call: "b", data: ["n": .init(n)])
        }
        try world.engine.start()
        func bodies(_ call: String) -> [String] {
            receiver.requests.map { String(decoding: $0.body, as: UTF8.self) }.filter { $0.contains(#""call_id":"\#(call)""#) }
        }
        try #require(eventually { bodies("b").count == 6 && bodies("a").count == 1 }, "the other call does not wait")
        world.clock.advance(by: .seconds(7))
        try #require(eventually { bodies("a").count == 7 })
        let numbers = bodies("a").map { text in (0..<6).first { text.contains(#""n":\#($0)"#) } }
        #expect(numbers == [0, 0, 1, 2, 3, 4, 5])
        #expect(bodies("b").map { text in (0..<6).first { text.contains(#""n":\#($0)"#) } } == [0, 1, 2, 3, 4, 5])
    }

    @Test("Twenty receivers that hang do not slow the other forty")
    func isolation() throws {
        let world = try World()
        let hanging = try ScriptedReceiver { _ in .hang }
        let good = try ScriptedReceiver { _ in .status(200) }
        for _ in 0..<20 { try world.addWebhook(to: hanging.url()) }
        for _ in 0..<40 { try world.addWebhook(to: good.url()) }
        try world.engine.start()
        let start = Date()
        for _ in 0..<20 { try world.accept() }
        try #require(good.wait(for: 800, seconds: 10))
        let elapsed = Date().timeIntervalSince(start)
        print("800 deliveries beside 20 receivers that hang: \(Int(elapsed * 1000)) ms")
        #expect(elapsed < 5, "the timeout of those that hang is 15 s")
        #expect(world.engine.statistics.inFlight >= 20)
        hanging.stop()
    }

    @Test("Receivers that were quick with a backlog and then hang keep nobody else out")
    func isolationFromBacklogs() throws {
        let world = try World()
        let hangs = Atomic<Bool>(false)
        let backlog = try ScriptedReceiver { _ in hangs.load(ordering: .relaxed) ? .hang : .status(200) }
        let good = try ScriptedReceiver { _ in .status(200) }
        for _ in 0..<20 { try world.addWebhook(to: backlog.url()) }
        _ = try world.acceptor.accept((0..<500).map { _ in try world.event() }, for: world.account)
        try world.addWebhook(to: good.url())
        try world.engine.start()
        try #require(backlog.wait(for: 3_000, seconds: 30))
        hangs.store(true, ordering: .relaxed)
        // What is under way by now hangs, and what was leased ahead waits behind it.
        usleep(500_000)
        let start = Date()
        for _ in 0..<20 { try world.accept() }
        try #require(good.wait(for: 20, seconds: 14))
        let elapsed = Date().timeIntervalSince(start)
        print("20 deliveries beside 20 backlogs that hang: \(Int(elapsed * 1000)) ms")
        #expect(elapsed < 5, "the timeout of those that hang is 15 s")
        backlog.stop()
    }

    @Test("No more than the agreed number of requests are under way to one webhook")
    func bounded() throws {
        let world = try World(inFlightPerWebhook: 3)
        let now = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        let receiver = try ScriptedReceiver { _ in
            let count = now.add(1, ordering: .sequentiallyConsistent).newValue
            most.max(count, ordering: .sequentiallyConsistent)
            usleep(3_000)
            now.subtract(1, ordering: .sequentiallyConsistent)
            return .status(200)
        }
        try world.addWebhook(to: receiver.url())
        for _ in 0..<40 { try world.accept() }
        try world.engine.start()
        try #require(receiver.wait(for: 40))
        #expect(most.load(ordering: .sequentiallyConsistent) == 3)
    }

    @Test("After ten failures in a row and ten seconds a webhook is asked singly, ever more rarely, until it answers; then all flows")
    func rest() throws {
        let world = try World(inFlightPerWebhook: 1)
        let isWell = Atomic<Bool>(false)
        let receiver = try ScriptedReceiver { _ in .status(isWell.load(ordering: .relaxed) ? 200 : 500) }
        let webhook = try world.addWebhook(to: receiver.url())
        for _ in 0..<30 { try world.accept() }
        try world.engine.start()
        try #require(try eventually { try world.configuration(webhook.id).pacing.failuresInRow == 30 })
        #expect(try !world.configuration(webhook.id).pacing.isResting, "they all failed within a moment")
        world.clock.advance(by: .seconds(11))
        try #require(try eventually { try world.configuration(webhook.id).pacing.isResting })
        var requests = receiver.requests.count
        #expect(requests == 31)
        var interval = Duration.seconds(5)
        for _ in 1...3 {
            #expect(try world.configuration(webhook.id).pacing.probeInterval == interval)
            world.clock.advance(by: interval)
            requests += 1
            try #require(receiver.wait(for: requests))
            interval = interval * 2
            try #require(try eventually { try world.configuration(webhook.id).pacing.probeInterval == interval })
            #expect(receiver.requests.count == requests)
        }
        isWell.store(true, ordering: .relaxed)
        world.clock.advance(by: interval)
        try #require(try eventually { try world.states().filter { $0 == .delivered }.count >= 20 })
        #expect(try !world.configuration(webhook.id).pacing.isResting)
        world.clock.advance(by: .seconds(7_200))
        #expect(try eventually { try world.states().allSatisfy { $0 == .delivered } })
    }

    @Test("What was leased ahead of a receiver that then stalls goes back, as if never tried")
    func givingBack() throws {
        let world = try World(inFlightPerWebhook: 2)
        let counter = Counter()
        let receiver = try ScriptedReceiver { _ in .status(counter.next() < 60 ? 200 : 500) }
        try world.addWebhook(to: receiver.url())
        _ = try world.acceptor.accept((0..<200).map { _ in try world.event() }, for: world.account)
        try world.engine.start()
        try #require(try eventually { try world.states().filter { $0 == .delivered }.count == 60 && !world.states().contains(.leased) })
        #expect(world.engine.stop(within: .seconds(5)))
        let attempts = try world.database.read { try $0.value("SELECT COUNT(*) FROM attempts", as: Int.self) }
        let tries = try world.database.read { try $0.value("SELECT SUM(attempt) FROM deliveries", as: Int.self) }
        #expect(attempts == receiver.requests.count && tries == attempts)
        #expect(try !world.states().contains(.leased))
    }

    @Test("A backlog of thousands of one webhook does not delay another's news")
    func backlog() throws {
        let world = try World()
        let slow = try ScriptedReceiver { _ in
            usleep(5_000)
            return .status(200)
        }
        let good = try ScriptedReceiver { _ in .status(200) }
        let first = try world.addWebhook(to: slow.url())
        _ = try world.acceptor.accept((0..<3_000).map { _ in try world.event() }, for: world.account)
        let second = try world.addWebhook(to: good.url())
        try world.engine.start()
        try #require(slow.wait(for: 8))
        let start = Date()
        try world.accept()
        try #require(try eventually { try world.states(of: second.id) == [.delivered] })
        print("beside a backlog of 3000: \(Int(Date().timeIntervalSince(start) * 1000)) ms")
        #expect(Date().timeIntervalSince(start) < 1)
        #expect(try world.states(of: first.id).filter { $0 == .pending }.count > 1_000)
    }

    @Test("What a transaction does a second time counts once: each event has the id that was answered, and one delivery and attempt")
    func repeated() throws {
        let world = try World(isRepeating: true)
        let receiver = try ScriptedReceiver(.status(200))
        let webhook = try world.addWebhook(to: receiver.url())
        try world.engine.start()
        let answered = try (0..<20).map { try world.accept(call: "\($0 % 5)").id }
        try #require(eventually { try world.states() == Array(repeating: .delivered, count: 20) })
        let events = try world.database.read { try $0.rows("SELECT id FROM events ORDER BY id") { try $0.next(ID<Event>.self) } }
        #expect(events == answered)
        #expect(receiver.requests.count == 20)
        #expect(try world.database.read { try $0.value("SELECT COUNT(*) FROM attempts", as: Int.self) } == 20)
        #expect(try world.configuration(webhook.id).deliveredCount == 20)
        #expect(world.engine.statistics.attempts == 20 && world.engine.statistics.delivered == 20)
    }
}
