// One thread that ends what workers must not wait for: bodies that come more slowly than they must, and the rest of bodies that
// nobody read. It has duplicates of the connections, so that none can be closed and given to somebody else under its hands.

import Dispatch
import Glibc
import Synchronization
import Threading

final class Cutoffs: Sendable {
    private struct Entry {
        let descriptor: Int32
        var deadline: ContinuousClock.Instant
        /// What comes is thrown away until then; otherwise nothing is read any more after it.
        let isDrained: Bool
        /// Bytes still to be thrown away.
        var left = 0
        var isCut = false
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var next = 0
        var isAwake = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private static let tick: Int32 = 50
    /// Beyond it, unread bodies are cut off at once.
    private static let maximumDrained = 256
    private static let drainTime = Duration.seconds(2)

    func start() throws(OwnThread.Unavailable) {
        try OwnThread.start("cutoffs") { [self] in run() }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        wake.signal()
    }

    /// Watches a body that is to come. Nil when there is no descriptor left.
    func watch(_ descriptor: Int32, until deadline: ContinuousClock.Instant) -> WatchedBody? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return nil }
        return WatchedBody(self, add(Entry(descriptor: copy, deadline: deadline, isDrained: false)))
    }

    /// Reads away what nobody read of a body whose answer is written: closed with bytes unread, a connection fails for who still sends
    /// into it, and they might never see their answer.
    func drain(_ copy: Int32, maximum: Int) {
        shutdown(copy, Int32(SHUT_WR))
        let isFull = state.withLock { $0.entries.values.count { $0.isDrained } >= Self.maximumDrained }
        guard !isFull else {
            close(copy)
            return
        }
        _ = add(Entry(descriptor: copy, deadline: .now + Self.drainTime, isDrained: true, left: maximum))
    }

    fileprivate func move(_ token: Int, to deadline: ContinuousClock.Instant) {
        state.withLock { $0.entries[token]?.deadline = deadline }
    }

    fileprivate func isCut(_ token: Int) -> Bool { state.withLock { $0.entries[token]?.isCut ?? false } }

    fileprivate func remove(_ token: Int) {
        if let entry = state.withLock({ $0.entries.removeValue(forKey: token) }) { close(entry.descriptor) }
    }

    private func add(_ entry: Entry) -> Int {
        let (token, isAwake) = state.withLock { state in
            state.next += 1
            state.entries[state.next] = entry
            defer { state.isAwake = true }
            return (state.next, state.isAwake)
        }
        if !isAwake { wake.signal() }
        return token
    }

    private func run() {
        var idle = 0
        while true {
            let (entries, isStopped) = state.withLock { state in
                // Stays awake for a second: most bodies follow each other.
                idle = state.entries.isEmpty ? idle + 1 : 0
                if idle > 20 { state.isAwake = false }
                return (state.entries, state.isStopped)
            }
            if isStopped {
                for entry in entries.values where entry.isDrained { close(entry.descriptor) }
                return
            }
            guard idle <= 20 else {
                wake.wait()
                idle = 0
                continue
            }
            let now = ContinuousClock.now
            var polled: [pollfd] = []
            for (token, entry) in entries {
                if entry.isDrained {
                    if drain(entry, token), now < entry.deadline {
                        polled.append(pollfd(fd: entry.descriptor, events: Int16(POLLIN), revents: 0))
                    } else {
                        remove(token)
                    }
                } else if now >= entry.deadline, !entry.isCut {
                    cut(token)
                }
            }
            poll(&polled, nfds_t(polled.count), Self.tick)
        }
    }

    /// Within the lock: the worker may be about to let go of it.
    private func cut(_ token: Int) {
        state.withLock { state in
            guard let entry = state.entries[token], ContinuousClock.now >= entry.deadline else { return }
            shutdown(entry.descriptor, Int32(SHUT_RD))
            state.entries[token]?.isCut = true
        }
    }

    /// - Returns: whether more may come.
    private func drain(_ entry: Entry, _ token: Int) -> Bool {
        var left = entry.left
        defer { state.withLock { $0.entries[token]?.left = left } }
        return withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { buffer in
            while left > 0 {
                let count = recv(entry.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if count <= 0 { return count < 0 && (errno == EAGAIN || errno == EINTR) }
                left -= count
            }
            return false
        }
    }
}

/// A body under watch, until this is let go of.
final class WatchedBody {
    private let cutoffs: Cutoffs
    private let token: Int

    fileprivate init(_ cutoffs: Cutoffs, _ token: Int) {
        self.cutoffs = cutoffs
        self.token = token
    }

    deinit { cutoffs.remove(token) }

    var isCut: Bool { cutoffs.isCut(token) }

    func move(to deadline: ContinuousClock.Instant) { cutoffs.move(token, to: deadline) }
}
