// Addresses and forms arrive percent-encoded by whoever sent them; one strict decoder means that no part of
// the product ever sees a NUL, half a character or text that is not UTF-8.

/// The text that percent-encoded bytes stand for (RFC 3986 § 2.1).
///
/// - Parameter plusIsSpace: true for `application/x-www-form-urlencoded`, false for a path.
/// - Returns: nil when a `%` lacks its two hexadecimal digits, or when the result holds a NUL or is not UTF-8.
package func percentDecoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = false) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var iterator = bytes.makeIterator()
    while let byte = iterator.next() {
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = iterator.next().flatMap(hexadecimalValue), let low = iterator.next().flatMap(hexadecimalValue) else {
                return nil
            }
            let value = high << 4 | low
            guard value != 0 else { return nil }
            decoded.append(value)
        case UInt8(ascii: "+") where plusIsSpace: decoded.append(UInt8(ascii: " "))
        case 0: return nil
        default: decoded.append(byte)
        }
    }
    return String(validating: decoded, as: UTF8.self)
}

/// The text that a percent-encoded path segment stands for; nil as for bytes.
package func percentDecoded(_ text: some StringProtocol) -> String? {
    percentDecoded(text.utf8)
}

/// Everything but RFC 3986's unreserved characters encoded: safe as a path segment, a query name or a query value.
package func percentEncoded(_ text: String) -> String {
    percentEncoded(text) { isUnreserved($0) }
}

func percentEncoded(_ text: String, leaving isLeft: (UInt8) -> Bool) -> String {
    if text.utf8.allSatisfy(isLeft) { return text }
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count * 2)
    for byte in text.utf8 {
        if isLeft(byte) {
            encoded.append(byte)
        } else {
            encoded += [UInt8(ascii: "%"), hexadecimalDigit(byte >> 4), hexadecimalDigit(byte & 15)]
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}

func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        true
    default: false
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") - 10 + value
}

private func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
