// A body is pulled, never pushed: what a handler does not ask for is not held in memory, and no handler can
// read more than the limit that it states.

/// Why a body could not be had whole.
package enum BodyError: Error, Equatable {
    /// More bytes than the reader allowed; `limit` is in bytes.
    case tooLarge(limit: Int)
    /// The client went away before it had sent the length that it had announced.
    case truncated
    /// It came more slowly than a body must.
    case tooSlow
    /// It was sent in a content coding that is not taken.
    case unknownEncoding
    /// It is not what its content coding says.
    case malformedEncoding
    /// A small body that would become a huge one.
    case inflatesTooFar
}

/// The body of one request, read once, by one thread. Not Sendable on purpose: it reads from the worker's connection.
package final class RequestBody {
    /// Bytes announced by Content-Length, or nil when unknown.
    package let length: Int?
    private let source: (Int) throws -> [UInt8]
    private var isAtEnd = false

    /// - Parameter read: gives at most that many bytes, and none at the end; throws `BodyError.truncated` when cut short.
    package init(length: Int?, read: @escaping (Int) throws -> [UInt8]) {
        self.length = length
        source = read
    }

    package convenience init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        self.init(length: bytes.count) { count in
            let chunk = rest.prefix(count)
            rest = rest.dropFirst(chunk.count)
            return Array(chunk)
        }
    }

    package static var empty: RequestBody { RequestBody([]) }

    /// At most `count` bytes; none at the end of the body, and ever after.
    package func read(upTo count: Int) throws -> [UInt8] {
        guard !isAtEnd, count > 0 else { return [] }
        let chunk = try source(count)
        if chunk.isEmpty { isAtEnd = true }
        return chunk
    }

    /// All that is left of the body.
    ///
    /// - Throws: `BodyError.tooLarge` when more than `limit` bytes were announced or came.
    package func bytes(limit: Int) throws -> [UInt8] {
        if let length, length > limit { throw BodyError.tooLarge(limit: limit) }
        var bytes: [UInt8] = []
        if let length { bytes.reserveCapacity(length) }
        while true {
            let chunk = try read(upTo: Self.chunkSize)
            if chunk.isEmpty { return bytes }
            guard chunk.count <= limit - bytes.count else { throw BodyError.tooLarge(limit: limit) }
            bytes += chunk
        }
    }

    /// Bytes asked for at once: what a FastCGI record can hold, so that a larger one would save no system call.
    static let chunkSize = 64 << 10
}
