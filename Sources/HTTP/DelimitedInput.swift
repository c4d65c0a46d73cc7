// The stream under the multipart parser: gives the bytes up to the next delimiter in chunks, holding back
// only as many as might be the delimiter's beginning.

import Glibc

struct DelimitedInput {
    private let body: RequestBody
    private let delimiter: [UInt8]
    private var buffer: [UInt8]
    /// Bytes of `buffer` that were given out.
    private var start = 0
    private var isAtDelimiter = false

    /// - Parameter delimiter: begins with CR LF; the one at the very start of the body is found without them.
    init(body: RequestBody, delimiter: [UInt8]) {
        self.body = body
        self.delimiter = delimiter
        buffer = [0x0D, 0x0A]
    }

    /// Bytes before the next delimiter; nil once when it is reached.
    ///
    /// - Throws: `MultipartError.malformed` when the body ends without one.
    mutating func nextChunk() throws -> ArraySlice<UInt8>? {
        if isAtDelimiter {
            isAtDelimiter = false
            return nil
        }
        while true {
            if let found = position(of: delimiter) {
                let chunk = buffer[start..<found]
                start = found + delimiter.count
                if chunk.isEmpty { return nil }
                isAtDelimiter = true
                return chunk
            }
            let safe = buffer.count - (delimiter.count - 1)
            if safe > start {
                let chunk = buffer[start..<safe]
                start = safe
                return chunk
            }
            try fill()
        }
    }

    /// The header lines of the next part; nil after the last delimiter. Call it when `nextChunk` has given nil.
    mutating func nextHeader(limit: Int) throws -> ArraySlice<UInt8>? {
        while buffer.count - start < 2 { try fill() }
        if buffer[start] == UInt8(ascii: "-"), buffer[start + 1] == UInt8(ascii: "-") { return nil }
        // RFC 2046 lets blanks stand between the delimiter and its line end.
        while buffer[start] == 0x20 || buffer[start] == 0x09 {
            start += 1
            while buffer.count - start < 2 { try fill() }
        }
        guard buffer[start] == 0x0D, buffer[start + 1] == 0x0A else { throw MultipartError.malformed }
        while true {
            if let end = position(of: [0x0D, 0x0A, 0x0D, 0x0A]) {
                guard end - start <= limit else { throw MultipartError.malformed }
                let header = buffer[start..<end]
                start = end + 4
                return header
            }
            guard buffer.count - start <= limit else { throw MultipartError.malformed }
            try fill()
        }
    }

    private mutating func fill() throws {
        let more = try body.read(upTo: RequestBody.chunkSize)
        if more.isEmpty { throw MultipartError.malformed }
        buffer.removeSubrange(..<start)
        start = 0
        buffer += more
    }

    /// `memchr` finds each carriage return, with which both of our needles begin: fast even in a large picture.
    private func position(of needle: [UInt8]) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var from = start
            while bytes.count - from >= needle.count, let found = memchr(base + from, 0x0D, bytes.count - from - needle.count + 1) {
                let position = base.distance(to: UnsafeRawPointer(found))
                if memcmp(found, needle, needle.count) == 0 { return position }
                from = position + 1
            }
            return nil
        }
    }
}
