// Digits for bytes, and how far spellings are from each other.

import Testing

@testable import Spelling

@Suite("Hexadecimal digits and edit distance")
struct HexadecimalTests {
    @Test("Bytes come back from their digits, in upper case too; what is no such text gives nothing")
    func roundTrip() {
        let bytes = [UInt8](0...255)
        let text = Hexadecimal.text(of: bytes)
        #expect(text.utf8.count == 512 && text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(of: text) == bytes)
        #expect(Hexadecimal.bytes(of: text.uppercased()) == bytes)
        #expect(Hexadecimal.bytes(of: "") == [] && Hexadecimal.text(of: []) == "")
        for wrong in ["0", "0g", "+1", " 1", "é0", "0x"] { #expect(Hexadecimal.bytes(of: wrong) == nil, "\(wrong)") }
    }

    @Test("Inserted, removed, replaced and swapped letters count one each")
    func distance() {
        let cases = [
            ("call", "call", 0), ("call", "calls", 1), ("call", "cll", 1), ("call", "cell", 1), ("call", "clal", 1), ("", "abc", 3),
        ]
        for (one, other, expected) in cases { #expect(editDistance(Array(one), Array(other)) == expected, "\(one) \(other)") }
    }
}
