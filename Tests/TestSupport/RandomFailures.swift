// A receiver that fails 60 % of its requests at random, through the real engine in simulated time; for a test and for bin/bench.

import Database
import Delivery
import Synchronization
import Time

package struct RandomFailures {
    package let delivered: Int
    package let failed: Int
    package let allFailedHadTenAttempts: Bool
    package let requests: Int
    /// Until the last event was settled.
    package let took: Duration
    /// The same number of events with the same luck, each by itself: what the retry schedule alone takes.
    package let scheduleAlone: Duration

    /// The answer takes so long.
    private static let latency = Duration.milliseconds(50)
    private static let failing = 60

    package init(events count: Int, seed: UInt64) throws {
        let random = Mutex(SplitMix(state: seed))
        let simulation = try Simulation(sweepInterval: .seconds(60)) { _ in
            (Self.latency, random.withLock { Int.random(in: 0..<100, using: &$0) } < Self.failing ? 500 : 200)
        }
        let account = try simulation.addAccount()
        try simulation.addWebhook(to: "http://receiver/", of: account)
        try simulation.accept(count, for: account)
        try simulation.engine.start()
        // Ten attempts take three days and a bit; a receiver that is starved gets ten times that.
        for _ in 0..<(40 * 24) {
            simulation.time.run(for: .seconds(3600))
            let states = try simulation.states()
            if states[.delivered, default: 0] + states[.failed, default: 0] == count { break }
        }
        let states = try simulation.states()
        delivered = states[.delivered, default: 0]
        failed = states[.failed, default: 0]
        requests = simulation.arrivals.count
        took = (simulation.arrivals.map(\.at).max() ?? .zero) + Self.latency
        allFailedHadTenAttempts =
            try simulation.database.read {
                try $0.value("SELECT COUNT(*) FROM deliveries WHERE state = 'failed' AND attempt <> 10", as: Int.self)
            }
            == 0
        scheduleAlone = Self.alone(count, seed: seed)
    }

    private static func alone(_ count: Int, seed: UInt64) -> Duration {
        var random = SplitMix(state: seed)
        var longest = Duration.zero
        for _ in 0..<count {
            var time = latency
            var attempt = 1
            while Int.random(in: 0..<100, using: &random) < failing,
                let wait = RetrySchedule.delay(afterAttempt: attempt, freshness: .durable, random: Double.random(in: 0..<1, using: &random))
            {
                time += wait + latency
                attempt += 1
            }
            longest = max(longest, time)
        }
        return longest
    }

    package var ratio: Double { took / scheduleAlone }

    package var summary: String {
        """
        \(delivered) delivered and \(failed) failed by \(requests) requests in \(took.components.seconds / 3600) h; \
        the schedule alone takes \(scheduleAlone.components.seconds / 3600) h
        """
    }
}

/// Numbers that are the same at every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
