// The many ways to write one address (127.1, 0x7f.1, 2130706433, [::ffff:7f00:1], a dot at the end) brought to one.

import Spelling

extension String {
    /// A name without the dot at its end, with which it is whole for a resolver.
    var withoutDot: Substring {
        guard let (before, after) = cut(atLast: "."), after.isEmpty else { return self[startIndex..<endIndex] }
        return before
    }
}

/// A host as a URL may hold it: the text to use, and the address when the text is one.
struct HostSpelling {
    let text: String
    let literal: IPAddress?

    /// `host` is percent-decoded ASCII, IPv6 in brackets, as `TargetParser.host` gives it.
    init(_ host: String) throws(TargetProblem) {
        let lowered = host.asciiLowercased
        if let bracketed = lowered.rest(after: "[") {
            guard let inner = bracketed.cut(at: "]"), inner.after.isEmpty, let address = IPAddress(String(inner.before)) else {
                throw .host
            }
            literal = address
            text = address.isIPv4 ? address.description : "[\(address)]"
            return
        }
        let name = lowered.withoutDot
        let labels = name.parts(between: ".")
        guard let last = labels.last, !labels.contains(where: \.isEmpty) else { throw .host }
        if Self.isNumeric(last) {
            guard let address = Self.ipv4(labels) else { throw .host }
            literal = address
            text = address.description
            return
        }
        // RFC 1035 gives 253 bytes and 63 a label; the underscore is not in it, but in use.
        guard name.utf8.count <= 253, labels.allSatisfy({ $0.utf8.count <= 63 && $0.utf8.allSatisfy(Self.isNameByte) }) else { throw .host }
        literal = nil
        text = lowered
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// WHATWG URL § 3.5: a host whose last label is a number is an IPv4 address or nothing.
    private static func isNumeric(_ label: Substring) -> Bool {
        label.utf8.allSatisfy { (0x30...0x39).contains($0) } || number(label) != nil
    }

    private static func number(_ label: Substring) -> UInt64? {
        if let digits = label.rest(after: "0x") {
            return digits.isEmpty ? 0 : digits.begins(with: "+") || digits.begins(with: "-") ? nil : UInt64(digits, radix: 16)
        }
        guard label.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return label.utf8.count > 1 && label.begins(with: "0") ? UInt64(label, radix: 8) : UInt64(label)
    }

    /// As `inet_aton` reads it: one to four numbers, decimal, octal (0…) or hexadecimal (0x…); the last fills what is left.
    private static func ipv4(_ labels: [Substring]) -> IPAddress? {
        guard labels.count <= 4 else { return nil }
        var address: UInt64 = 0
        for (index, label) in labels.enumerated() {
            guard let value = number(label) else { return nil }
            let isLast = index == labels.count - 1
            let bits = isLast ? 8 * (4 - index) : 8
            guard value >> bits == 0 else { return nil }
            address = address << bits | value
        }
        return IPAddress(ipv4: UInt32(truncatingIfNeeded: address))
    }
}
