// The time is asked from here only, so that a test, or the demo, can hold it still and move it.
import Glibc
import Synchronization

/// Where "now" comes from.
package struct Clock: Sendable {
    package let now: @Sendable () -> Timestamp
    /// How far it stands from a clock that nobody sets (only differences matter): changes when somebody does.
    package let offset: @Sendable () -> Duration

    package init(now: @escaping @Sendable () -> Timestamp, offset: @escaping @Sendable () -> Duration = { .zero }) {
        self.now = now
        self.offset = offset
    }

    /// Time that nobody sets, for what has to pass; only differences mean anything.
    package var steadyNow: Duration { .milliseconds(now().milliseconds) - offset() }

    /// The machine's clock, UTC.
    package static let system = Clock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    } offset: {
        SteadyClock.time(of: CLOCK_REALTIME) - SteadyClock.time(of: CLOCK_BOOTTIME)
    }

    /// Stands still.
    package static func fixed(_ instant: Timestamp) -> Clock {
        Clock { instant }
    }
}

/// A clock that moves only when told; for tests and the demo.
package final class ManualClock: Sendable {
    private let instant: Mutex<Timestamp>
    private let offset = Mutex(Duration.zero)

    package init(_ instant: Timestamp) {
        self.instant = Mutex(instant)
    }

    /// Time passes.
    package func advance(by duration: Duration) {
        instant.withLock { $0 = $0 + duration }
    }

    /// Somebody sets the clock, forward or back, while no time passes.
    package func step(by duration: Duration) {
        instant.withLock { instant in
            instant = instant + duration
            offset.withLock { $0 += duration }
        }
    }

    package func set(_ newInstant: Timestamp) {
        instant.withLock { $0 = newInstant }
    }

    package var clock: Clock {
        Clock { [self] in
            instant.withLock { $0 }
        } offset: { [self] in
            offset.withLock { $0 }
        }
    }
}
