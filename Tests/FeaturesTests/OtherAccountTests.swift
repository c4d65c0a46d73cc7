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
        let patterns = test.application.pipeline.routes.filter { $0.pattern.contains("{") }
        var router = Router<Route>()
        for route in patterns { router.add(route.method, route.pattern, route) }
        let found = try test.addresses(of: test.alice).filter { address in
            if case .notFound = router.match(.get, address) { false } else { true }
        }
        // What is looked for is there to be found.
        for part in ["/me/sessions/", "/settings/webhooks/deliveries/"] { #expect(found.contains { $0.hasPrefix(part) }, "\(part)") }
        let stranger = try test.browser(test.mallory)
        for address in found {
            for method in [HTTPRequest.Method.get, .post] {
                guard case .found = router.match(method, address) else { continue }
                let page = method == .post ? stranger.post(address) : stranger.get(address)
                #expect(page.status == 404, "\(method) \(address): \(page.status)")
            }
        }
    }
}
