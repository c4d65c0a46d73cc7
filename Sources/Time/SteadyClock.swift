// What waits is measured by a clock that only goes on, whatever is done to the machine's own; and a test can let it run by itself.

package import Dispatch
import Glibc

/// Time that nobody sets.
package struct SteadyClock: Sendable {
    /// Since some moment that does not change.
    package let now: @Sendable () -> Duration
    /// Until the signal comes or so much time has passed, whichever is first; without a time until the signal.
    ///
    /// Returns whether it was the signal.
    package let wait: @Sendable (_ signal: DispatchSemaphore, _ timeout: Duration?) -> Bool

    package init(now: @escaping @Sendable () -> Duration, wait: @escaping @Sendable (DispatchSemaphore, Duration?) -> Bool) {
        self.now = now
        self.wait = wait
    }

    /// The machine's, which goes on also while it sleeps.
    package static let system = SteadyClock(now: { time(of: CLOCK_BOOTTIME) }) { signal, timeout in
        guard let timeout else {
            signal.wait()
            return true
        }
        let (seconds, attoseconds) = timeout.components
        return signal.wait(timeout: .now() + (Double(seconds) + Double(attoseconds) * 1e-18)) == .success
    }

    static func time(of clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
