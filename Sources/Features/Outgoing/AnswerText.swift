// What a receiver answered, as text that a page can hold: it may have sent anything, in any character set, compressed, or no text at all.

import Glibc
import Spelling
import Web

struct AnswerText {
    private let charset: String?
    private let encoding: String?

    /// - Parameter headers: of the answer, one `Name: value` a line.
    init(headers: String) {
        var fields: [String: String] = [:]
        for line in headers.utf8.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = Self.lowered(line[..<colon])
            fields[name] = fields[name] ?? Self.lowered(line[colon...].dropFirst())
        }
        encoding = fields["content-encoding"].flatMap { $0.isEmpty || $0 == "identity" ? nil : String($0.unicodeScalars.prefix(40)) }
        charset = fields["content-type"].flatMap(Self.charset)
    }

    /// The body in the character set that was declared, else in UTF-8; a byte that is none is written `\xE9`, a control character as its
    /// picture (U+2400…). Of a compressed body, which is never unpacked, only what it is.
    func text(_ body: [UInt8], isTruncated: Bool, _ member: Member) -> String {
        if let encoding {
            return member.t(
                "outgoing.body.compressed", ["encoding": Self.printable(encoding), "size": member.numbers.bytes(body.count)])
        }
        return Self.printable(decoded(body, isTruncated: isTruncated))
    }

    func decoded(_ body: [UInt8], isTruncated: Bool) -> String {
        let named = charset.map { iconv_open("UTF-8", $0) }
        let converter = named.flatMap { $0 == Self.none ? nil : $0 } ?? iconv_open("UTF-8", "UTF-8")
        guard let converter, converter != Self.none else { return Self.escaped(body[...]) }
        defer { iconv_close(converter) }
        var output: [UInt8] = []
        var input = body
        var position = 0
        input.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            let room = 4096
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
                while position < bytes.count {
                    var source: UnsafeMutablePointer<CChar>? = start + position
                    var sourceLeft = bytes.count - position
                    var target = buffer.baseAddress
                    var targetLeft = room
                    let outcome = iconv(converter, &source, &sourceLeft, &target, &targetLeft)
                    let code = errno
                    output.append(contentsOf: UnsafeRawBufferPointer(buffer).prefix(room - targetLeft))
                    position = bytes.count - sourceLeft
                    guard outcome == -1, code != E2BIG else { continue }
                    // A character that the end of what is kept has cut in two says nothing.
                    if code == EINVAL, isTruncated { return }
                    output.append(contentsOf: Self.escape(bytes[position]).utf8)
                    position += 1
                }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// iconv_open's word for failure, (iconv_t) -1.
    private static var none: iconv_t? { iconv_t(bitPattern: -1) }

    /// The names that the web knows: iconv would load whatever a stranger names.
    private static func charset(_ contentType: String) -> String? {
        for parameter in contentType.words(between: ";").dropFirst() {
            guard let (parameter, value) = parameter.cut(at: "="), trimmed(parameter) == "charset" else { continue }
            let name = trimmed(value)
            // Who says Latin-1 means its superset, as every browser takes it.
            if ["iso-8859-1", "latin1", "us-ascii", "ascii"].contains(name) { return "windows-1252" }
            return known.contains(name) || name.begins(with: "windows-125") || name.begins(with: "iso-8859-") ? name : nil
        }
        return nil
    }

    private static let known: Set<String> = [
        "big5", "euc-jp", "euc-kr", "gb18030", "gb2312", "gbk", "koi8-r", "koi8-u", "macintosh", "shift_jis", "tis-620", "utf-16",
        "utf-16be",
        "utf-16le", "utf-32",
    ]

    private static func trimmed(_ text: Substring) -> String {
        String(decoding: text.utf8.filter { $0 > 0x20 && $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }

    private static func lowered(_ bytes: Substring.UTF8View) -> String {
        let isBlank = { (byte: UInt8) in byte <= 0x20 }
        let trimmed = bytes.drop(while: isBlank)
        let end = trimmed.lastIndex { !isBlank($0) }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        return String(
            decoding: trimmed[..<end].map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in
            if byte < 0x80 { text.unicodeScalars.append(Unicode.Scalar(byte)) } else { text += escape(byte) }
        }
    }

    private static func escape(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return "\\x" + String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
    }

    /// Control characters, the second set of them too, show as pictures; line ends and tabs stay.
    private static func printable(_ text: String) -> String {
        var shown = ""
        shown.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 9, 10, 13: shown.unicodeScalars.append(scalar)
            case 0..<0x20: shown.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
            case 0x7F: shown.unicodeScalars.append("\u{2421}")
            case 0x80..<0xA0: shown.unicodeScalars.append("\u{FFFD}")
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
