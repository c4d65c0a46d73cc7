// A text as SMS: which of the two encodings carries it, and how many messages it takes. The script of the page counts by the same tables and
// numbers, which the page has from here.

internal import Spelling

package struct SMSText: Equatable, Sendable {
    package enum Encoding: String, Sendable, CaseIterable {
        case gsm7, ucs2

        /// Of a text that is one message.
        package var single: Int { self == .gsm7 ? 160 : 70 }
        /// Of each message of several: the header that joins them takes the place of seven septets, or three UCS-2 characters.
        package var part: Int { self == .gsm7 ? 153 : 67 }
    }

    package let encoding: Encoding
    /// Septets, or units of UTF-16: what the limits count.
    package let length: Int
    /// Of each message, in order. Neither a character of the extension nor one of two units is cut in two.
    package let parts: [Int]
    /// Why the text is not GSM: the first few that are not in its alphabet, each once.
    package let strange: [Unicode.Scalar]

    package static let maximumStrange = 5

    package init(_ text: String) {
        var strange: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars where GSMAlphabet.septets(scalar) == nil {
            if !strange.contains(scalar) { strange.append(scalar) }
            guard strange.count < Self.maximumStrange else { break }
        }
        let encoding = strange.isEmpty ? Encoding.gsm7 : .ucs2
        let lengths = text.unicodeScalars.map { strange.isEmpty ? GSMAlphabet.septets($0) ?? 0 : $0.value > 0xFFFF ? 2 : 1 }
        self.encoding = encoding
        self.strange = strange
        length = lengths.reduce(0, +)
        parts = length <= encoding.single ? (length == 0 ? [] : [length]) : Self.parts(lengths, upTo: encoding.part)
    }

    private static func parts(_ lengths: [Int], upTo limit: Int) -> [Int] {
        lengths.reduce(into: [0]) { parts, length in
            if parts[parts.count - 1] + length > limit { parts.append(0) }
            parts[parts.count - 1] += length
        }
    }

    /// What a provider bills: one for each message.
    package var credits: Int { parts.count }

    /// What still fits before it is one message more.
    package var room: Int { (parts.count > 1 ? encoding.part : encoding.single) - (parts.last ?? 0) }

    /// A line break is one character: browsers send two.
    package static func spelled(_ text: String) -> String { text.parts(between: "\r\n").joined(separator: "\n") }
}
