// The way up from a row's pages to its list, which keeps its filters and its page: as the browser says where somebody comes from.

import Database
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Web

@testable import Features

@Suite("The way up to a list")
struct WayUpTests {
    private let test: TestApp
    private let alice: Browser
    private let bob: String

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
        bob = "/users/\(test.bob.id)"
    }

    /// Where the first step of the way up leads, on a page that was followed to from `origin`; nil: the browser says nothing.
    private func way(_ address: String, from origin: String?, _ browser: Browser? = nil) throws -> String {
        let browser = browser ?? alice
        browser.furtherFields[.referer] = origin
        return try way(in: browser.get(address))
    }

    private func way(in page: Browser.Page) throws -> String {
        let found = try #require(page.text.firstMatch(of: /<nav class="up"[^>]*><ol><li><a href="([^"]*)"/), "\(page.status)")
        return String(found.output.1).replacing("&amp;", with: "&")
    }

    @Test("A row leads back to its list as it was left, and so do the pages below it, a form that was refused and one that was saved")
    func kept() throws {
        let list = "/users?q=bob%20d&state=active&role=&after="
        alice.furtherFields[.referer] = "http://localhost" + list
        let page = alice.get(bob)
        #expect(try way(in: page) == list)
        // The browser sends it to this row's pages alone: another tab has another row.
        #expect(page.fields[values: .setCookie].contains { $0.contains("; Path=\(bob);") })
        #expect(try way(bob + "/edit", from: "http://localhost" + bob) == list)
        let hidden = alice.get(bob + "/edit").hiddenInputs
        alice.furtherFields[.referer] = "http://localhost\(bob)/edit"
        let refused = alice.post(bob, hidden + [("name", "")])
        #expect(try refused.status == 422 && way(in: refused) == list)
        #expect(try way(bob, from: "http://localhost\(bob)/edit") == list)
        // A browser that says nothing, and the address typed anew.
        #expect(try way(bob + "/delete", from: nil) == list)
    }

    @Test("So it is with every list that has pages below it")
    func everyList() throws {
        let inAcme = try test.browser(test.olivia, account: test.acme)
        let outside = try test.browser(test.olivia)
        let queue = try test.add(Queue.self, "Support", to: test.acme)
        for (browser, list, row) in [
            (inAcme, "/operator/queues?q=sup", "/operator/queues/\(queue)"), (alice, "/keys?before=key_x", "/keys/new"),
            (outside, "/operator/accounts?q=acme&state=active", "/operator/accounts/acme"), (alice, "/users?state=invited", "/users/new"),
        ] {
            #expect(try way(row, from: "http://localhost" + list, browser) == list)
        }
    }

    @Test("Who comes from the whole list, or from elsewhere, is led to the whole list, also after the filtered one")
    func whole() throws {
        for origin in ["/users", "/users?", "/roles", "/", "/users-of-old?q=x"] {
            #expect(try way(bob, from: "http://localhost/users?q=bob") == "/users?q=bob")
            #expect(try way(bob, from: "http://localhost" + origin) == "/users", "\(origin)")
            #expect(alice.cookies["list"] == nil && alice.cookies["session"] != nil)
            #expect(try way(bob + "/edit", from: "http://localhost" + bob) == "/users")
        }
    }

    @Test("Nobody else says where the way up leads")
    func forged() throws {
        let long = String(repeating: "x", count: 2000)
        for origin in [
            "https://evil.example/users?q=x", "http://localhost.evil.example/users?q=x", "http://localhost@evil.example/users?q=x",
            "/users?q=x", "http://localhost", "://", "http://localhost/roles?q=x", "http://localhost/users?q=%zz",
            "http://localhost/users?q=\(long)",
        ] {
            #expect(try way(bob, from: origin) == "/users", "\(origin)")
        }
        for cookie in ["https%3A%2F%2Fevil.example%2Fusers%3Fq%3Dx", "%2Froles%3Fq%3Dx", "%2F%2Fevil.example", "x", ""] {
            alice.cookies["list"] = cookie
            #expect(try way(bob, from: nil) == "/users", "\(cookie)")
        }
        alice.cookies["list"] = "%2Fusers%3Fq%3D%22%3E%3Cscript%3E"
        #expect(try way(bob, from: nil) == "/users?q=%22%3E%3Cscript%3E")
    }
}
