// The fields of a request, checked once more at the last moment: a CR or LF that slips through is a second request.
import CCurl
import Spelling

/// The lines of a request's head as libcurl reads them, in memory that is used for the next request, too: a list of libcurl's own takes
/// two allocations a line.
final class RequestHead {
    /// What libcurl or this client writes itself: framing and routing must not be contradicted (RFC 9110 § 7.6.1).
    private static let reserved: [StaticString] = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Each line ends with a NUL.
    private var text: [UInt8] = []
    private var starts: [Int] = []
    private let bytes = RequestBytes()
    private var lines = UnsafeMutableBufferPointer<curl_slist>.allocate(capacity: 16)

    deinit { lines.deallocate() }

    /// Good until the next one.
    func list(of request: OutgoingRequest) throws(TransferRefusal) -> UnsafeMutablePointer<curl_slist>? {
        text.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        var hasContentType = false
        for (name, value) in request.fields {
            guard Self.isToken(name), Self.isValue(value) else {
                throw TransferRefusal(fault: .ours, detail: "A field of the request has characters that may not be sent.")
            }
            guard !Self.reserved.contains(where: { Self.isSame($0, name) }) else {
                throw TransferRefusal(fault: .ours, detail: "The field \(name) may not be set.")
            }
            let isEmpty = Self.isEmpty(value)
            guard !isEmpty || request.awsSigV4 == nil else {
                throw TransferRefusal(fault: .ours, detail: "The field \(name) of a signed request is empty.")
            }
            if Self.isSame("content-type", name) { hasContentType = true }
            // A semicolon is libcurl's way to say an empty value.
            append(name, isEmpty ? ";" : ": ", isEmpty ? "" : value)
        }
        // 7.88.1 signs every line of the list, also those that only take a field away and are not sent, and AWS refuses that.
        if request.awsSigV4 == nil {
            // libcurl would wait for 100 Continue with a body above 1 MiB, and call any body a form.
            append("Expect", ":")
            if !hasContentType { append("Content-Type", ":") }
        }
        return chained()
    }

    private func append(_ name: String, _ mark: StaticString, _ value: String = "") {
        starts.append(text.count)
        text.append(contentsOf: name.utf8)
        mark.withUTF8Buffer { text.append(contentsOf: $0) }
        text.append(contentsOf: value.utf8)
        text.append(0)
    }

    /// Only now that all lines are there do they have addresses that stay.
    private func chained() -> UnsafeMutablePointer<curl_slist>? {
        bytes.fill(with: text)
        guard !starts.isEmpty, let start = bytes.start?.assumingMemoryBound(to: CChar.self) else { return nil }
        if starts.count > lines.count {
            lines.deallocate()
            lines = .allocate(capacity: starts.count * 2)
        }
        for (index, offset) in starts.enumerated() {
            let next = index + 1 < starts.count ? lines.baseAddress?.advanced(by: index + 1) : nil
            lines.initializeElement(at: index, to: curl_slist(data: start + offset, next: next))
        }
        return lines.baseAddress
    }

    /// Whether a field's name is this one, which is written in lower case, in whatever case.
    private static func isSame(_ word: StaticString, _ name: String) -> Bool {
        guard name.utf8.count == word.utf8CodeUnitCount else { return false }
        return zip(name.utf8, UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)).allSatisfy { byte, letter in
            byte == letter || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == letter
        }
    }

    /// RFC 9110 § 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && isAll(name) { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e:
                    true
                default: false
                }
            }
    }

    private static func isValue(_ value: String) -> Bool {
        isAll(value) { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
    }

    private static func isEmpty(_ value: String) -> Bool {
        isAll(value) { $0 == 0x20 || $0 == 0x09 }
    }

    private static func isAll(_ text: String, _ isGood: (UInt8) -> Bool) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isGood) } ?? text.utf8.allSatisfy(isGood)
    }
}
