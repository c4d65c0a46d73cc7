// The head of a response as it comes, line by line; parsed once at the end, off the path of libcurl's callback.

/// Collects the lines of the last head: interim answers (1xx) are replaced, trailers left out.
struct ResponseHead {
    /// What is kept of the head, in bytes: enough for any real one, and what the history stores.
    static let cap = 16 * 1024

    private(set) var received = 0
    private(set) var status: Int?
    private var text: [UInt8] = []
    private var isWhole = false

    mutating func removeAll() {
        received = 0
        status = nil
        text.removeAll(keepingCapacity: true)
        isWhole = false
    }

    mutating func append(_ line: UnsafeRawBufferPointer) {
        received += line.count
        if Self.isStatusLine(line) {
            text.removeAll(keepingCapacity: true)
            status = Self.status(line)
            isWhole = false
        } else if line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n") {
            isWhole = true
        } else if !isWhole, text.count + line.count <= Self.cap {
            text.append(contentsOf: line)
        }
    }

    /// Names as sent, values trimmed; a folded line (RFC 9112 § 5.2) continues the value before it.
    func fields() -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if Self.isBlank(line.first ?? 0) {
                guard let last = fields.indices.last else { continue }
                fields[last].value += " " + String(decoding: Self.trimmed(line), as: UTF8.self)
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                let name = String(decoding: Self.trimmed(line[..<colon]), as: UTF8.self)
                fields.append((name, String(decoding: Self.trimmed(line[colon...].dropFirst()), as: UTF8.self)))
            }
        }
        return fields
    }

    private static func isStatusLine(_ line: UnsafeRawBufferPointer) -> Bool {
        line.count >= 12 && line.starts(with: "HTTP/".utf8)
    }

    private static func status(_ line: UnsafeRawBufferPointer) -> Int? {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), line.count >= space + 4 else { return nil }
        return Int(String(decoding: line[(space + 1)..<(space + 4)], as: UTF8.self))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line.drop(while: isBlank)
        while let last = line.last, isBlank(last) { line.removeLast() }
        return line
    }
}
