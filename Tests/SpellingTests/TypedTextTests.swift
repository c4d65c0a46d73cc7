// What comes with a pasted value never reaches a row, and what belongs to a name stays in it.

import Spelling
import Testing

@Suite("Text as people type and paste it")
struct TypedTextTests {
    @Test(
        "White space of every kind, zero-width signs and signs of direction around a value go, what is inside stays",
        arguments: [
            ("  a b\t\r\n", "a b"), ("\u{A0}\u{202F}\u{3000}\u{2009}x\u{85}\u{2028}", "x"),
            ("\u{FEFF}\u{200B}https://a.example/\u{2060}\u{AD}", "https://a.example/"),
            ("\u{202A}+33 1\u{202C}", "+33 1"), ("\u{2068}\u{200F}a\u{200E}\u{2069}\u{61C}", "a"), ("\u{0}\u{1}a\u{7F}\u{9F}", "a"),
            ("a\u{200B}b", "a\u{200B}b"), ("e\u{301} ", "e\u{301}"), (" \u{301}a", "\u{301}a"), ("", ""), (" \u{200D}\u{2069} ", ""),
        ])
    func line(typed: String, kept: String) {
        #expect(Array(TypedText.line(typed).unicodeScalars) == Array(kept.unicodeScalars))
    }

    @Test(
        "In a name joiners stay, and signs that nobody sees go",
        arguments: [
            ("\u{202E}Ada\u{202C} Min", "Ada Min"),
            ("\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}", "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}"),
            ("\u{1F468}\u{200D}\u{1F4BB} team\u{200D}", "\u{1F468}\u{200D}\u{1F4BB} team"), ("in\u{AD}voice\u{200B}s\u{FEFF}", "invoices"),
            ("Élodie\nMartin\u{2029}2", "Élodie Martin 2"), ("a\u{0}b\tc", "ab c"), (" \u{2066} \u{2069} ", ""),
            ("\u{202E}\u{200D} x", "x"), ("ÉA\u{A0}B", "ÉA\u{A0}B"),
            ("Vie\u{323}\u{302}t \u{5E9}\u{5C1}\u{5B8}\u{59D}", "Vie\u{323}\u{302}t \u{5E9}\u{5C1}\u{5B8}\u{59D}"),
            ("a" + String(repeating: "\u{301}", count: 99), "a" + String(repeating: "\u{301}", count: 8)),
            (
                "a" + String(repeating: "\u{301}\u{200D}", count: 9) + "b",
                "a" + String(repeating: "\u{301}\u{200D}", count: 8) + "b"
            ),
            ("a" + String(repeating: "\u{301}", count: 100), "a" + String(repeating: "\u{301}", count: 100)),
        ])
    func name(typed: String, kept: String) {
        #expect(Array(TypedText.name(typed).unicodeScalars) == Array(kept.unicodeScalars))
    }

    @Test("A value without white space keeps none of it, and nothing else that cannot be seen")
    func compact() {
        #expect(TypedText.compact("\u{A0}ada @ Acme.example\u{200B}\n") == "ada@Acme.example")
        #expect(TypedText.compact("1\u{202F}0 0") == "100")
    }

    @Test(
        "A name has to show something",
        arguments: [
            ("a", true), ("é", true), ("\u{1F468}\u{200D}\u{1F4BB}", true), ("字", true), (" .", true), ("", false), (" \u{A0}", false),
            ("\u{200D}\u{200C}", false),
            ("\u{2800}", false), ("\u{3164}\u{115F}", false), ("\u{301}", false), ("\u{FE0F}", false), ("\u{E000}", false),
            ("\u{0}", false),
        ])
    func visible(text: String, isVisible: Bool) {
        #expect(TypedText.hasVisibleCharacter(text) == isVisible)
    }

    @Test("A limit counts bytes and never cuts a scalar in two")
    func prefix() {
        #expect(TypedText.prefix("été", maximumBytes: 5) == "été")
        #expect(TypedText.prefix("été", maximumBytes: 4) == "ét")
        #expect(TypedText.prefix("été", maximumBytes: 1) == "")
        #expect(TypedText.prefix("été", maximumBytes: -1) == "")
        let letter = "e" + String(repeating: "\u{301}", count: 300_000)
        #expect(TypedText.prefix(letter, maximumBytes: 254).utf8.count == 253)
    }

    @Test("A megabyte of what is one Character is cleaned in a moment")
    func hostile() {
        let marks = String(repeating: "\u{301}", count: 500_000)
        let blanks = String(repeating: "\u{200B}", count: 300_000)
        let clock = ContinuousClock()
        let took = clock.measure {
            #expect(TypedText.line(blanks + "a" + marks + blanks).utf8.count == 1_000_001)
            #expect(TypedText.name(blanks + "a" + blanks + "b") == "ab")
            #expect(!TypedText.hasVisibleCharacter(blanks + marks))
        }
        #expect(took < .seconds(5))
    }
}
