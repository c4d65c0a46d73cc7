// A body as libfcgi gives it, held to the announced length and to the hard limit, and always emptied in the end.

import CFastCGI
import HTTP

/// Lives as long as one exchange. Not Sendable, as the stream under it.
final class BodySource {
    /// As announced by CONTENT_LENGTH; nil when it was not.
    let length: Int?
    private let maximum: Int
    private var stream: UnsafeMutablePointer<FCGX_Stream>?
    private var received = 0

    init(_ stream: UnsafeMutablePointer<FCGX_Stream>?, length: Int?, maximum: Int) {
        self.stream = stream
        self.length = length
        self.maximum = maximum
    }

    /// At most `count` bytes, none at the end.
    ///
    /// - Throws: `BodyError.truncated` when the client, or time, cut it short; `.tooLarge` at the hard limit.
    func read(upTo count: Int) throws -> [UInt8] {
        let wanted = min(count, (length ?? .max) - received)
        guard wanted > 0 else { return [] }
        guard received < maximum else { throw BodyError.tooLarge(limit: maximum) }
        let bytes = take(min(wanted, maximum - received))
        if bytes.isEmpty, let length, received < length { throw BodyError.truncated }
        if bytes.isEmpty, hasFailed { throw BodyError.truncated }
        return bytes
    }

    /// Reads and drops what the handler left, then lets go of the stream: a handler that kept the body finds it cut short.
    func drain() {
        // Most often all is read, and this only finds the end: a large buffer for that would cost more than the rest of the exchange.
        var size = 512
        while received < maximum, !take(min(size, maximum - received)).isEmpty { size = Self.chunkSize }
        stream = nil
    }

    private var hasFailed: Bool {
        guard let stream else { return true }
        return FCGX_GetError(stream) != 0
    }

    private func take(_ count: Int) -> [UInt8] {
        guard let stream else { return [] }
        let size = min(count, Self.chunkSize)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            let count = buffer.withMemoryRebound(to: CChar.self) { FCGX_GetStr($0.baseAddress, Int32(size), stream) }
            initialized = max(0, Int(count))
        }
        received += bytes.count
        return bytes
    }

    /// Bytes at once: what one FastCGI record can hold.
    private static let chunkSize = 64 << 10
}
