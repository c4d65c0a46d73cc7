// The time is asked from here only, so that a test, or the demo, can hold it still and move it.
import Glibc
import Synchronization

/// Where "now" comes from.
package struct Clock: Sendable {
    package let now: @Sendable () -> Timestamp

    package init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
    }

    /// The machine's clock, UTC.
    package static let system = Clock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Stands still.
    package static func fixed(_ instant: Timestamp) -> Clock {
        Clock { instant }
    }
}

/// A clock that moves only when told; for tests and the demo.
package final class ManualClock: Sendable {
    private let instant: Mutex<Timestamp>

    package init(_ instant: Timestamp) {
        self.instant = Mutex(instant)
    }

    /// A negative duration goes back, as a machine's clock may.
    package func advance(by duration: Duration) {
        instant.withLock { $0 = $0 + duration }
    }

    package func set(_ newInstant: Timestamp) {
        instant.withLock { $0 = newInstant }
    }

    package var clock: Clock {
        Clock { [self] in instant.withLock { $0 } }
    }
}
