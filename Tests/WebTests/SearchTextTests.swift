// Searches find what people mean, however it was typed.

import Testing
import Web

@Suite("Search text")
struct SearchTextTests {
    @Test(
        "Accents, capitals, ligatures, widths, white space and typographer's signs make no difference",
        arguments: [
            ("Élodie", "elodie"), ("ELODIE", "elodie"), ("E\u{301}lodie", "elodie"), ("Sœur Œuvre", "soeur oeuvre"),
            ("Straße", "STRASSE"), ("GROẞ", "gross"), ("Łódź", "lodz"), ("İstanbul", "istanbul"), ("ΣΟΦΟΣ", "σοφος"), ("Σοφός", "σοφος"),
            ("ﬁn", "fin"), ("ＡＢＣ", "abc"), ("L’Oréal", "l'oreal"), ("Nord\u{A0}– \u{2009}Sud", "nord - sud"), ("  a\tb\n", "a b"),
            ("a\u{200B}b", "ab"), ("Ærø", "aero"), ("Đorđe", "dorde"),
        ])
    func folded(text: String, same: String) {
        #expect(SearchText.folded(text) == SearchText.folded(same))
    }

    @Test("Different letters stay different, and emoji and other scripts are kept")
    func distinct() {
        #expect(SearchText.folded("Muller") != SearchText.folded("Miller"))
        #expect(SearchText.folded("日本 😀") == "日本 😀")
        #expect(SearchText.folded("") == "")
    }

    @Test("Parts stand apart: no search reaches from the end of one into the next")
    func parts() {
        #expect(SearchText.folded("Ann", "bob@x") == "ann\nbob@x")
        #expect(LikePattern.containing("Ann\nBob") == "%ann bob%")
    }

    @Test("What LIKE would take for a wildcard is a letter like others")
    func pattern() {
        #expect(LikePattern.containing("É_100%\\") == "%e\\_100\\%\\\\%")
    }
}
