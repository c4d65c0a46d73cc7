// A lock for what every request asks for and holds for less than a microsecond.
//
// The standard library's `Mutex` is a futex with priority inheritance on Linux: its owner hands it to the next thread that sleeps on it,
// which has to be woken before anybody goes on. Once a thread is interrupted while it holds one, the others queue up, and stay queued:
// with 16 clients that took 15 % of the processor time of a page. glibc's own is taken by whoever runs.

import Glibc

/// Unchecked, since the compiler does not see that the value is touched under the lock alone.
package final class ShortLock<Value: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    package init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
