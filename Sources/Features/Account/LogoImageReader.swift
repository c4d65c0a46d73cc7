// The only way the three parsers touch a file's bytes: every read is bounded, and a length from the file is never added
// to a position before it was compared with what is left.

struct ImageReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var left: Int { bytes.count - position }

    mutating func byte() throws(ImageFault) -> UInt8 {
        guard left >= 1 else { throw .damaged }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func take(_ count: Int) throws(ImageFault) -> ArraySlice<UInt8> {
        guard count >= 0, count <= left else { throw .damaged }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func bigEndian16() throws(ImageFault) -> Int {
        let high = try byte()
        return Int(high) << 8 | Int(try byte())
    }

    mutating func littleEndian16() throws(ImageFault) -> Int {
        let low = try byte()
        return Int(try byte()) << 8 | Int(low)
    }

    mutating func bigEndian32() throws(ImageFault) -> UInt32 {
        let high = try bigEndian16()
        return UInt32(high) << 16 | UInt32(try bigEndian16())
    }

    /// The bytes from `start` to where the reader is.
    func since(_ start: Int) -> ArraySlice<UInt8> {
        start >= 0 && start <= position ? bytes[start..<position] : []
    }

    /// Moves to the next byte of this value, which is not read.
    mutating func skip(to value: UInt8) throws(ImageFault) {
        guard let index = bytes[position...].firstIndex(of: value) else { throw .damaged }
        position = index
    }
}
