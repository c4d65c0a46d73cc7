// The fields of a request, checked once more at the last moment: a CR or LF that slips through is a second request.
import CCurl
import Spelling

enum RequestHead {
    /// What libcurl or this client writes itself: framing and routing must not be contradicted (RFC 9110 § 7.6.1).
    private static let reserved: [StaticString] = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// The caller frees the list.
    static func list(of request: OutgoingRequest) throws(TransferRefusal) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        var hasContentType = false
        var line: [UInt8] = []
        for (name, value) in request.fields {
            guard isToken(name), isValue(value) else {
                curl_slist_free_all(list)
                throw TransferRefusal(fault: .ours, detail: "A field of the request has characters that may not be sent.")
            }
            guard !reserved.contains(where: { isSame($0, name) }) else {
                curl_slist_free_all(list)
                throw TransferRefusal(fault: .ours, detail: "The field \(name) may not be set.")
            }
            let isEmpty = value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            guard !isEmpty || request.awsSigV4 == nil else {
                curl_slist_free_all(list)
                throw TransferRefusal(fault: .ours, detail: "The field \(name) of a signed request is empty.")
            }
            if isSame("content-type", name) { hasContentType = true }
            line.removeAll(keepingCapacity: true)
            line.append(contentsOf: name.utf8)
            if isEmpty {
                line.append(UInt8(ascii: ";"))  // libcurl's way to say an empty value
            } else {
                line.append(UInt8(ascii: ":"))
                line.append(0x20)
                line.append(contentsOf: value.utf8)
            }
            append(&line, to: &list)
        }
        // 7.88.1 signs every line of the list, also those that only take a field away and are not sent, and AWS refuses that.
        guard request.awsSigV4 == nil else { return list }
        // libcurl would wait for 100 Continue with a body above 1 MiB, and call any body a form.
        line = Array("Expect:".utf8)
        append(&line, to: &list)
        if !hasContentType {
            line = Array("Content-Type:".utf8)
            append(&line, to: &list)
        }
        return list
    }

    private static func append(_ line: inout [UInt8], to list: inout UnsafeMutablePointer<curl_slist>?) {
        line.append(0)
        line.withUnsafeBytes { bytes in
            if let longer = curl_slist_append(list, bytes.baseAddress?.assumingMemoryBound(to: CChar.self)) { list = longer }
        }
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
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e:
                    true
                default: false
                }
            }
    }

    private static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
    }
}
