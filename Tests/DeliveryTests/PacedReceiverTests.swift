// Receivers that fail in part, for days, in simulated time: the real engine gets every event to whoever answers now and then, and asks
// ever more rarely whoever never does.

import Database
import Delivery
import Synchronization
import TestSupport
import Testing
import Time

@Suite("Receivers that fail", .serialized)
struct PacedReceiverTests {
    private let hour = Duration.seconds(3600)

    @Test("Of one that fails 60 % at random each event is delivered, or failed after ten attempts, in the time of the retry schedule")
    func sixtyPercent() throws {
        let run = try RandomFailures(events: 1_000, seed: 8)
        print(run.summary)
        #expect(run.delivered + run.failed == 1_000)
        #expect(run.allFailedHadTenAttempts)
        #expect(run.took <= run.scheduleAlone * 1.2, "\(run.summary)")
    }

    @Test("One that fails each first try gets its sixty calls, each in order, in the time of the first retry")
    func eachFirstTry() throws {
        let simulation = try Simulation { (.milliseconds(20), $0.number == 1 ? 500 : 200) }
        let account = try simulation.addAccount()
        let webhook = try simulation.addWebhook(to: "http://receiver/", of: account)
        try simulation.engine.start()
        var events: [[Acceptance]] = []
        for call in 0..<60 {
            events.append(try simulation.accept(3, call: "call-\(call)", for: account))
            simulation.time.run(for: .seconds(1))
        }
        // Three events of each call, one after the other: each fails once and waits 6 s at most.
        simulation.time.run(for: .seconds(30))
        #expect(try simulation.states() == [.delivered: 180])
        #expect(try simulation.configuration(webhook, of: account)?.pacing.isResting == false)
        let delivered = simulation.arrivals.filter { $0.number == 2 }.map(\.event)
        for call in events {
            let places = call.compactMap { event in delivered.firstIndex(of: event.id.description) }
            #expect(places == places.sorted() && places.count == 3)
        }
    }

    @Test("A backlog of first attempts that fail does not keep the retries out, nor they it")
    func fairShare() throws {
        // One at a time, a second each: 2,000 first attempts alone would take more than half an hour.
        let simulation = try Simulation(inFlightPerWebhook: 1) { (.seconds(1), $0.number == 1 ? 500 : 200) }
        let account = try simulation.addAccount()
        let webhook = try simulation.addWebhook(to: "http://receiver/", of: account)
        try simulation.accept(2_000, for: account)
        try simulation.engine.start()
        simulation.time.run(for: .seconds(120))
        let delivered = try simulation.states()[.delivered] ?? 0
        #expect(delivered > 45 && delivered < 65, "\(delivered) of 120 requests")
        #expect(try simulation.configuration(webhook, of: account)?.pacing.isResting == false)
    }

    @Test("One that never answers well is asked ever more rarely, disabled after five days of attempts, and says so")
    func never() throws {
        let simulation = try Simulation(sweepInterval: .seconds(60)) { _ in (.seconds(1), 503) }
        let account = try simulation.addAccount()
        let webhook = try simulation.addWebhook(to: "http://receiver/", of: account)
        try simulation.accept(200, for: account)
        try simulation.engine.start()
        simulation.time.run(for: hour)
        let first = simulation.arrivals.filter { $0.at > .seconds(60) }.count
        #expect(first >= 10 && first <= 18, "\(first) in the first hour")
        let before = simulation.arrivals.count
        for day in 0..<5 {
            // There is always something to be sent.
            try simulation.accept(50, for: account)
            #expect(try simulation.configuration(webhook, of: account)?.isEnabled == true, "day \(day)")
            simulation.time.run(for: hour * 23)
        }
        #expect(simulation.arrivals.count - before <= 5 * 24 + 10)
        let version = try simulation.configuration(webhook, of: account)?.version
        simulation.time.run(for: hour * 10)
        let after = try simulation.configuration(webhook, of: account)
        #expect(after?.isEnabled == false && after?.disabledReason == .failing)
        #expect(after?.version == (version ?? 0) + 1)
        #expect(try simulation.states()[.pending] == nil)
    }

    @Test("Our downtime is not the receiver's failure")
    func downtime() throws {
        let simulation = try Simulation(sweepInterval: .seconds(60)) { _ in (.milliseconds(10), 503) }
        let account = try simulation.addAccount()
        let webhook = try simulation.addWebhook(to: "http://receiver/", of: account)
        try simulation.accept(200, for: account)
        try simulation.engine.start()
        simulation.time.run(for: hour)
        try simulation.restart(after: hour * 24 * 6)
        try simulation.accept(200, for: account)
        simulation.time.run(for: hour * 10)
        let after = try #require(try simulation.configuration(webhook, of: account))
        #expect(after.isEnabled && after.pacing.failuresInRow > 10)
        #expect(after.pacing.failingFor >= hour * 9 && after.pacing.failingFor <= hour * 12, "\(after.pacing.failingFor)")
    }
}
