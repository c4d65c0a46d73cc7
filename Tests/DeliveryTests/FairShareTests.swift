// Who gets to send when not all can, in simulated time: nobody is slowed by others' slow receivers, and no place stays unused.

import Database
import Delivery
import TestSupport
import Testing
import Time

@Suite("Fair shares", .serialized)
struct FairShareTests {
    private static func simulation(places: Int = 512) throws -> Simulation {
        try Simulation(places: places) { ($0.url.contains("slow") ? .seconds(12) : .milliseconds(5), 200) }
    }

    /// Accounts of twenty webhooks whose receivers take 12 s each, with more to send than they can.
    private func slowAccounts(_ count: Int, events: Int = 60, in simulation: Simulation) throws -> [ID<Account>] {
        try (0..<count).map { number in
            let account = try simulation.addAccount()
            for webhook in 0..<20 { try simulation.addWebhook(to: "http://slow/\(number)/\(webhook)", of: account) }
            try simulation.accept(events, for: account)
            return account
        }
    }

    @Test("Beside four accounts with twenty receivers each that take 12 s, another account's event goes at once")
    func newcomer() throws {
        let simulation = try Self.simulation()
        _ = try slowAccounts(4, in: simulation)
        let other = try simulation.addAccount()
        let webhook = try simulation.addWebhook(to: "http://quick/", of: other)
        try simulation.engine.start()
        simulation.time.run(for: .seconds(5))
        var waits: [Duration] = []
        for _ in 0..<100 {
            let accepted = simulation.time.now
            let event = try #require(try simulation.accept(1, for: other).first)
            simulation.time.run(for: .milliseconds(700))
            let arrival = try #require(simulation.arrivals.first { $0.event == event.id.description && $0.url == "http://quick/" })
            waits.append(arrival.at - accepted)
        }
        #expect(waits.max() ?? .seconds(1) <= .milliseconds(2), "\(waits.max() ?? .zero)")
        #expect(try simulation.states(of: webhook) == [.delivered: 100])
        // And those four meanwhile use what there is, in equal parts.
        let slow = (0..<4).map { number in
            simulation.underWay.filter { $0.key.hasPrefix("http://slow/\(number)/") }.reduce(0) { $0 + $1.value }
        }
        #expect(slow.reduce(0, +) >= 400 && (slow.max() ?? 0) - (slow.min() ?? 0) <= 2, "\(slow)")
    }

    @Test("What nobody else needs may be used: an account alone has all that its webhooks may have")
    func alone() throws {
        let simulation = try Self.simulation()
        _ = try slowAccounts(1, in: simulation)
        try simulation.engine.start()
        simulation.time.run(for: .seconds(5))
        #expect(simulation.underWay.values.reduce(0, +) == 160)
        simulation.time.run(for: .seconds(60))
        #expect(simulation.underWay.values.reduce(0, +) == 160, "and keeps it")
    }

    @Test("Within an account the places go round its webhooks, and none waits for another's backlog")
    func webhooks() throws {
        let simulation = try Self.simulation(places: 60)
        _ = try slowAccounts(1, in: simulation)
        try simulation.engine.start()
        for _ in 0..<5 {
            simulation.time.run(for: .seconds(12.5))
            let each = simulation.underWay.values
            #expect(each.reduce(0, +) == 38 && each.min() == 1 && each.max() == 2, "\(simulation.underWay)")
        }
    }

    @Test("Fifty accounts that want everything leave a place to the one that comes next")
    func many() throws {
        let simulation = try Self.simulation(places: 128)
        _ = try slowAccounts(50, events: 20, in: simulation)
        let other = try simulation.addAccount()
        try simulation.addWebhook(to: "http://quick/", of: other)
        try simulation.engine.start()
        simulation.time.run(for: .seconds(5))
        #expect(simulation.underWay.values.reduce(0, +) >= 100)
        let accepted = simulation.time.now
        try simulation.accept(5, for: other)
        simulation.time.run(for: .seconds(1))
        let arrivals = simulation.arrivals.filter { $0.url == "http://quick/" }
        #expect(arrivals.count == 5 && (arrivals.last?.at ?? .zero) - accepted <= .milliseconds(100))
    }

    @Test("A slow receiver's deliveries are leased once each, not taken and given back")
    func leases() throws {
        let simulation = try Self.simulation()
        let account = try simulation.addAccount()
        try simulation.addWebhook(to: "http://slow/", of: account)
        try simulation.accept(1_000, for: account)
        try simulation.engine.start()
        simulation.time.run(for: .seconds(120))
        let writes = simulation.database.statementCount
        simulation.time.run(for: .seconds(120))
        // Eighty requests, and sixty sweeps of a few statements each.
        #expect(simulation.arrivals.count <= 168)
        #expect(simulation.database.statementCount - writes < 1_000, "\(simulation.database.statementCount - writes)")
    }
}
