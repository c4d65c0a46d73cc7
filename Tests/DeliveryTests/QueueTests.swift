// What is due, what waits behind its call, and what a pause keeps: the claim reads the first alone, and nothing is lost between them.

import Database
import Delivery
import Foundation
import JSON
import Logging
import TestSupport
import Testing
import Time

@Suite("The queue", .serialized)
struct QueueTests {
    private func counts(_ world: World) throws -> [Int] {
        try world.database.read { connection in
            try connection.first("SELECT (SELECT COUNT(*) FROM due), (SELECT COUNT(*) FROM waiting)") {
                [try $0.next(Int.self), try $0.next(Int.self)]
            } ?? []
        }
    }

    private func sequences(_ world: World) throws -> [Int?] {
        try world.database.read { try $0.rows("SELECT sequence FROM events ORDER BY id") { try $0.next(Int?.self) } }
    }

    @Test("Of ten thousand events of one call the claim sees one, and the rest waits where nobody looks")
    func oneCall() throws {
        let world = try World()
        let receiver = try ScriptedReceiver { _ in .status(200) }
        try world.addWebhook(to: receiver.url())
        for _ in 0..<10 { _ = try world.acceptor.accept((0..<1_000).map { _ in try world.event(call: "one") }, for: world.account) }
        #expect(try counts(world) == [1, 9_999])
        try world.accept(call: "another")
        #expect(try counts(world) == [2, 9_999])
        #expect(try sequences(world).suffix(2) == [10_000, 1])
        try world.engine.start()
        try #require(receiver.wait(for: 500, seconds: 20))
        world.engine.stop(within: .seconds(5))
        // Each that settles lets one step up: there is never more than the head.
        #expect(try counts(world)[0] == 1)
        let numbers = receiver.requests.filter { String(decoding: $0.body, as: UTF8.self).contains(#""one""#) }.map {
            $0.field("webhook-sequence")
        }
        #expect(numbers == (1...numbers.count).map { "\($0)" })
    }

    @Test("An event that is refused holds its call back for three attempts; then the others pass, and the number tells")
    func stepsAside() throws {
        let world = try World()
        let receiver = try ScriptedReceiver { request in
            .status(String(decoding: request.body, as: UTF8.self).contains(#""n":0"#) ? 500 : 200)
        }
        try world.addWebhook(to: receiver.url())
        for n in 0..<3 { try world.accept(call: "a", data: ["n": .init(n)]) }
        try world.engine.start()
        for attempt in 1...3 {
            try #require(try eventually { try world.deliveries()[0].attempt == attempt && world.states()[0] == .pending })
            #expect(receiver.requests.count <= attempt || attempt == 3)
            if attempt < 3 { world.clock.advance(by: .seconds(7 * 60)) }
        }
        try #require(try eventually { try world.states() == [.pending, .delivered, .delivered] })
        #expect(receiver.requests.map { $0.field("webhook-sequence") } == ["1", "1", "1", "2", "3"])
        // What comes now does not wait for it either.
        try world.accept(call: "a", data: ["n": 4])
        #expect(try eventually { try world.states() == [.pending, .delivered, .delivered, .delivered] })
        world.clock.advance(by: .seconds(3600))
        #expect(try eventually { try world.deliveries()[0].attempt == 4 })
        #expect(receiver.requests.last?.field("webhook-sequence") == "1")
    }

    @Test("A call's events are numbered from one in order of acceptance, also within a batch, and an event that came twice has one number")
    func numbers() throws {
        let world = try World()
        try world.addWebhook(to: "http://127.0.0.1:9/")
        let keys = ["1", "2", "1", "3"]
        _ = try world.acceptor.accept(keys.map { try world.event(key: $0, call: "a") }, for: world.account)
        _ = try world.acceptor.accept([world.event(key: "2", call: "a"), world.event(key: "4", call: "a")], for: world.account)
        try world.accept(call: "b")
        try world.accept()
        #expect(try sequences(world) == [1, 2, 3, 4, 1, nil])
        let stranger: ID<Account> = world.ids.next()
        _ = try world.acceptor.accept([world.event(call: "a")], for: stranger)
        #expect(try sequences(world).last == 1, "another account's call of the same name is another call")
    }

    @Test("When the head of a call expires, what is behind it goes")
    func expiredHead() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        try world.addWebhook(to: receiver.url())
        try world.accept("call:start", call: "a")
        try world.accept("call:end", call: "a")
        world.clock.advance(by: .seconds(121))
        try world.engine.start()
        #expect(try eventually { try world.states() == [.expired, .delivered] })
        #expect(try eventually { try counts(world) == [0, 0] })
    }

    @Test("What a pause kept goes before what was accepted as it ended, in each call's order")
    func releasedInOrder() throws {
        let world = try World(inFlightPerWebhook: 1)
        let receiver = try ScriptedReceiver { _ in .status(200) }
        let webhook = try world.addWebhook(to: receiver.url()) { $0.isPaused = true }
        for n in 0..<4 { try world.accept(call: n % 2 == 0 ? "a" : "b", data: ["n": .init(n)]) }
        // An acceptance that has not heard of the pause.
        _ = try world.database.write { try $0.execute("UPDATE webhooks SET is_paused = 0") }
        world.directory.invalidate(account: world.account)
        try world.accept(call: "a", data: ["n": 4])
        #expect(try world.states() == [.held, .held, .held, .held, .pending])
        _ = try world.database.write { try $0.execute("UPDATE webhooks SET is_paused = 1") }
        world.directory.invalidate(account: world.account)
        let count = try world.database.write { try world.engine.resume(webhook.id, of: world.account, discarding: false, on: $0) }
        #expect(count == 4)
        #expect(try counts(world) == [2, 3])
        world.directory.invalidate(account: world.account)
        try world.engine.start()
        try #require(receiver.wait(for: 5))
        func numbers(_ call: String) -> [String?] {
            receiver.requests.filter { String(decoding: $0.body, as: UTF8.self).contains(#""call_id":"\#(call)""#) }
                .map { $0.field("webhook-sequence") }
        }
        #expect(numbers("a") == ["1", "2", "3"] && numbers("b") == ["1", "2"])
    }

    @Test("One that waits behind its call goes at once when somebody asks for it, and the others keep their order")
    func broughtForward() throws {
        let world = try World()
        let receiver = try ScriptedReceiver { request in
            .status(String(decoding: request.body, as: UTF8.self).contains(#""n":0"#) ? 500 : 200)
        }
        try world.addWebhook(to: receiver.url())
        for n in 0..<3 { try world.accept(call: "a", data: ["n": .init(n)]) }
        try world.engine.start()
        try #require(try eventually { try world.deliveries()[0].attempt == 1 })
        let last = try world.deliveries()[2].id
        let webhook = try #require(try world.database.write { try world.engine.retry(last, in: world.account, on: $0) })
        world.engine.hurry(last, to: webhook)
        #expect(try eventually { try world.states() == [.pending, .pending, .delivered] })
        #expect(try counts(world) == [1, 1])
    }

    @Test("A purge passes each event that a pause keeps once, however many, and each step of it looks at no more than it was told")
    func purgeBesideHeld() throws {
        let world = try World()
        try world.addWebhook(to: "http://127.0.0.1:9/") { $0.isPaused = true }
        for _ in 0..<10 { _ = try world.acceptor.accept((0..<100).map { _ in try world.event() }, for: world.account) }
        _ = try world.database.write { connection in
            try connection.execute(
                "UPDATE deliveries SET state = 'delivered', settled_at = accepted_at WHERE id % 7 = 1 AND state = 'held'")
        }
        let settled = try world.states().filter { $0 == .delivered }.count
        world.clock.advance(by: .seconds(100 * 86_400))
        var steps = 0
        var deleted = 0
        var next: ID<Event>?
        repeat {
            let progress = try HistoryPurge.purge(before: world.clock.clock.now(), from: next, limit: 100, in: world.database)
            steps += 1
            deleted += progress.deleted
            next = progress.next
        } while next != nil
        #expect(steps == 10 && deleted == settled && settled > 100)
        #expect(try world.states().allSatisfy { $0 == .held })
    }

    @Test(
        "Statements that every webhook's turn runs go by an index, to the row",
        arguments: [
            "SELECT 1 FROM due q WHERE q.webhook_id = 'w' AND q.due_at <= 1 AND q.lease_owner IS NULL ORDER BY q.due_at, q.delivery_id LIMIT 8",
            "SELECT 1 FROM due q WHERE q.webhook_id = 'w' AND q.lease_owner IS NULL ORDER BY q.due_at, q.delivery_id LIMIT 1",
            "SELECT 1 FROM deliveries WHERE webhook_id = 'w' AND state = 'held'",
            "SELECT MIN(w.delivery_id) FROM waiting w WHERE w.webhook_id = 'w' AND w.order_key = 'k'",
            "SELECT sequence FROM events WHERE account_id = 'a' AND order_key = 'k' ORDER BY sequence DESC LIMIT 1",
        ] as [SQL])
    func plans(_ statement: SQL) throws {
        let world = try World()
        let steps = try world.database.read { try $0.plan(of: statement) }
        #expect(!steps.isEmpty && steps.allSatisfy { $0.hasPrefix("SEARCH") && !$0.contains("TEMP") }, "\(steps)")
    }

    // MARK: What the process tells

    @Test("The lag is of what could go: not of what its call, its receiver, a pause or the account keeps back")
    func lag() throws {
        let world = try World()
        let receiver = try ScriptedReceiver { _ in .status(500) }
        try world.addWebhook(to: receiver.url()) { $0.isPaused = true }
        try world.addWebhook(to: receiver.url())
        for _ in 0..<2 { try world.accept(call: "a") }
        try world.engine.start()
        try #require(try eventually { try world.deliveries().contains { $0.attempt == 1 && $0.state == .pending } })
        try world.setIntegration(false)
        world.clock.advance(by: .seconds(600))
        usleep(100_000)
        #expect(world.engine.statistics.lag == .zero)
        // Nothing can be leased: that is our fault.
        let refuse: SQL = "CREATE TRIGGER refuse BEFORE UPDATE ON due BEGIN SELECT RAISE(ABORT, 'no'); END"
        _ = try world.database.write { try $0.execute(refuse) }
        try world.setIntegration(true)
        world.engine.wake(try world.deliveries().map(\.webhook))
        try #require(eventually { world.engine.statistics.failedWrites > 0 })
        usleep(100_000)
        world.clock.advance(by: .seconds(100))
        #expect(eventually { world.engine.statistics.lag >= .seconds(100) && world.engine.statistics.lag < .seconds(200) })
        _ = try world.database.write { try $0.execute("DROP TRIGGER refuse") }
        #expect(eventually { world.engine.statistics.lag == .zero })
    }

    @Test("Metrics count what was sent, and for a slow receiver nothing is leased that goes back")
    func slowReceiver() throws {
        let world = try World(inFlightPerWebhook: 2)
        let receiver = try ScriptedReceiver { _ in
            usleep(300_000)
            return .status(200)
        }
        try world.addWebhook(to: receiver.url())
        _ = try world.database.write { connection in
            try connection.execute("CREATE TABLE leases (id BIGINT)")
            try connection.execute(
                "CREATE TRIGGER count_leases AFTER UPDATE OF lease_owner ON due BEGIN INSERT INTO leases (id) VALUES (new.delivery_id); END"
            )
        }
        for _ in 0..<40 { try world.accept() }
        try world.engine.start()
        try #require(receiver.wait(for: 8))
        #expect(world.engine.stop(within: .seconds(5)))
        let leases = try world.database.read { try $0.value("SELECT COUNT(*) FROM leases", as: Int.self) }
        let attempts = try world.database.read { try $0.value("SELECT COUNT(*) FROM attempts", as: Int.self) }
        #expect(leases == attempts, "each lease was an attempt")
        #expect(world.engine.statistics.attempts == attempts && attempts == receiver.requests.count)
    }

    @Test("What waited for the start goes within 200 ms of it")
    func firstSend() throws {
        let world = try World()
        let receiver = try ScriptedReceiver(.status(200))
        try world.addWebhook(to: receiver.url())
        try world.accept()
        // With the product's own interval between looks at the database, which is ten times as long.
        let engine = DeliveryEngine(
            node: "one", database: world.database, client: world.client, clock: world.clock.clock, ids: world.ids,
            directory: world.directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let start = ContinuousClock.now
        try engine.start()
        #expect(receiver.wait(for: 1))
        #expect(ContinuousClock.now - start < .milliseconds(200))
        engine.stop(within: .seconds(5))
    }

    @Test("While a backlog is under way its results are written down together, and one that is alone at once")
    func gathered() throws {
        let simulation = try Simulation { _ in (.milliseconds(2), 200) }
        let account = try simulation.addAccount()
        let webhook = try simulation.addWebhook(to: "http://quick/", of: account)
        try simulation.accept(6_000, for: account)
        try simulation.engine.start()
        // Until it has shown that it is quick.
        simulation.time.run(for: .milliseconds(200))
        let (statements, requests) = (simulation.database.statementCount, simulation.arrivals.count)
        simulation.time.run(for: .milliseconds(500))
        let sent = simulation.arrivals.count - requests
        let run = simulation.database.statementCount - statements
        print("\(run) statements for \(sent) deliveries")
        #expect(sent >= 1_900, "4 a millisecond")
        #expect(run < sent, "a turn for each answer would be ten times as many")
        simulation.time.run(for: .seconds(3))
        #expect(try simulation.states(of: webhook) == [.delivered: 6_000])

        try simulation.accept(1, for: account)
        simulation.time.run(for: .milliseconds(3))
        #expect(try simulation.states(of: webhook) == [.delivered: 6_001])
    }
}
