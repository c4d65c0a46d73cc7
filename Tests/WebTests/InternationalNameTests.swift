// Domain names are stored as the Internet knows them, and shown and looked for as people write them.

import Testing
import Web

@Suite("International domain names")
struct InternationalNameTests {
    @Test(
        "A URL shows its host as people write it, and leads back to what is stored",
        arguments: [
            ("https://xn--mnchen-3ya.example/a?b=xn--c", "https://münchen.example/a?b=xn--c"),
            ("https://hooks.example/", "https://hooks.example/"),
            ("https://a.xn--strae-oqa.example:8443/", "https://a.straße.example:8443/"),
            // No name, or one that another spelling leads to: as it is.
            ("https://xn--a/", "https://xn--a/"), ("https://xn--.example/", "https://xn--.example/"),
            ("https://a.example/xn--mnchen-3ya", "https://a.example/xn--mnchen-3ya"),
        ])
    func shown(stored: String, shown: String) {
        #expect(InternationalName.shown(in: stored) == shown)
    }

    @Test(
        "What is looked for is turned into what is stored",
        arguments: [
            ("münchen", "xn--mnchen-3ya"), ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
            ("MÜNCHEN.example/é", "xn--mnchen-3ya.example/é"), ("hooks", "hooks"), ("\u{301}", "\u{301}"),
        ])
    func stored(search: String, stored: String) {
        #expect(InternationalName.stored(in: search) == stored)
    }
}
