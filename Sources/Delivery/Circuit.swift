// A receiver that fails again and again is asked singly, ever more rarely, until it answers; in the end it is switched off.

package import Time

package struct Circuit: Sendable, Equatable {
    /// After so many failures in a row that are the receiver's (webhooks.md § What counts as success, and retries).
    static let failuresToOpen = 10
    static let firstProbeInterval = Duration.seconds(30)
    static let maximumProbeInterval = Duration.seconds(3600)
    /// Without a success for so long, while open, the webhook is disabled.
    static let patience = Duration.seconds(5 * 24 * 3600)

    package internal(set) var failuresInRow = 0
    package internal(set) var firstFailureAt: Timestamp?
    /// When the next single attempt may go; nil while all may flow.
    package internal(set) var probeAt: Timestamp?
    package internal(set) var probeInterval: Duration?

    package init() {}

    package var isOpen: Bool { probeAt != nil }

    mutating func succeed() {
        self = Circuit()
    }

    /// - Parameter isProbe: only a failed probe makes the next wait longer; attempts that were under way as it opened do not.
    /// - Returns: whether patience is at an end.
    mutating func fail(at time: Timestamp, isProbe: Bool) -> Bool {
        failuresInRow += 1
        let first = firstFailureAt ?? time
        firstFailureAt = first
        guard failuresInRow >= Self.failuresToOpen else { return false }
        if let interval = probeInterval {
            if isProbe {
                let doubled = min(interval * 2, Self.maximumProbeInterval)
                probeInterval = doubled
                probeAt = time + doubled
            }
        } else {
            probeInterval = Self.firstProbeInterval
            probeAt = time + Self.firstProbeInterval
        }
        return time - first >= Self.patience
    }
}
