// Whether a request is there, before a worker reads it. libfcgi would wait within its read; 48 connections that send nothing, or
// half a record, would so keep all workers.

import Glibc
import Synchronization

enum Arrival: Equatable {
    /// Parameters are to come.
    case incomplete
    /// All parameters are there; of the body, perhaps not all.
    case head
    case whole
    /// What comes is no request, nothing comes any more, or it takes too long.
    case none

    /// FastCGI's records (§ 3.3): one that begins, parameters up to an empty record of them, and the body up to an empty one.
    init(_ bytes: UnsafeRawBufferPointer, isFull: Bool) {
        var place = 0
        var hasHead = false
        while place + 8 <= bytes.count {
            let type = bytes[place + 1]
            let length = Int(bytes[place + 4]) << 8 | Int(bytes[place + 5])
            let next = place + 8 + length + Int(bytes[place + 6])
            let isExpected = hasHead ? type == 5 || type == 2 : type == (place == 0 ? 1 : 4)
            guard bytes[place] == 1, isExpected else {
                self = hasHead ? .head : .none
                return
            }
            if hasHead, length == 0 {
                self = .whole
                return
            }
            guard next <= bytes.count else { break }
            if type == 4, length == 0 { hasHead = true }
            place = next
        }
        self = hasHead ? .head : isFull ? .none : .incomplete
    }
}

/// Of all workers, a quarter may wait for parameters that did not come at once.
final class ArrivalGate: Sendable {
    private let maximumLate: Int
    private let limit: Duration
    private let late = Atomic(0)
    /// More than nginx passes on: it takes heads of up to 32 kB.
    private static let maximumHead = 64 << 10
    /// POLLRDHUP, which is not visible from here: the other side sends no more.
    private static let ended: Int16 = 0x2000
    private static let promptly = Duration.milliseconds(20)

    init(workers: Int, limit: Duration) {
        maximumLate = max(1, workers / 4)
        self.limit = limit
    }

    /// Waits for the parameters without taking them.
    func wait(for descriptor: Int32) -> Arrival {
        withUnsafeTemporaryAllocation(byteCount: Self.maximumHead, alignment: 8) { buffer in
            let start = ContinuousClock.now
            var isLate = false
            defer { if isLate { late.subtract(1, ordering: .relaxed) } }
            while true {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
                if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return .none }
                if count > 0 {
                    let arrival = Arrival(UnsafeRawBufferPointer(rebasing: buffer[..<count]), isFull: count == buffer.count)
                    if arrival != .incomplete { return arrival }
                }
                let waited = ContinuousClock.now - start
                if waited > limit { return .none }
                if !isLate, waited > Self.promptly {
                    isLate = true
                    // Undone when this returns.
                    if late.add(1, ordering: .relaxed).newValue > maximumLate { return .none }
                }
                // Beside a part of it, `poll` would return at once.
                var look = pollfd(fd: descriptor, events: count > 0 ? Self.ended : Int16(POLLIN), revents: 0)
                poll(&look, 1, count > 0 ? 2 : 20)
                if count > 0, look.revents & (Self.ended | Int16(POLLHUP)) != 0 { return .none }
            }
        }
    }
}
