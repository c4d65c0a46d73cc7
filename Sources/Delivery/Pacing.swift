// How many requests a receiver gets at once: as its answers say. One that fails a part of them is asked less, not left alone; one that
// fails all is asked singly, ever more rarely, until it answers; in the end it is switched off (webhooks.md § Pacing).

package import Time

package struct Pacing: Sendable, Equatable {
    /// So many failures in a row, and no success for so long, make it rest.
    static let failuresToRest = 10
    static let patienceToRest = Duration.seconds(10)
    /// The window is halved no more often than this: one bad moment of many requests is one reason.
    static let halvingInterval = Duration.seconds(1)
    static let firstProbeInterval = Duration.seconds(5)
    /// Up to this in the first hour of a rest, and after it up to the other.
    static let maximumEarlyProbeInterval = Duration.seconds(5 * 60)
    static let maximumProbeInterval = Duration.seconds(3600)
    static let firstHour = Duration.seconds(3600)
    static let openingWindow = 2
    /// After so long a time of attempts without a success the webhook is disabled.
    package static let patience = Duration.seconds(5 * 24 * 3600)
    /// Between two attempts no more than this counts as time in which the receiver was asked: the longest that a rest waits. So neither
    /// our downtime nor a quiet month is the receiver's failure.
    static let maximumCountedGap = maximumProbeInterval

    package internal(set) var failuresInRow = 0
    /// The first of them.
    package internal(set) var firstFailureAt: Timestamp?
    /// How much time of attempts they span.
    package internal(set) var failingFor = Duration.zero
    package internal(set) var restingSince: Timestamp?
    /// When the next single attempt may go; nil while it does not rest.
    package internal(set) var probeAt: Timestamp?
    package internal(set) var probeInterval: Duration?

    // Not stored: after a start all is open until an answer says otherwise.
    private var narrowed: Int?
    private var narrowedAt: Timestamp?
    private var lastFailureAt: Timestamp?

    package init() {}

    package var isResting: Bool { probeAt != nil }

    /// When it will be disabled if attempts go on, and fail, from the last one on.
    package func patienceEnds(ifAttemptedSince last: Timestamp) -> Timestamp {
        last + max(.zero, Self.patience - failingFor)
    }

    /// How many requests may be under way; `bound` at most.
    func window(of bound: Int) -> Int {
        isResting ? 1 : min(narrowed ?? bound, bound)
    }

    mutating func succeed(of bound: Int) {
        let wider = isResting ? Self.openingWindow : (narrowed ?? bound) + 1
        let narrowedAt = narrowedAt
        self = Pacing()
        guard wider < bound else { return }
        narrowed = wider
        self.narrowedAt = narrowedAt
    }

    /// - Parameter isProbe: only a failed probe makes the next wait longer; attempts that were under way as the rest began do not.
    /// - Returns: whether patience is at an end.
    mutating func fail(at time: Timestamp, isProbe: Bool, of bound: Int) -> Bool {
        failuresInRow += 1
        let first = firstFailureAt ?? time
        firstFailureAt = first
        if let lastFailureAt { failingFor += min(max(.zero, time - lastFailureAt), Self.maximumCountedGap) }
        lastFailureAt = time
        if narrowedAt.map({ time - $0 >= Self.halvingInterval }) ?? true {
            narrowed = max(1, window(of: bound) / 2)
            narrowedAt = time
        }
        if let interval = probeInterval, let since = restingSince {
            if isProbe {
                let maximum = time - since < Self.firstHour ? Self.maximumEarlyProbeInterval : Self.maximumProbeInterval
                let doubled = min(interval * 2, maximum)
                probeInterval = doubled
                probeAt = time + doubled
            }
        } else if failuresInRow >= Self.failuresToRest, time - first >= Self.patienceToRest {
            restingSince = time
            probeInterval = Self.firstProbeInterval
            probeAt = time + Self.firstProbeInterval
        }
        return failuresInRow >= Self.failuresToRest && failingFor >= Self.patience
    }

    /// A probe that told nothing about the receiver: the same wait once more.
    mutating func probeAgain(at time: Timestamp) {
        if let probeInterval { probeAt = time + probeInterval }
    }

    /// Somebody set the clock: what was to be waited is waited, no more and no less.
    mutating func shift(by step: Duration) {
        firstFailureAt = firstFailureAt.map { $0 + step }
        restingSince = restingSince.map { $0 + step }
        probeAt = probeAt.map { $0 + step }
        narrowedAt = narrowedAt.map { $0 + step }
        lastFailureAt = lastFailureAt.map { $0 + step }
    }
}
