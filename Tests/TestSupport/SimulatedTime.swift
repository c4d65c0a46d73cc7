// Days of the real engine in a second: time that goes on by itself, from one thing that happens to the next, while the engine waits.

import Dispatch
import Synchronization
package import Time

package final class SimulatedTime: Sendable {
    private struct State {
        var now = Duration.zero
        /// By how much the wall clock was set.
        var offset = Duration.zero
        /// Time stands still here until the test goes on.
        var limit = Duration.zero
        /// The last is the next to happen.
        var events: [(at: Duration, number: Int, action: @Sendable () -> Void)] = []
        var count = 0
        var isAwaited = false
        /// What the engine waits on.
        var signal: DispatchSemaphore?
    }

    private let start: Timestamp
    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)

    package init(_ start: Timestamp) {
        self.start = start
    }

    /// Since the start, whatever was done to the wall clock.
    package var now: Duration { state.withLock { $0.now } }

    package var clock: Clock {
        Clock { [self] in
            state.withLock { start + $0.now + $0.offset }
        } offset: { [self] in
            state.withLock { $0.offset }
        }
    }

    package var steady: SteadyClock {
        SteadyClock(now: { [self] in now }) { [self] signal, timeout in wait(signal, timeout) }
    }

    /// Somebody sets the wall clock.
    package func step(by duration: Duration) {
        state.withLock { $0.offset += duration }
    }

    /// `action` runs on the engine's thread when so much time has passed, before the engine goes on.
    package func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            let at = state.now + max(.zero, delay)
            // Of two at the same time the earlier asked for comes first.
            let place = state.events.firstIndex { $0.at <= at } ?? state.events.endIndex
            state.events.insert((at, state.count, action), at: place)
            state.count += 1
        }
    }

    /// Lets so much time pass. Returns when the engine has done all that it does until then.
    package func run(for duration: Duration) {
        let signal = state.withLock { state in
            state.limit += duration
            state.isAwaited = true
            return state.signal
        }
        signal?.signal()
        arrived.wait()
    }

    /// Time without an engine: what is lost when the process is down.
    package func pass(_ duration: Duration) {
        state.withLock { state in
            state.now += duration
            state.limit = state.now
        }
    }

    /// Time stands still no more, so that an engine can end.
    package func letGo() {
        let signal = state.withLock { state in
            state.limit = .seconds(1_000_000_000)
            return state.signal
        }
        signal?.signal()
    }

    private func wait(_ signal: DispatchSemaphore, _ timeout: Duration?) -> Bool {
        // What takes real time, a commit, takes none here.
        guard let timeout else {
            signal.wait()
            return true
        }
        let deadline = now + timeout
        while true {
            if signal.wait(timeout: .now()) == .success { return true }
            let (action, isOver) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
                state.signal = signal
                let end = min(deadline, state.limit)
                if let next = state.events.last, next.at <= end {
                    state.now = max(state.now, next.at)
                    state.events.removeLast()
                    return (next.action, false)
                }
                state.now = max(state.now, end)
                return (nil, deadline <= state.limit)
            }
            if let action {
                action()
                continue
            }
            if isOver { return false }
            let isAwaited = state.withLock { state in
                defer { state.isAwaited = false }
                return state.isAwaited
            }
            if isAwaited { arrived.signal() }
            signal.wait()
            return true
        }
    }
}
