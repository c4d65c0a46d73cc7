// Accept-Language as RFC 9110 § 12.5.4 has it: what is refused is refused, and what cannot be read was not asked for.

import Testing
import Web

@Suite("Accept-Language")
struct AcceptedLanguageTests {
    @Test(
        "The language that is wanted most is shown, English when none of ours is",
        arguments: [
            ("fr", Language.french), ("fr-CA, en;q=0.8", .french), ("FR-fr;Q=1.0", .french), ("en;q=0.5, fr;q=0.6", .french),
            ("en;q=0.5,fr;q=0.5", .english), ("de, fr ; q=0.3", .french), ("de,*;q=0.5", .english), ("", .english), ("fr;q=0", .english),
            ("fr;q=0.000, en;q=0.001", .english), ("fr;q=nan", .english), ("fr;q=inf", .english), ("fr;q=2", .english),
            ("fr;q=-1", .english),
            ("fr;q=1e0", .english), ("fr;q=0x1", .english), ("fr;q=", .english), ("fr;q=0.1234", .english), ("fr;q=1.001", .english),
            ("fr;level=1;q=0.9, en;q=0.1", .french), ("fr\u{301}", .english), ("fr;\u{301}q=0,en;q=0.1", .french),
            ("fr;q=0\u{301}.5,en;q=0.1", .english), ("fr,\u{200D}en", .french), ("français", .english), (";q=1,,fr", .french),
        ])
    func languages(accepted: String, shown: Language) {
        #expect(Language(preferred: accepted) == shown)
    }
}
