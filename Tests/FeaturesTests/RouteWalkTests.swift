// The route walk: every route there is, by everybody there is. A route that somebody adds is walked without being named here.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Web

@Suite("Every route answers as its access says")
struct RouteWalkTests {
    /// Open to nobody in particular, spelled out: a route that becomes so by mistake shows here.
    private static let anonymous: Set<String> = [
        "/sign-in", "/sign-in/account", "/sign-in/code", "/sign-in/unlock", "/password/link", "/password/forgotten", "/sign-out", "/setup",
        "/healthz",
        "/metrics", "/api/v1/openapi.json",
    ]

    /// An installation of its own for each test: Swift Testing makes a new suite value for every one. With a tab that the product does
    /// not have, for which nothing was said here.
    private let test: TestApp
    /// Addresses that somebody comes to in Acme, which has one of each thing.
    private let known: Set<String>

    init() throws {
        test = try TestApp { try $0.addSmallTab() }
        known = try test.fillAcme().union(try test.addresses(of: test.alice)).union(try test.addresses(of: test.olivia))
    }

    private var routes: [Route] { test.application.pipeline.routes }
    private var pages: [Route] { routes.filter { if case .machine = $0.access { false } else { true } } }

    /// The address of something that there is in Acme, and of what there is nowhere: a pattern with ids has both.
    private func addresses(_ route: Route) -> [String] {
        route.pattern.contains("{") ? [address(route)] + route.addresses(from: known).sorted().prefix(1) : [route.pattern]
    }

