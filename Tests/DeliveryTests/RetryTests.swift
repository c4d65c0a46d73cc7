// When an attempt follows, and when none does.

import Delivery
import Testing
import Time

@Suite("The retry schedule")
struct RetryScheduleTests {
    @Test("Durable news is tried ten times over three days")
    func durable() {
        let waits = (1...10).map { RetrySchedule.delay(afterAttempt: $0, freshness: .durable, random: 0.5) }
        let hours = { Duration.seconds($0 * 3600) }
        #expect(
            waits == [
                .seconds(5), .seconds(300), .seconds(1800), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24), nil,
            ])
    }

    @Test("Live news is tried four times within a minute")
    func live() {
        let waits = (1...4).map { RetrySchedule.delay(afterAttempt: $0, freshness: .live, random: 0.5) }
        #expect(waits == [.seconds(2), .seconds(10), .seconds(30), nil])
    }

    @Test("The jitter is a fifth either way, and no further", arguments: Freshness.allCases)
    func jitter(_ freshness: Freshness) throws {
        let shortest = try #require(RetrySchedule.delay(afterAttempt: 1, freshness: freshness, random: 0))
        let longest = try #require(RetrySchedule.delay(afterAttempt: 1, freshness: freshness, random: 0.999_999))
        let middle = try #require(RetrySchedule.delay(afterAttempt: 1, freshness: freshness, random: 0.5))
        #expect(abs(shortest / middle - 0.8) < 0.001)
        #expect(abs(longest / middle - 1.2) < 0.001)
    }

    @Test("Attempt numbers that cannot be end the schedule rather than the process", arguments: [Int.min, -1, 0, 11, Int.max])
    func nonsense(_ attempt: Int) {
        #expect(RetrySchedule.delay(afterAttempt: attempt, freshness: .durable, random: 0.5) == nil)
    }
}
