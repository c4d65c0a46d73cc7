// When to try again. A durable event is retried for three days; that a call is ringing is no longer true after a minute.

import Time

/// How long an event is worth delivering (events.tsv).
package enum Freshness: String, Sendable, CaseIterable {
    case durable
    case live
}

package enum RetrySchedule {
    /// Waits before each attempt, the first included (webhooks.md § What counts as success, and retries).
    static let durable: [Duration] = [
        .zero, .seconds(5), .seconds(5 * 60), .seconds(30 * 60), .seconds(2 * 3600), .seconds(5 * 3600), .seconds(10 * 3600),
        .seconds(14 * 3600), .seconds(20 * 3600), .seconds(24 * 3600),
    ]
    static let live: [Duration] = [.zero, .seconds(2), .seconds(10), .seconds(30)]

    /// So long a call's later events wait for one that fails: three attempts. Then they pass it (webhooks.md § Order).
    static let orderedAttempts = 3

    /// No attempt for a live event starts later than this after acceptance: all its waits with jitter (50 s), three timeouts
    /// (45 s) and some room. Covers backlogs and downtime, which the waits alone do not.
    package static let liveLifetime = Duration.seconds(120)

    /// Part of the wait by which it may be longer or shorter, so that what failed together does not return together.
    static let jitter = 0.2

    /// A receiver's Retry-After is followed up to this.
    package static let maximumRetryAfter = Duration.seconds(3600)

    /// The schedule without jitter, for the documentation page.
    package static func waits(_ freshness: Freshness) -> [Duration] {
        switch freshness {
        case .durable: durable
        case .live: live
        }
    }

    /// How long to wait after attempt number `attempt` (the first is 1) failed; nil when there is no further one.
    ///
    /// - Parameter random: a number within 0..<1, of which the jitter is made.
    package static func delay(afterAttempt attempt: Int, freshness: Freshness, random: Double) -> Duration? {
        let waits = waits(freshness)
        guard attempt >= 1, attempt < waits.count else { return nil }
        return waits[attempt] * (1 + jitter * (2 * min(max(random, 0), 1) - 1))
    }

    /// The longest that can be waited after it, whatever the receiver asks for; none before the first.
    static func maximumWait(afterAttempt attempt: Int) -> Duration {
        guard attempt >= 1, attempt < durable.count else { return .zero }
        return max(durable[attempt] * (1 + jitter), maximumRetryAfter)
    }

    /// As above, but no sooner than the receiver asks for (429 and 503 with Retry-After, up to an hour).
    static func delay(afterAttempt attempt: Int, freshness: Freshness, random: Double, retryAfter: Duration?) -> Duration? {
        guard let delay = delay(afterAttempt: attempt, freshness: freshness, random: random) else { return nil }
        guard let retryAfter else { return delay }
        return max(delay, min(retryAfter, maximumRetryAfter))
    }
}
