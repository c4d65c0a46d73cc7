// The decoder is the gate of every text that comes from outside.

import HTTP
import Testing

@Suite("Percent encoding")
struct PercentEncodingTests {
    @Test("What was encoded decodes to itself", arguments: ["", "a b/c?d=é&f", "100 %", "日本語", "+", "~-._"])
    func roundTrip(text: String) {
        #expect(percentDecoded(percentEncoded(text)) == text)
    }

    @Test(
        "Broken sequences, NUL and text that is not UTF-8 are refused",
        arguments: ["%", "%4", "%zz", "%00", "a%C3", "%ED%A0%80", "%FF", "%C0%AF"])
    func refused(text: String) {
        #expect(percentDecoded(text) == nil)
    }

    @Test("A plus is a space in forms and a plus in paths")
    func plus() {
        #expect(percentDecoded("a+b".utf8, plusIsSpace: true) == "a b")
        #expect(percentDecoded("a+b") == "a+b")
    }
}
