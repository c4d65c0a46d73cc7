// What one account's pages lead to, as another account's administrator sees it: as if it were not there.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Web

@Suite("Nothing of one account can be had from another")
struct OtherAccountTests {
    /// With the routes of accounts that have an id in their address, each with what there is of it in Acme.
    private let test: TestApp
    private let visited: [(route: Route, addresses: Set<String>)]

    init() throws {
        let test = try TestApp()
        let known = try test.fillAcme().union(try test.addresses(of: test.alice))
        self.test = test
        visited = test.application.pipeline.routes.filter { $0.access != .operator && $0.pattern.contains("{") }
            .map { ($0, $0.addresses(from: known)) }
    }

    @Test("Every route with an id in its address is visited: there is one of its things in Acme, and its owner gets it")
    func complete() throws {
        let key = try test.key(of: test.acme)
        for (route, addresses) in visited {
            let hasID = route.pattern.replacing("{slug}", with: "").contains("{")
            #expect(!hasID || !addresses.isEmpty, "\(route.method) \(route.pattern): let fillAcme make one")
            for address in addresses where route.method == .get {
                let page =
                    if case .machine = route.access { test.call(.get, address, key: key) } else {
                        try test.browser(test.alice).get(address)
                    }
                #expect([200, 303].contains(page.status), "\(address): \(page.status)")
            }
        }
    }

    @Test("Every address with an id in it is 404 for another account's administrator")
    func pages() throws {
        let stranger = try test.browser(test.mallory)
        for (route, addresses) in visited {
            if case .machine = route.access { continue }
            for address in addresses {
                let page = route.method == .post ? stranger.post(address) : stranger.get(address)
                #expect(page.status == 404, "\(route.method) \(address): \(page.status)")
            }
        }
    }

    @Test("Every call with an id in it is 404 for another account's key, also below that account's own address")
    func machines() throws {
        let key = try test.key(of: test.globex)
        for (route, addresses) in visited {
            guard case .machine = route.access else { continue }
            for address in addresses where route.pattern.replacing("{slug}", with: "").contains("{") {
                let body = route.method == .get ? [] : Array(#"{"hold":true}"#.utf8)
                for own in [address, address.replacing("/accounts/acme/", with: "/accounts/globex/")] {
                    // What a service puts is made where it is not: in its own account, if it were right.
                    let isMade = route.method == .put && own != address
                    #expect(test.call(route.method, own, key: key, body: body).status == (isMade ? 422 : 404), "\(route.method) \(own)")
                }
            }
        }
    }
}
