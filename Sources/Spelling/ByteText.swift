// Text from strangers is bytes. Swift reads a string as Characters, and takes the canonically equivalent for equal: a quotation mark
// with an accent upon it is another Character than the mark (a shell sees the mark), `é` equals `e` with an accent (a receiver's table
// has two keys), and one Character may be a megabyte long. What came from outside, or goes to another reader, is split, compared, cut and
// escaped by these, on UTF-8; `bin/characters` finds where it is not. Canonical equality is wanted for showing and searching only.

import Glibc

extension StringProtocol where SubSequence == Substring {
    package func isIdentical(to other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    package func begins(with prefix: some StringProtocol) -> Bool {
        utf8.starts(with: prefix.utf8)
    }

    package func ends(with suffix: some StringProtocol) -> Bool {
        utf8.reversed().starts(with: suffix.utf8.reversed())
    }

    package func has(_ text: String) -> Bool {
        text.isEmpty || place(of: text) != nil
    }

    /// What follows the prefix; nil where it does not begin so.
    package func rest(after prefix: some StringProtocol) -> Substring? {
        begins(with: prefix) ? self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...] : nil
    }

    /// The parts between the separators, empty ones included.
    ///
    /// - Parameter maximum: of parts; the last holds what is left.
    package func parts(between separator: String, maximum: Int = .max) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        while parts.count < maximum - 1, let place = self[start...].place(of: separator) {
            parts.append(self[start..<place.lowerBound])
            start = place.upperBound
        }
        return parts + [self[start...]]
    }

    /// The parts between the separators that are not empty.
    package func words(between separator: String = " ") -> [Substring] {
        parts(between: separator).filter { !$0.isEmpty }
    }

    /// What stands before and after the first of the sign; nil without one.
    package func cut(at sign: String) -> (before: Substring, after: Substring)? {
        place(of: sign).map { (self[..<$0.lowerBound], self[$0.upperBound...]) }
    }

    /// What stands before and after the last of the sign; nil without one.
    package func cut(atLast sign: Unicode.Scalar) -> (before: Substring, after: Substring)? {
        unicodeScalars.lastIndex(of: sign).map { (self[..<$0], self[unicodeScalars.index(after: $0)...]) }
    }

    /// Without spaces and tabs around it, which headers allow nearly everywhere (RFC 9110 § 5.6.3).
    package var withoutBlanks: Substring {
        var text = self[startIndex..<endIndex]
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text[text.utf8.index(after: text.startIndex)...] }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text[..<text.utf8.index(before: text.endIndex)] }
        return text
    }

    /// With each byte that `escape` names written as it says. Of ASCII signs only: the bytes of other scalars are never asked about.
    package func escaping(_ escape: (UInt8) -> StaticString?) -> String {
        guard utf8.contains(where: { $0 < 0x80 && escape($0) != nil }) else { return String(self) }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(utf8.count * 2)
        for byte in utf8 {
            if byte < 0x80, let written = escape(byte) {
                written.withUTF8Buffer { escaped.append(contentsOf: $0) }
            } else {
                escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// The same bytes with another for each of the sign.
    package func replacing(_ sign: Unicode.Scalar, by other: StaticString) -> String {
        let sign = UInt8(ascii: sign)
        return escaping { $0 == sign ? other : nil }
    }

    /// The beginning, of whole scalars.
    package func prefix(maximumScalars: Int) -> Substring {
        // Nothing has more scalars than bytes.
        guard utf8.count > maximumScalars else { return self[startIndex..<endIndex] }
        return self[..<(unicodeScalars.index(startIndex, offsetBy: maximumScalars, limitedBy: endIndex) ?? endIndex)]
    }

    fileprivate func place(of text: String) -> Range<String.Index>? {
        var (here, wanted) = (String(self), text)
        let offset: Int? = here.withUTF8 { here in
            wanted.withUTF8 { firstOffset(of: $0, in: here) }
        }
        return offset.map { offset in
            let start = utf8.index(startIndex, offsetBy: offset)
            return start..<utf8.index(start, offsetBy: text.utf8.count)
        }
    }
}

private func firstOffset(of wanted: UnsafeBufferPointer<UInt8>, in here: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let start = here.baseAddress, let first = wanted.baseAddress, !wanted.isEmpty else { return nil }
    var from = 0
    while here.count - from >= wanted.count, let found = memchr(start + from, Int32(first.pointee), here.count - from - wanted.count + 1) {
        if memcmp(found, first, wanted.count) == 0 { return UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found)) }
        from = UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found)) + 1
    }
    return nil
}

// The library's own for these would do, but they come from Collection, of Characters: without them `bin/characters` can tell.

extension Substring {
    package var isEmpty: Bool { utf8.isEmpty }
}

extension StringProtocol where SubSequence == Substring {
    package subscript(range: PartialRangeFrom<String.Index>) -> Substring { self[range.lowerBound..<endIndex] }
    package subscript(range: PartialRangeUpTo<String.Index>) -> Substring { self[startIndex..<range.upperBound] }
}

extension String {
    /// As the general one, which asks the runtime about each byte: the tabs of a page compare some hundred paths.
    package func begins(with prefix: String) -> Bool {
        var (here, wanted) = (self, prefix)
        return here.withUTF8 { here in
            wanted.withUTF8 { wanted in here.count >= wanted.count && here[..<wanted.count].elementsEqual(wanted) }
        }
    }

    /// As the general one, and fast: nearly all texts that are compared differ in length, or are the same in memory.
    package func isIdentical(to other: String) -> Bool {
        utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
    }

    /// The value of a byte of ASCII in lower case; what is no capital letter stays.
    package var asciiLowercased: String {
        guard utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return self }
        return String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

/// A key of dictionaries and sets: two of them are one when their bytes are.
package struct ExactText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (one: ExactText, other: ExactText) -> Bool { one.text.isIdentical(to: other.text) }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
