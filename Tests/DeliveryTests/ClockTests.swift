// Somebody sets the machine's clock: what waits waits as long as it would have.

import Database
import Delivery
import Synchronization
import TestSupport
import Testing
import Time

@Suite("A clock that is set", .serialized)
struct ClockTests {
    private let hour = Duration.seconds(3600)

    /// One webhook whose receiver fails so many requests of each event.
    private func simulation(failing: Int) throws -> (Simulation, ID<Account>, ID<Webhook>) {
        let simulation = try Simulation { (.milliseconds(10), $0.number <= failing ? 500 : 200) }
        let account = try simulation.addAccount()
        return (simulation, account, try simulation.addWebhook(to: "http://receiver/", of: account))
    }

    @Test("An hour back: what is due goes, what comes goes at once, and each retry in its time", arguments: [-1, 1, -72, 72])
    func step(_ hours: Int) throws {
        let (simulation, account, _) = try simulation(failing: 2)
        try simulation.engine.start()
        try simulation.accept(20, for: account)
        // One attempt is over, the second, after 5 s, too: the third is due after 5 min.
        simulation.time.run(for: .seconds(60))
        #expect(simulation.arrivals.count == 40)
        simulation.time.step(by: hour * hours)
        let set = simulation.time.now
        try simulation.accept(1, for: account)
        simulation.time.run(for: .seconds(1))
        #expect(simulation.arrivals.count == 41 && (simulation.arrivals.last?.at ?? .zero) - set < .milliseconds(100), "a new one")
        simulation.time.run(for: .seconds(120))
        #expect(simulation.arrivals.filter { $0.number == 3 }.isEmpty, "none comes early")
        simulation.time.run(for: .seconds(400))
        let third = simulation.arrivals.filter { $0.number == 3 }.map(\.at)
        #expect(third.count == 21)
        #expect((third.min() ?? .zero) >= .seconds(240) && (third.max() ?? .zero) <= set + .seconds(380))
        #expect(try simulation.states() == [.delivered: 21])
    }

    @Test("Three days ahead, and set right: the retry comes after its wait, not in three days")
    func ahead() throws {
        let (simulation, account, _) = try simulation(failing: 1)
        simulation.time.step(by: hour * 72)
        try simulation.engine.start()
        try simulation.accept(1, for: account)
        simulation.time.run(for: .seconds(2))
        #expect(simulation.arrivals.count == 1)
        simulation.time.step(by: .zero - hour * 72)
        simulation.time.run(for: .seconds(10))
        #expect(try simulation.states() == [.delivered: 1])
    }

    @Test("Set right while we are down: no retry waits longer than its schedule can make it")
    func aheadBeforeStart() throws {
        let (simulation, account, _) = try simulation(failing: 1)
        simulation.time.step(by: hour * 72)
        try simulation.engine.start()
        try simulation.accept(1, for: account)
        simulation.time.run(for: .seconds(2))
        try simulation.restart(after: .seconds(60), clockSetBy: .zero - hour * 72)
        simulation.time.run(for: hour * 1.1)
        #expect(try simulation.states() == [.delivered: 1])
    }

    @Test("A first attempt that a clock ahead had put off goes at the start")
    func firstAttempt() throws {
        let (simulation, account, _) = try simulation(failing: 0)
        simulation.time.step(by: hour * 72)
        try simulation.accept(3, for: account)
        simulation.time.step(by: .zero - hour * 72)
        try simulation.engine.start()
        simulation.time.run(for: .seconds(1))
        #expect(try simulation.states() == [.delivered: 3])
    }

    @Test("A rest goes on as long as it would have")
    func rest() throws {
        let (simulation, account, webhook) = try simulation(failing: .max)
        try simulation.accept(100, for: account)
        try simulation.engine.start()
        simulation.time.run(for: .seconds(400))
        let pacing = try #require(try simulation.configuration(webhook, of: account)?.pacing)
        #expect(pacing.isResting)
        let count = simulation.arrivals.count
        simulation.time.step(by: .zero - hour)
        simulation.time.run(for: .seconds(620))
        #expect((count + 1...count + 3).contains(simulation.arrivals.count), "\(simulation.arrivals.count - count) probes")
    }
}
