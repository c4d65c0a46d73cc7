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
    @Test("Every address with an id in it, found on an administrator's pages, is 404 for another account's administrator")
    func crawl() throws {
        let test = try TestApp()
        try test.fillAcme()
        var router = Router<Route>()
        for route in test.application.pipeline.routes { router.add(route.method, route.pattern, route) }
        /// The route of an address with an id in it.
        func route(_ method: HTTPRequest.Method, _ address: String) -> Route? {
            guard case .found(let route, _) = router.match(method, address), route.pattern.contains("{") else { return nil }
            return route
        }
        let found = try test.addresses(of: test.alice)
        // What is looked for is there to be found.
        for part in ["/me/sessions/", "/settings/webhooks/deliveries/"] { #expect(found.contains { $0.hasPrefix(part) }, "\(part)") }
        let stranger = try test.browser(test.mallory)
        for address in found {
            for method in [HTTPRequest.Method.get, .post] {
                guard route(method, address) != nil else { continue }
                let page = method == .post ? stranger.post(address) : stranger.get(address)
                #expect(page.status == 404, "\(method) \(address): \(page.status)")
            }
        }
    }
}
