// The whole product as it is mostly installed: TLS ends in front of the web server, which sees plain http.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Web

@Suite("Behind a proxy that ends TLS")
struct BehindProxyTests {
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .via
    private static let origin = "https://hooks.example.com"

    private let test: TestApp

    init() throws {
        test = try TestApp {
            $0.address = SiteAddress(Self.origin, isTrustedProxy: { $0 == "10.0.0.5" }) ?? .local
        }
    }

    private func browser(host: String = "hooks.example.com") throws -> Browser {
        let browser = try test.browser()
        browser.host = host
        return browser
    }

    private func signIn(_ browser: Browser, _ fields: HTTPFields, token: String? = nil) -> Browser.Page {
        let csrf = browser.get("/sign-in").csrf ?? ""
        let form = FormData([("csrf", token ?? csrf), ("email", test.alice.email), ("password", TestApp.password)])
        var fields = fields
        fields[.contentType] = "application/x-www-form-urlencoded"
        return browser.send(.post, "/sign-in", fields: fields, body: Array(form.encoded().utf8))
    }

    @Test("Somebody signs in, with cookies for https alone", arguments: ["hooks.example.com", "127.0.0.1:8080"])
    func signsIn(host: String) throws {
        let browser = try browser(host: host)
        let page = signIn(browser, [.origin: Self.origin, Self.fetchSite: "same-origin"])
        #expect(page.status == 303)
        let cookies = page.fields[values: .setCookie]
        #expect(cookies.contains { $0.hasPrefix("__Host-session=") } && cookies.allSatisfy { $0.contains("; Secure") })
        #expect(browser.get("/me").status == 200)
        let saved = browser.post("/me", [("own_theme", "dark"), ("time_zone", ""), ("mobile", ""), ("version", "1")])
        #expect(saved.status != 403 && saved.fields[values: .setCookie].allSatisfy { $0.contains("; Secure") })
    }

    @Test("Pages of other sites are refused, and so is the same name by plain http")
    func foreign() throws {
        for origin in ["http://hooks.example.com", "https://evil.example", "https://hooks.example.com:8443", "null", ""] {
            #expect(signIn(try browser(), [.origin: origin]).status == 403, "\(origin)")
        }
        for site in ["cross-site", "same-site"] {
            #expect(signIn(try browser(), [.origin: Self.origin, Self.fetchSite: site]).status == 403, "\(site)")
        }
    }

    @Test("A browser that names no origin is heard when it says same-origin, and sends the page's token")
    func nullOrigin() throws {
        let own: HTTPFields = [.origin: "null", Self.fetchSite: "same-origin"]
        #expect(signIn(try browser(), own).status == 303)
        #expect(signIn(try browser(), own, token: "").status == 403)
        let stranger = try browser()
        #expect(signIn(try browser(), own, token: stranger.get("/sign-in").csrf).status == 403)
        for site in ["cross-site", "same-site", "none"] {
            #expect(signIn(try browser(), [.origin: "null", Self.fetchSite: site]).status == 403, "\(site)")
        }
        // Without a session there is no token that could be held against it: nothing is kept then.
        let form = Array(FormData(TamperedFormTests.accountForm.map { (name: $0.0, value: $0.1) }).encoded().utf8)
        let lost = try browser().send(
            .post, TamperedFormTests.account, fields: own.with(.contentType, "application/x-www-form-urlencoded"), body: form)
        #expect(lost.location == "/sign-in")
    }

    @Test("A proxy that the operator named says whether it was https and who it was; nobody else does")
    func namedProxy() throws {
        let test = try TestApp {
            $0.address =
                SiteAddress("http://127.0.0.1:8080", furtherHosts: ["hooks.example.com"], isTrustedProxy: { $0 == "10.0.0.5" }) ?? .local
        }
        for (from, isBelieved) in [("10.0.0.5", true), ("10.0.0.6", false)] {
            let browser = try test.browser()
            (browser.host, browser.remoteAddress) = ("hooks.example.com", from)
            for (name, value) in [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.7")] {
                if let name = HTTPField.Name(name) { browser.furtherFields[name] = value }
            }
            browser.furtherFields[.origin] = "https://hooks.example.com"
            let page = browser.signIn(test.alice.email)
            #expect(page.status == (isBelieved ? 303 : 403))
            #expect(page.fields[values: .setCookie].contains { $0.hasPrefix("__Host-session=") } == isBelieved)
        }
        let seen = try test.site.database.read { try $0.rows("SELECT address FROM sessions") { try $0.next(String.self) } }
        #expect(seen == ["203.0.113.7"])
    }
}

extension HTTPFields {
    fileprivate func with(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
        var fields = self
        fields[name] = value
        return fields
    }
}
