// Lets the scheduler's threads sleep until the next minute and yet leave at once when asked: a condition variable, which
// Swift's own Synchronization does not have.
import Glibc

/// Asked once, by any thread; the last of the threads that are asked says when it has left.
///
/// Unchecked, because the C mutex and condition have to be shared by address; every access to the two flags is between
/// lock and unlock.
final class StopSignal: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var wasRequested = false
    private var hasEnded = false

    init() {
        pthread_mutex_init(mutex, nil)
        // The monotonic clock, so that a machine whose time is set does not sleep on for hours.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    var isRequested: Bool { locked { wasRequested } }

    func request() {
        locked {
            wasRequested = true
            pthread_cond_broadcast(condition)
        }
    }

    func markEnded() {
        locked {
            hasEnded = true
            pthread_cond_broadcast(condition)
        }
    }

    /// True as soon as `request()` was called, false when the time is over.
    func waitForRequest(upTo duration: Duration) -> Bool {
        wait(upTo: duration) { wasRequested }
    }

    /// True as soon as `markEnded()` was called, false when the time is over.
    func waitForEnd(upTo duration: Duration) -> Bool {
        wait(upTo: duration) { hasEnded }
    }

    private func wait(upTo duration: Duration, until isMet: () -> Bool) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        // A day is longer than anything waits here, and keeps the sums small.
        let (seconds, attoseconds) = min(max(duration, .zero), .seconds(86_400)).components
        let nanoseconds = deadline.tv_nsec + Int(attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        return locked {
            while !isMet() {
                // Anything but a wake-up is the end of the time, or an error that waiting again would not cure.
                if pthread_cond_timedwait(condition, mutex, &deadline) != 0 { return isMet() }
            }
            return true
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
