// What a form takes: each problem of the closed set, and every spelling in which loopback was ever smuggled past a check.
import Testing

@testable import HTTPClient

@Suite("Target of a webhook")
struct TargetTests {
    let strict = AddressPolicy()
    let open = AddressPolicy(allowing: [CIDR("127.0.0.0/8"), CIDR("::1")].compactMap { $0 }, allowsHTTP: true)

    static let loopback = [
        "127.0.0.1", "127.0.0.1.", "127.1", "127.1.", "127.0.1", "0x7f.1", "0x7F.0x0.0x0.0x1", "0x7f000001", "0X7F000001", "2130706433",
        "2130706433.", "017700000001", "0177.0.0.1", "0177.1", "00000177.0.0.01", "127.0.0.0x1", "%31%32%37.0.0.1", "127%2e0%2e0%2e1",
        "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "0", "0.0.0.0", "[::]", "127.255.255.254",
        "１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①", "127．0．0．1", "０ｘ７ｆ．１", "localhost", "LOCALHOST", "localhost.", "LocalHost.", "foo.localhost",
        "ｌｏｃａｌｈｏｓｔ", "lo%63alhost", "[fe80::1%25eth0]",
    ]

    @Test("Loopback is refused in every spelling", arguments: loopback)
    func refusesLoopback(_ host: String) {
        for url in ["https://\(host)/hook", "https://\(host)", "https://\(host):8443/a?b#c", "HTTPS://\(host)/"] {
            #expect(throws: TargetProblem.address, "\(url)") { try strict.checked(target: url) }
        }
    }

    @Test(
        "Metadata addresses are refused in every spelling, even when all is allowed",
        arguments: [
            "169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]",
        ])
    func refusesMetadata(_ host: String) {
        let all = AddressPolicy(allowing: [CIDR("0.0.0.0/0"), CIDR("::/0")].compactMap { $0 }, allowsHTTP: true)
        #expect(throws: TargetProblem.address) { try all.checked(target: "http://\(host)/latest/meta-data/") }
    }

    @Test("A good address is taken, its host in ASCII")
    func takes() throws {
        let plain = try strict.checked(target: "https://Hooks.Example.com/in?a=b%20c#top")
        #expect(plain == Target(url: "https://hooks.example.com/in?a=b%20c", isSecure: true, host: "hooks.example.com", port: 443))
        #expect(try strict.checked(target: "https://example.com").url == "https://example.com/")
        #expect(try strict.checked(target: "https://example.com:8443/").port == 8443)
        #expect(try strict.checked(target: "https://bücher.example/é").url == "https://xn--bcher-kva.example/%C3%A9")
        #expect(try strict.checked(target: "https://8.8.8.8/").host == "8.8.8.8")
        #expect(try strict.checked(target: "https://[2606:4700::1111]/").host == "[2606:4700::1111]")
        #expect(try strict.checked(target: "https://a_b.example./@x").host == "a_b.example.")
        #expect(try strict.checked(target: "https://example.com:80/").port == 80)
        #expect(try open.checked(target: "http://127.1:8080/x").url == "http://127.0.0.1:8080/x")
        #expect(try open.checked(target: "http://localhost:8080/x").host == "localhost")
        #expect(try open.checked(target: "http://[::ffff:7f00:1]:8080/").host == "127.0.0.1")
    }

    @Test(
        "Each thing wrong with an address has its own name",
        arguments: [
            ("", TargetProblem.scheme), ("example.com/hook", .scheme), ("//example.com/", .scheme), ("http://example.com/", .scheme),
            ("ftp://example.com/", .scheme), ("file:///etc/passwd", .scheme), ("gopher://127.0.0.1:6379/_x", .scheme),
            ("javascript:alert(1)", .scheme), ("https://", .host), ("https:///hook", .host), ("https://?a", .host),
            ("https://user@example.com/", .userInfo), ("https://user:secret@example.com/", .userInfo),
            ("https://:x@example.com/", .userInfo),
            ("https://@example.com/", .userInfo), ("https://example.com@127.0.0.1/", .userInfo), ("https://example.com:22/", .port),
            ("https://example.com:0/", .port), ("https://example.com:1023/", .port), ("https://example.com:65536/", .port),
            ("https://example.com:x/", .port), ("https://exa mple.com/", .notURL), ("https://example.com /", .notURL),
            ("https://example.com\\@127.0.0.1/", .notURL), ("https://example.com/\n", .notURL), (" https://example.com/", .notURL),
            ("https://example.com/\0", .notURL), ("https://1.2.3.4.5/", .host), ("https://256.1.1.1/", .host), ("https://08.1.1.1/", .host),
            ("https://0x7f.0x/", .address), ("https://a..example/", .host), ("https://.example.com/", .host), ("https://[::1/", .host),
            ("https://[::g]/", .host),
            ("https://exa$mple.com/", .host), ("https://\(String(repeating: "a", count: 64)).example/", .host),
            ("https://example.com/\(String(repeating: "a", count: 2048))", .tooLong),
        ])
    func problems(_ url: String, _ problem: TargetProblem) {
        #expect(throws: problem, "\(url)") { try strict.checked(target: url) }
    }

    @Test(
        "What RFC 3986 lets stand nowhere in a path or query is percent-encoded, once",
        arguments: [
            ("/a b?c d", "/a%20b?c%20d"), ("/<x>\"y\"", "/%3Cx%3E%22y%22"), ("/{id}|^`?a[]=1", "/%7Bid%7D%7C%5E%60?a%5B%5D=1"),
            ("/100%", "/100%25"), ("/%4x?%zz%2", "/%254x?%25zz%252"), ("/%41%2f?q=%c3%a9", "/%41%2f?q=%c3%a9"),
            ("/é?ü=ß", "/%C3%A9?%C3%BC=%C3%9F"),
            ("/a\\b", "/a%5Cb"), ("?x=\\", "/?x=%5C"), ("/-._~!$&'()*+,;=:@/?/?", "/-._~!$&'()*+,;=:@/?/?"), ("/'\u{301}", "/'%CC%81"),
            ("/a#<frag>", "/a"),
        ])
    func encoding(_ given: String, _ kept: String) throws {
        let url = try strict.checked(target: "https://example.com" + given).url
        #expect(url == "https://example.com" + kept)
        #expect(try strict.checked(target: url).url == url)
    }

    @Test("What is too long once it is encoded is refused at once, not when it is called")
    func encodedLength() throws {
        #expect(throws: TargetProblem.tooLong) { try strict.checked(target: "https://example.com/" + String(repeating: "é", count: 700)) }
    }

    @Test("Ports are 80, 443 and all above 1023")
    func ports() throws {
        for port in [80, 443, 1024, 8443, 65535] { #expect(try strict.checked(target: "https://example.com:\(port)/").port == port) }
        for port in [1, 21, 22, 25, 79, 81, 442, 444, 1023] {
            #expect(throws: TargetProblem.port) { try strict.checked(target: "https://example.com:\(port)/") }
        }
    }

    @Test("http passes only where the operator allows it")
    func http() throws {
        #expect(throws: TargetProblem.scheme) { try strict.checked(target: "http://example.com/") }
        #expect(try open.checked(target: "http://example.com/").isSecure == false)
    }
}
