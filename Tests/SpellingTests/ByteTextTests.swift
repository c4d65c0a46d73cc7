// A sign is found, whatever mark stands upon it, and texts are the same only when their bytes are.

import Spelling
import TestSupport
import Testing

@Suite("Text as bytes")
struct ByteTextTests {
    @Test("Each sign of ASCII is found, split at, cut at and escaped with any mark behind it")
    func signs() {
        for sign in HostileText.signs {
            for mark in HostileText.marks {
                let text = "a\(sign)\(mark)b\(sign)\(mark)"
                let at = String(sign)
                #expect(text.has(at) && "\(sign)\(mark)".begins(with: at) && "a\(sign)".ends(with: at))
                #expect(text.parts(between: at).map { Array($0.utf8) } == ["a", "\(mark)b", "\(mark)"].map { Array($0.utf8) })
                #expect(text.parts(between: at, maximum: 2).count == 2)
                #expect(text.words(between: at).count == 3)
                #expect(text.cut(at: at).map { Array($0.after.utf8) } == Array("\(mark)b\(sign)\(mark)".utf8))
                #expect(text.cut(atLast: sign).map { Array($0.before.utf8) } == Array("a\(sign)\(mark)b".utf8))
                #expect("\(sign)\(mark)".rest(after: at).map { Array($0.utf8) } == Array("\(mark)".utf8))
                let escaped = text.replacing(sign, by: "<>")
                #expect(Array(escaped.utf8) == Array("a<>\(mark)b<>\(mark)".utf8))
            }
        }
    }

    @Test("What is not there is not found, and empty parts are kept")
    func absent() {
        #expect(!"abc".has("x") && "abc".cut(at: "x") == nil && "abc".cut(atLast: "x") == nil && "abc".rest(after: "b") == nil)
        #expect(
            "abc".parts(between: "x") == ["abc"] && "".parts(between: "x") == [""]
                && ",a,,b,".parts(between: ",") == ["", "a", "", "b", ""])
        #expect(",a,,b,".words(between: ",") == ["a", "b"] && "a\r\nb\rc\r\n".words(between: "\r\n") == ["a", "b\rc"])
        #expect(" \t a b \t".withoutBlanks == "a b" && " \t ".withoutBlanks.isEmpty)
        #expect("aaab".has("aab") && "ab".parts(between: "abc") == ["ab"])
    }

    @Test("Two spellings of one letter are two texts, also as keys")
    func exact() {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        #expect(!composed.isIdentical(to: decomposed) && !composed[...].isIdentical(to: decomposed) && composed.isIdentical(to: composed))
        // The sign for kelvin and the Greek question mark equal a letter and a sign of ASCII.
        #expect(!"\u{212A}".isIdentical(to: "K") && !"a\u{37E}".has(";"))
        let keys: [ExactText: Int] = [ExactText(composed): 1, ExactText(decomposed): 2]
        #expect(keys.count == 2 && keys[ExactText("caf\u{E9}")] == 1 && keys[ExactText("cafe\u{301}")] == 2)
    }

    @Test("Only ASCII is put in lower case, so that nothing else becomes a letter of it")
    func lowercase() {
        #expect("Content-TYPE".asciiLowercased == "content-type")
        #expect("\u{212A}É".asciiLowercased.isIdentical(to: "\u{212A}É"))
    }

    @Test("A beginning has whole scalars, and no more of them, be they one Character")
    func prefix() {
        let letter = "e" + String(repeating: "\u{301}", count: 60_000)
        #expect(letter.prefix(maximumScalars: 100).unicodeScalars.count == 100)
        #expect("été".prefix(maximumScalars: 3) == "été" && "été".prefix(maximumScalars: 2) == "ét")
    }
}
