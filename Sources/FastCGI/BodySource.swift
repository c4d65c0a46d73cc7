// A body as libfcgi gives it, held to the announced length, to the hard limit and to a pace.

import CFastCGI
import HTTP

/// Lives as long as one exchange. Not Sendable, as the stream under it.
final class BodySource {
    /// As announced by CONTENT_LENGTH; nil when it was not.
    let length: Int?
    private let maximum: Int
    private var stream: UnsafeMutablePointer<FCGX_Stream>?
    private var received = 0
    private let patience: Patience
    private let start = ContinuousClock.now
    private let watched: WatchedBody?
    private let isWhole: Bool
    private var isAtEnd = false

    /// - Parameter isWhole: whether all of it is there already.
    init(_ stream: UnsafeMutablePointer<FCGX_Stream>?, length: Int?, maximum: Int, patience: Patience, isWhole: Bool, watched: WatchedBody?)
    {
        self.isWhole = isWhole
        self.patience = patience
        self.watched = watched
        self.stream = stream
        self.length = length
        self.maximum = maximum
    }

    /// At most `count` bytes, none at the end.
    ///
    /// - Throws: `BodyError.truncated` when the client cut it short; `.tooSlow` when time did; `.tooLarge` at the hard limit.
    func read(upTo count: Int) throws -> [UInt8] {
        let wanted = min(count, (length ?? .max) - received)
        guard wanted > 0 else { return [] }
        guard received < maximum else { throw BodyError.tooLarge(limit: maximum) }
        let bytes = take(min(wanted, maximum - received))
        guard bytes.isEmpty else { return bytes }
        if watched?.isCut == true { throw BodyError.tooSlow }
        if hasFailed || received < length ?? 0 { throw BodyError.truncated }
        return []
    }

    /// Lets go of the stream: a handler that kept the body finds it cut short.
    ///
    /// - Returns: bytes that may still come of it, and must be read away, up to the hard limit.
    func end() -> Int {
        defer { stream = nil }
        guard !isWhole else {
            // Most often all is read, and this only finds the end: a large buffer for that would cost more than the rest of the exchange.
            var size = 512
            while received < maximum, !take(min(size, maximum - received)).isEmpty { size = Self.chunkSize }
            return 0
        }
        return isAtEnd || hasFailed ? 0 : maximum - received
    }

    private var hasFailed: Bool {
        guard let stream else { return true }
        return FCGX_GetError(stream) != 0
    }

    private func take(_ count: Int) -> [UInt8] {
        guard let stream else { return [] }
        let size = min(count, Self.chunkSize)
        watched?.move(to: start + patience.time(forBytes: received + size))
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            let count = buffer.withMemoryRebound(to: CChar.self) { FCGX_GetStr($0.baseAddress, Int32(size), stream) }
            initialized = max(0, Int(count))
        }
        received += bytes.count
        isAtEnd = bytes.isEmpty
        return bytes
    }

    /// Bytes at once: what one FastCGI record can hold.
    private static let chunkSize = 64 << 10
}
