// Which text turns the direction of what stands beside it: asked of Unicode's own properties by Python.

import Spelling
import TestSupport
import Testing

@Suite("Direction of text")
struct TextDirectionTests {
    @Test("Every scalar that Unicode writes from right to left turns, and none that it writes from left to right")
    func scalars() throws {
        let program = """
            import sys, unicodedata
            for value in range(0x20, 0x20000):
                if 0xD800 <= value < 0xE000: continue
                kind = unicodedata.bidirectional(chr(value))
                if kind in ("R", "AL", "RLE", "RLO", "LRE", "LRO", "PDF", "AN") or kind == "L" and value % 7 < 2: print(value, 1 if kind in ("R", "AL", "RLE", "RLO", "LRE", "LRO", "PDF", "AN") else 2 if kind == "L" else 0)
            """
        let printed = try read(by: "/usr/bin/python3", ["-c", program], [])
        var wrong: [UInt32] = []
        for line in String(decoding: printed, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ").compactMap { UInt32($0) }
            guard parts.count == 2, let scalar = Unicode.Scalar(parts[0]) else { continue }
            let turns = TextDirection.turns("a\(scalar)b")
            // The mark from left to right is a letter to Unicode, and nobody sees it; to the blocks belong marks and figures too.
            if parts[1] == 1 && !turns || parts[1] == 2 && turns && scalar != "\u{200E}" { wrong.append(scalar.value) }
        }
        #expect(printed.count > 10_000 && wrong == [])
    }

    @Test("In a sentence it stands between signs that end there, and loses its own")
    func isolated() {
        #expect(TextDirection.isolated("Ada") == "Ada")
        #expect(TextDirection.isolated("\u{5D0}").isIdentical(to: "\u{2068}\u{5D0}\u{2069}"))
        #expect(TextDirection.isolated("a\u{2069}\u{202E}b\u{5D0}").isIdentical(to: "\u{2068}ab\u{5D0}\u{2069}"))
        #expect(!TextDirection.turns(TextDirection.isolated("\u{5D0}") + " 5"))
    }
}