    /// The pattern with something in each parameter, which no row of any account has.
    private func address(_ route: Route, slug: String = "acme") -> String {
        route.pattern.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            segment == "{slug}" ? slug : segment.hasPrefix("{") ? "nothing-has-this-id" : String(segment)
        }.joined(separator: "/")
    }

    private func answer(_ route: Route, at address: String, _ browser: Browser) -> Browser.Page {
        route.method == .post ? browser.post(address) : browser.send(route.method, address)
    }

    /// The pages of `routes`, each at each of its addresses.
    private func walk(_ routes: [Route], _ body: (Route, String) throws -> Void) rethrows {
        for route in routes { for address in addresses(route) { try body(route, address) } }
    }

    @Test("The walk comes to things that there are")
    func things() {
        let missing = pages.filter { $0.pattern.contains("{") && addresses($0).count < 2 }.map(\.pattern)
        #expect(missing == [])
    }

    @Test("Only the addresses that are listed here are open to anybody")
    func anonymous() {
        for route in routes where route.access == .anonymous {
            #expect(Self.anonymous.contains(route.pattern), "\(route.pattern) is open to anybody")
        }
    }

    @Test("Every tab has a name in both languages, and leads to a page with its right")
    func tabs() throws {
        for tab in test.application.pipeline.menu.tabs {
            for language in Language.allCases { #expect(test.site.locales[language].has(tab.label), "\(tab.label)") }
            let page = try #require(pages.first { $0.method == .get && $0.pattern == tab.path }, "\(tab.path)")
            let isStaffs = [.operatorConsole, .operatorInAccount].contains(tab.right)
            #expect(page.access == (isStaffs ? .operator : .right(tab.right)), "\(tab.path)")
        }
    }

    @Test("Nobody is led to the sign-in, by every page and every form, and writes nothing")
    func nobody() throws {
        let before = try written()
        try walk(pages.filter { $0.access != .anonymous }) { route, address in
            let page = try test.browser().send(route.method, address)
            #expect(page.status == 303, "\(route.method) \(address)")
            #expect(page.location?.hasPrefix("/sign-in") == true, "\(route.method) \(address) → \(page.location ?? "")")
            guard route.method == .post else { return }
            // A form from a page of ours is kept: the answer is the sign-in itself.
            let kept = answer(route, at: address, try test.browser())
            #expect(kept.status == 403 && kept.text.contains("action=\"/sign-in\""), "\(route.pattern)")
        }
        #expect(try written() == before)
    }

    @Test("A user without rights gets 403 from what needs one, and no word of the operator's pages")
    func user() throws {
        try walk(pages.filter { $0.access != .anonymous }) { route, address in
            let status = answer(route, at: address, try test.browser(test.bob)).status
            switch route.access {
            case .right: #expect(status == 403, "\(route.method) \(route.pattern)")
            case .operator: #expect(status == 404, "\(route.method) \(route.pattern)")
            default: #expect(status != 403 && status < 500, "\(route.method) \(route.pattern): \(status)")
            }
        }
    }

    @Test("An administrator can open every page of their account, and none of the operator's")
    func administrators() throws {
        for person in [test.alice, test.mallory] {
            try walk(pages.filter { $0.access != .anonymous }) { route, address in
                let page = answer(route, at: address, try test.browser(person))
                if route.access == .operator {
                    #expect(page.status == 404, "\(route.method) \(route.pattern)")
                } else {
                    #expect([200, 303, 404, 422].contains(page.status), "\(route.method) \(route.pattern): \(page.status)")
                    #expect(page.location?.hasPrefix("/sign-in") != true, "\(route.method) \(route.pattern)")
                    let isTheirs = person.account == test.acme && known.contains(address)
                    if route.pattern.contains("{"), !isTheirs { #expect(page.status != 200, "\(route.method) \(address)") }
                }
            }
        }
    }

    @Test("An operator who has opened no account is led to the list of accounts")
    func operators() throws {
        try walk(pages) { route, address in
            let page = answer(route, at: address, try test.browser(test.olivia))
            switch route.access {
            case .right: #expect(page.location == "/operator/accounts", "\(route.method) \(route.pattern)")
            case .operator: #expect([200, 303, 404, 422].contains(page.status), "\(route.method) \(route.pattern): \(page.status)")
            default: #expect(page.status < 500, "\(route.method) \(route.pattern): \(page.status)")
            }
        }
    }

    @Test("An operator who has opened an account comes to every page of it")
    func operatorInAccount() throws {
        try walk(pages.filter { $0.access != .anonymous }) { route, address in
            let page = answer(route, at: address, try test.browser(test.olivia, account: test.acme))
            #expect([200, 303, 404, 422].contains(page.status), "\(route.method) \(route.pattern): \(page.status)")
        }
    }

    @Test("A form without its token, with a wrong one, with another session's, or from another site is refused and writes nothing")
    func crossSite() throws {
        let other = try test.browser(test.alice).get("/me").csrf ?? ""
        try walk(pages.filter { $0.method == .post }) { route, address in
            let person = route.access == .operator ? test.olivia : test.alice
            let browser = try test.browser(person)
            let own = browser.get("/me").csrf ?? ""
            #expect(!own.isEmpty)
            let before = try written()
            let refused: [(String, String?, HTTPFields)] = [
                ("without a token", nil, [:]),
                ("with an empty token", "", [:]),
                ("with a wrong token", String(own.reversed()), [:]),
                ("with another session's token", other, [:]),
                ("from another site's page", own, [.origin: "https://evil.example"]),
                ("from a page without an origin", own, [.origin: "null"]),
                ("from another port of this host", own, [.origin: "http://localhost:8081"]),
                ("by another site's script", own, [try #require(HTTPField.Name("Sec-Fetch-Site")): "cross-site"]),
                ("by a neighbour's script", own, [try #require(HTTPField.Name("Sec-Fetch-Site")): "same-site"]),
            ]
            for (how, token, fields) in refused {
                var fields = fields
                fields[.contentType] = "application/x-www-form-urlencoded"
                let body = token.map { "csrf=\($0)" } ?? ""
                let page = browser.send(.post, address, fields: fields, body: Array(body.utf8))
                #expect(page.status == 403, "\(address) \(how): \(page.status)")
            }
            #expect(try written() == before, "\(address) wrote something")
        }
        // And what is written does show in what is compared.
        let before = try written()
        #expect(try test.browser(test.olivia).post("/operator/accounts/globex/open").status == 303)
        #expect(try written() != before)
    }

    @Test("No address that changes something can be reached by GET")
    func posts() throws {
        let gets = Set(pages.filter { $0.method == .get }.map(\.pattern))
        let browser = try test.browser(test.alice)
        walk(pages.filter { $0.method == .post && !gets.contains($0.pattern) }) { _, address in
            // Where a parameter of another page takes the word's place, that page says that there is nothing.
            #expect([404, 405].contains(browser.get(address).status), "\(address)")
        }
    }

    @Test("A page that is asked for writes nothing")
    func reads() throws {
        let browser = try test.browser(test.alice)
        let before = try written()
        walk(pages.filter { $0.method == .get }) { _ = browser.get($1) }
        #expect(try written() == before)
    }

    @Test("A machine without a valid key gets 401, with another account's 404, without the scope 403")
    func machines() throws {
        let full = try test.key(of: test.acme)
        for route in routes {
            guard case .machine(let scope) = route.access else { continue }
            let lacking = try test.key(of: test.acme, scopes: test.scopes.subtracting([scope]))
            let body = route.method == .get ? [] : Array("{}".utf8)
            func status(_ slug: String, _ key: String?) -> Int {
                test.call(route.method, address(route, slug: slug), key: key, body: body).status
            }
            #expect(status("acme", nil) == 401, "\(route.pattern)")
            #expect(status("acme", "hsk_wrong") == 401, "\(route.pattern)")
            #expect(status("globex", full) == 404, "\(route.pattern)")
            #expect(status("nobody", full) == 404, "\(route.pattern)")
            #expect(status("acme", lacking) == 403, "\(route.pattern)")
            #expect(![401, 403].contains(status("acme", full)), "\(route.pattern)")
        }
    }

    @Test("A key is no way into the pages, and a session none into the machines' calls")
    func ways() throws {
        let key = try test.key(of: test.acme)
        #expect(test.call(.get, "/settings/deletions", key: key).status == 303)
        for route in routes {
            guard case .machine = route.access, route.method == .get else { continue }
            #expect(try test.browser(test.alice).get(address(route)).status == 401, "\(route.pattern)")
        }
    }

    @Test("The web server lets every form through that its route takes, and a whole file with it")
    func webServer() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../nginx.conf").standardized
        let text = try String(contentsOf: file, encoding: .utf8)
        let usual = 64 << 10
        /// In nginx's order: a whole address, a beginning that ends the search, then patterns.
        let locations = text.matches(of: /location (=|\^~|~) (\S+) \{([^}]*)\}/).map { (String($0.1), String($0.2), String($0.3)) }
        func isMeant(_ location: (String, String, String), _ address: String) throws -> Bool {
            switch location.0 {
            case "=": address == location.1
            case "^~": address.hasPrefix(location.1)
            default: try address.firstMatch(of: Regex(location.1)) != nil
            }
        }
        func limit(_ address: String) throws -> Int {
            for kind in ["=", "^~", "~"] {
                guard let found = try locations.first(where: { try $0.0 == kind && isMeant($0, address) }) else { continue }
                guard let size = found.2.firstMatch(of: /client_max_body_size (\d+)([km]);/), let number = Int(size.1) else { return usual }
                return number << (size.2 == "m" ? 20 : 10)
            }
            return usual
        }
        for route in pages where route.bodyLimit > usual {
            let files = route.uploadLimits.fileSize
            #expect(try limit(address(route)) >= (files > 0 ? files + usual : route.bodyLimit), "\(route.pattern)")
        }
    }

    /// All that SQLite has on the disk: a committed write shows here, whatever it wrote.
    private func written() throws -> [Data?] {
        ["hookswitch.sqlite", "hookswitch.sqlite-wal"].map { FileManager.default.contents(atPath: "\(test.folder)/\($0)") }
    }
}
