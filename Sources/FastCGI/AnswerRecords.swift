// What goes to nginx, written by ourselves: libfcgi copies an answer through 8 kB of its own, and each of them is a call of the kernel
// and a wake-up of nginx, eleven for a page of 80 kB. Here an answer that is whole goes out in one call with its end
// (FastCGI 1.0 § 3.3, 5.3, 5.5).

import Glibc

/// A part of an answer in records: the bytes round the body in one array, and the body where it is.
struct AnswerRecords {
    private enum Kind: UInt8 {
        case endRequest = 3
        case standardOutput = 6
    }

    /// Of one record at most; a multiple of eight, as the specification asks for.
    private static let maximumContent = 0xFFF8
    /// Of one call at most: POSIX promises no more than 16, Linux takes 1,024.
    private static let maximumVectors = 256

    private var framing: [UInt8] = []
    /// What goes out in turns: so many bytes of the framing, then so many of the body.
    private var turns: [(framing: Int, body: Int)] = []
    private let requestID: Int32

    /// - Parameters:
    ///   - head: goes before the body.
    ///   - isLast: nothing follows, and nginx is told so.
    init(of requestID: Int32, head: [UInt8] = [], bodyCount: Int = 0, isLast: Bool) {
        self.requestID = requestID
        framing.reserveCapacity(head.count + 128)
        var written = 0
        for start in stride(from: 0, to: head.count, by: Self.maximumContent) {
            let part = head[start..<min(start + Self.maximumContent, head.count)]
            begin(.standardOutput, count: part.count)
            framing += part
        }
        for start in stride(from: 0, to: bodyCount, by: Self.maximumContent) {
            let count = min(Self.maximumContent, bodyCount - start)
            begin(.standardOutput, count: count)
            turns.append((framing.count - written, count))
            written = framing.count
        }
        if isLast {
            begin(.standardOutput, count: 0)
            // Request complete, and a program's exit status of 0.
            begin(.endRequest, count: 8)
            framing += repeatElement(0, count: 8)
        }
        turns.append((framing.count - written, 0))
    }

    private mutating func begin(_ kind: Kind, count: Int) {
        func bytes(_ number: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)] }
        framing += [1, kind.rawValue] + bytes(Int(requestID)) + bytes(count) + [0, 0]
    }

    /// - Parameter body: as long as was said.
    func write(body: ArraySlice<UInt8> = [], to descriptor: Int32) throws(ClientGone) {
        let isWritten = framing.withUnsafeBytes { framing in
            body.withUnsafeBytes { body in
                var vectors: [iovec] = []
                var places = (framing: 0, body: 0)
                for turn in turns {
                    vectors.append(Self.vector(framing[places.framing..<places.framing + turn.framing]))
                    vectors.append(Self.vector(body[places.body..<places.body + turn.body]))
                    places = (places.framing + turn.framing, places.body + turn.body)
                }
                return Self.write(vectors, to: descriptor)
            }
        }
        guard isWritten else { throw ClientGone() }
    }

    private static func vector(_ bytes: Slice<UnsafeRawBufferPointer>) -> iovec {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        return iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }

    /// The kernel takes less where nginx reads slowly: then the rest is offered again.
    private static func write(_ vectors: [iovec], to descriptor: Int32) -> Bool {
        var rest = vectors.filter { $0.iov_len > 0 }[...]
        while !rest.isEmpty {
            var written = rest.withUnsafeBufferPointer { writev(descriptor, $0.baseAddress, Int32(min($0.count, maximumVectors))) }
            if written < 0 {
                guard errno == EINTR else { return false }
                continue
            }
            while let first = rest.first, written >= first.iov_len {
                written -= first.iov_len
                rest.removeFirst()
            }
            if written > 0, let first = rest.first {
                rest[rest.startIndex] = iovec(iov_base: first.iov_base?.advanced(by: written), iov_len: first.iov_len - written)
            }
        }
        return true
    }
}
