// Bodies that were sent with gzip, inflated as they are read: a few kilobytes may be a gigabyte, so nothing is inflated that nobody asks
// for, and nothing goes on that grows out of all proportion.

import CZlib

extension RequestBody {
    /// What a body may be sent in, for `Accept-Encoding`.
    package static let takenEncodings = "gzip"

    /// The body as it was before it was sent.
    ///
    /// - Parameter encoding: of `Content-Encoding`; nil when there was none.
    /// - Throws: `BodyError.unknownEncoding` for anything but one gzip.
    package func decoded(from encoding: String?) throws -> RequestBody {
        switch (encoding ?? "").utf8.filter({ $0 != 0x20 && $0 != 0x09 }).map({ $0 | 0x20 }) {
        case [], Array("identity".utf8): return self
        case Array("gzip".utf8), Array("x-gzip".utf8):
            let inflater = try Inflater(self)
            return RequestBody(length: nil) { try inflater.read(upTo: $0) }
        default: throw BodyError.unknownEncoding
        }
    }
}

private final class Inflater {
    /// Beyond the first megabyte no more than so many bytes for each that came. A batch of events that differ little has a hundred.
    private static let maximumRatio = 200
    private static let unratedBytes = 1 << 20

    private let body: RequestBody
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var position = 0
    private var received = 0
    private var inflated = 0
    /// Between two members of the file, of which the second need not come.
    private var isBetween = false

    init(_ body: RequestBody) throws {
        self.body = body
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard hookswitch_inflate_gzip_begin(stream) == Z_OK else {
            stream.deallocate()
            throw BodyError.malformedEncoding
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func read(upTo count: Int) throws -> [UInt8] {
        while true {
            if position == input.count {
                input = try body.read(upTo: RequestBody.chunkSize)
                position = 0
                received += input.count
                if input.isEmpty {
                    guard isBetween else { throw BodyError.malformedEncoding }
                    return []
                }
            }
            if isBetween {
                inflateReset(stream)
                isBetween = false
            }
            let output = try inflate(upTo: min(count, RequestBody.chunkSize))
            inflated += output.count
            guard inflated <= Self.unratedBytes || inflated <= received * Self.maximumRatio else { throw BodyError.inflatesTooFar }
            if !output.isEmpty { return output }
        }
    }

    private func inflate(upTo count: Int) throws -> [UInt8] {
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: count) { output, written in
            input.withUnsafeMutableBufferPointer { input in
                stream.pointee.next_in = input.baseAddress.map { $0 + position }
                stream.pointee.avail_in = UInt32(input.count - position)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(count)
                status = CZlib.inflate(stream, Z_NO_FLUSH)
                position = input.count - Int(stream.pointee.avail_in)
                written = count - Int(stream.pointee.avail_out)
            }
        }
        switch status {
        case Z_STREAM_END: isBetween = true
        case Z_OK, Z_BUF_ERROR: break
        default: throw BodyError.malformedEncoding
        }
        return output
    }
}
