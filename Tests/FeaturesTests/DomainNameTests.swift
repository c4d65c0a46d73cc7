// A domain is one domain however it is typed, and what is none is told why.

import TestSupport
import Testing
import Web

@testable import Features

@Suite("Domains as they are typed")
struct DomainNameTests {
    private static let spellings: [(typed: String, stored: String, shown: String)] = [
        ("example.com", "example.com", "example.com"), ("EXAMPLE.Com", "example.com", "example.com"),
        ("example.com.", "example.com", "example.com"), ("\u{A0}\u{200B}example.com\u{202E}\u{FEFF}", "example.com", "example.com"),
        ("exam\u{200B}ple.com", "example.com", "example.com"), ("example。com", "example.com", "example.com"),
        ("ｅｘａｍｐｌｅ．ｃｏｍ．", "example.com", "example.com"), ("https://shop.example.com/path?a=b#c", "shop.example.com", "shop.example.com"),
        ("HTTP://Shop.Example.com:8443/", "shop.example.com", "shop.example.com"),
        ("//cdn.example.com/x", "cdn.example.com", "cdn.example.com"),
        ("example.com/a@b", "example.com", "example.com"), ("example.com:8080", "example.com", "example.com"),
        ("@example.com", "example.com", "example.com"), ("MÜNCHEN.example", "xn--mnchen-3ya.example", "münchen.example"),
        ("mu\u{308}nchen.example", "xn--mnchen-3ya.example", "münchen.example"),
        ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example", "münchen.example"), ("faß.example", "xn--fa-hia.example", "faß.example"),
        ("xn--fa-hia.example", "xn--fa-hia.example", "faß.example"), ("ab--c.example", "ab--c.example", "ab--c.example"),
        ("1.2.example", "1.2.example", "1.2.example"),
    ]

    @Test(
        "However a domain is typed or pasted, it is stored in one way and shown as people write it",
        arguments: spellings)
    func one(typed: String, stored: String, shown: String) throws {
        let name = try DomainName(typed: typed)
        #expect(Array(name.ascii.utf8) == Array(stored.utf8))
        #expect(name.shown == shown)
        #expect(try DomainName(typed: name.shown) == name && DomainName(typed: name.ascii) == name)
    }

    @Test(
        "A wildcard stands for what is below a domain, where it may stand at all",
        arguments: [
            ("*.example.com", "*.example.com"), ("＊．MÜNCHEN．example", "*.xn--mnchen-3ya.example"),
            ("https://*.example.com/", "*.example.com"), ("*.shop.co.uk", "*.shop.co.uk"),
        ])
    func wildcards(typed: String, stored: String) throws {
        #expect(try DomainName(typed: typed, mayBeWildcard: true).ascii == stored)
        #expect(throws: DomainFault.wildcard) { try DomainName(typed: typed) }
    }

    private static let long = Array(repeating: String(repeating: "a", count: 62), count: 4).joined(separator: ".")

    private static let faults: [(typed: String, fault: DomainFault)] = [
        ("ftp://example.com", DomainFault.scheme), ("example.com:http", .port), ("ana@example.com", .email),
        ("https://ana@example.com/", .email), ("mailto:ana@example.com", .email), ("example.com example.org", .blanks),
        ("example\u{A0}.com", .blanks), ("localhost", .localhost), ("app.localhost", .localhost), ("intranet", .single),
        ("https://", .single), ("10.0.0.1", .address), ("12345", .address), ("[::1]", .address), ("2001:db8::1", .address),
        ("example.0x7f", .address), ("*", .wildcardAlone), ("*.", .wildcardAlone), ("*.com", .wildcardSuffix),
        ("*.co.uk", .wildcardSuffix), ("a.*.com", .wildcardPlace), ("**.example.com", .wildcardPlace),
        ("*.*.example.com", .wildcardPlace), ("*example.com", .wildcardPlace), ("example..com", .emptyLabel),
        (".example.com", .emptyLabel), ("example.com..", .emptyLabel), (".", .emptyLabel),
        (String(repeating: "a", count: 64) + ".com", .longLabel), (String(repeating: "é", count: 60) + ".com", .longLabel),
        (long + ".ab", .long), (Array(repeating: "é", count: 100).joined(separator: ".") + ".com", .long), ("-example.com", .hyphen),
        ("example-.com", .hyphen), ("-é.com", .hyphen), ("my_shop.com", .underscore), ("my_é.com", .underscore),
        ("xn--a.com", .punycode), ("xn--.com", .hyphen), ("exa\u{202E}mple.com", .characters), ("i❤.example", .characters),
        ("exa,mple.com", .characters), ("é／x.com", .characters), ("\u{301}a.com", .characters), ("a\\b.com", .characters),
    ]

    @Test(
        "What is no domain is refused, each thing by its own sentence",
        arguments: faults)
    func refused(typed: String, fault: DomainFault) {
        #expect(throws: fault) { try DomainName(typed: typed, mayBeWildcard: true) }
    }

    @Test("A name of 253 characters is one, and of 254 none")
    func longest() throws {
        let name = Self.long + ".a"
        #expect(name.utf8.count == 253)
        #expect(try DomainName(typed: name).ascii == name)
    }

    @Test("Every fault has its sentence in both languages")
    func sentences() throws {
        let test = try TestApp()
        for language in Language.allCases {
            let words = DomainFault.allCases.compactMap { test.site.locales[language].find("security.wrong.\($0.rawValue)") }
            #expect(Set(words).count == DomainFault.allCases.count)
        }
    }

    @Test("What a domain covers: a wildcard all below it, further wildcards included, and not the domain itself")
    func coverage() {
        func covers(_ one: String, _ other: String) -> Bool { DomainName(stored: one).covers(DomainName(stored: other)) }
        #expect(covers("*.example.com", "www.example.com") && covers("*.example.com", "a.b.example.com"))
        #expect(covers("*.example.com", "*.a.example.com"))
        #expect(!covers("*.example.com", "example.com") && !covers("*.example.com", "*.example.com"))
        #expect(!covers("*.example.com", "badexample.com") && !covers("example.com", "www.example.com"))
        #expect(!covers("*.a.example.com", "*.example.com"))
    }

    private static let deceptions: [(typed: String, reasons: [Lookalike])] = [
        ("раypal.com", [Lookalike.mixed("раypal"), .other(DomainName(stored: "paypal.com"))]), ("аррӏе.com", [.foreign("аррӏе")]),
        ("kıng.com", [.foreign("kıng")]),
        ("ѕсоре.com", [.foreign("ѕсоре")]), ("paypa1.com", [.other(DomainName(stored: "paypal.com"))]),
        ("paypai.com", []), ("münchen.de", []), ("straße.de", []), ("sœur.fr", []), ("ærø.dk", []), ("łódź.pl", []),
        ("東京.jp", []), ("правда.com", []), ("сор.рф", []), ("αθήνα.gr", []), ("paypal.com", []), ("*.paypal.com", []),
        ("rnicrosoft.com", [.other(DomainName(stored: "microsoft.com"))]),
    ]

    @Test(
        "A domain that is taken for another is found",
        arguments: deceptions)
    func lookalikes(typed: String, reasons: [Lookalike]) throws {
        let list = Lookalikes(["paypal.com", "microsoft.com"].map { DomainName(stored: $0) })
        #expect(list.reasons(try DomainName(typed: typed, mayBeWildcard: true)) == reasons)
    }
}
