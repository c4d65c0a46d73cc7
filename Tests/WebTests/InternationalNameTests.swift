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
        "An email address has its domain as people write it, and as relays know it",
        arguments: [
            ("jörg@münchen.example", "jörg@münchen.example", "jörg@xn--mnchen-3ya.example"),
            ("ana@xn--mnchen-3ya.example", "ana@münchen.example", "ana@xn--mnchen-3ya.example"),
            ("ana@ＭÜNCHEN.example", "ana@münchen.example", "ana@xn--mnchen-3ya.example"),
            ("ana@hooks.example", "ana@hooks.example", "ana@hooks.example"),
            ("a@b@münchen.example", "a@b@münchen.example", "a@b@münchen.example"), ("münchen", "münchen", "münchen"),
        ])
    func addresses(typed: String, shown: String, stored: String) {
        #expect(InternationalName.shownAddress(typed) == shown)
        #expect(InternationalName.storedAddress(typed) == stored)
    }

    @Test(
        "What no machine is called is no domain",
        arguments: [
            ("acme.example", true), ("münchen.example", true), ("ab--c.example", true), ("1.2.example", true), ("acme.example.", false),
            ("acme..example", false), (".", false), ("-acme.example", false), ("ac_me.example", false), ("😀.example", false),
            (String(repeating: "x", count: 64) + ".example", false),
        ])
    func domains(name: String, isDomain: Bool) {
        #expect(InternationalName.isDomain(name) == isDomain)
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
