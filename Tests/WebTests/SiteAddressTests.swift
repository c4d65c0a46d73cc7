// Where the console is said to be, and whose word counts on how a request came.

import HTTP
import HTTPTypes
import Testing

@testable import Web

@Suite("The site's address")
struct SiteAddressTests {
    @Test("An address is a scheme, a name and perhaps a port, written as browsers write an origin")
    func spelling() {
        for (text, origin) in [
            ("https://Hooks.Example.com", "https://hooks.example.com"), ("https://hooks.example.com/", "https://hooks.example.com"),
            ("https://hooks.example.com:443", "https://hooks.example.com"), ("http://h:80", "http://h"), ("http://h:443", "http://h:443"),
            ("HTTP://127.0.0.1:8080", "http://127.0.0.1:8080"), ("https://[fd00::1]:8443/", "https://[fd00::1]:8443"),
        ] {
            #expect(SiteAddress(text)?.text == origin, "\(text)")
        }
        for text in [
            "", "hooks.example.com", "ftp://h", "https://", "https:///", "https://h/path", "https://h?q", "https://u@h", "https://h:port",
            "https://h:123456", "https://münchen.example", "https://[::1", "https://h h", "https://h\u{301}", "javascript:alert(1)",
        ] {
            #expect(SiteAddress(text) == nil, "\(text)")
        }
        #expect(SiteAddress.isHost("Hookswitch.internal") && SiteAddress.isHost("[fd00::1]"))
        for text in ["h:80", "https://h", "", "h/"] { #expect(!SiteAddress.isHost(text), "\(text)") }
    }

    @Test("Behind TLS the origin is the address's, whatever the proxy calls us; the same name by http is another site")
    func origins() throws {
        let address = try #require(SiteAddress("https://hooks.example.com", furtherHosts: ["second.example"]))
        func isOwn(_ origin: String, host: String) -> Bool {
            address.isOrigin(origin, of: address.original(of: Request(path: "/", host: host)))
        }
        for host in ["hooks.example.com", "127.0.0.1:8080", "localhost"] { #expect(isOwn("https://hooks.example.com", host: host)) }
        #expect(isOwn("https://second.example:8443", host: "second.example:8443"))
        // Straight to the web server, on its machine.
        #expect(isOwn("http://127.0.0.1:8080", host: "127.0.0.1:8080"))
        for (origin, host) in [
            ("http://hooks.example.com", "hooks.example.com"), ("https://hooks.example.com:8443", "hooks.example.com"),
            ("https://evil.example", "evil.example"), ("http://127.0.0.1:9090", "127.0.0.1:8080"), ("null", "hooks.example.com"),
            ("https://hooks.example.com.evil.example", "hooks.example.com"), ("", "hooks.example.com"),
        ] {
            #expect(!isOwn(origin, host: host), "\(origin) \(host)")
        }
    }

    @Test("A proxy is believed when the operator named it, and only its own last word")
    func proxies() throws {
        let named = SiteAddress("http://127.0.0.1:8080", isTrustedProxy: { $0.hasPrefix("10.") })
        let address = try #require(named)
        func seen(_ from: String, _ scheme: String?, _ path: String?) -> (Bool, String) {
            var fields: HTTPFields = [:]
            if let scheme, let name = HTTPField.Name("X-Forwarded-Proto") { fields[name] = scheme }
            if let path, let name = HTTPField.Name("X-Forwarded-For") { fields[name] = path }
            let request = address.original(of: Request(path: "/", fields: fields, remoteAddress: from))
            return (request.isSecure, request.remoteAddress)
        }
        #expect(seen("10.0.0.5", "https", "203.0.113.7") == (true, "203.0.113.7"))
        #expect(seen("10.0.0.5", "HTTPS", nil) == (true, "10.0.0.5"))
        #expect(seen("10.0.0.5", "https, http", "198.51.100.1, 203.0.113.7, 10.0.0.9") == (false, "203.0.113.7"))
        #expect(seen("10.0.0.5", "http", "10.0.0.7, 10.0.0.9") == (false, "10.0.0.7"))
        #expect(seen("10.0.0.5", "https", String(repeating: "9", count: 100)) == (true, "10.0.0.5"))
        #expect(seen("203.0.113.9", "https", "10.0.0.1") == (false, "203.0.113.9"))
        let secure = try #require(SiteAddress("https://hooks.example.com"))
        #expect(secure.original(of: Request(path: "/")).isSecure)
    }
}
