// What one account's pages lead to, as another account's administrator sees it: as if it were not there.

import Database
import Delivery
import Features
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@Suite("Nothing of one account can be had from another")
struct OtherAccountTests {
    @Test("Every address with an id in it, found on an administrator's pages, is 404 for another account's administrator")
    func crawl() throws {
        let test = try TestApp()
        try fill(test)
        let patterns = test.application.pipeline.routes.filter { $0.pattern.contains("{") }
        var router = Router<Route>()
        for route in patterns { router.add(route.method, route.pattern, route) }
        let found = try addresses(test, test.alice).filter { address in
            if case .notFound = router.match(.get, address) { false } else { true }
        }
        #expect(found.contains { $0.hasPrefix("/me/sessions/") })
        let stranger = try test.browser(test.mallory)
        for address in found {
            for method in [HTTPRequest.Method.get, .post] {
                guard case .found = router.match(method, address) else { continue }
                let page = method == .post ? stranger.post(address) : stranger.get(address)
                #expect(page.status == 404, "\(method) \(address): \(page.status)")
            }
        }
    }

    /// One of each thing that has an address, in Acme.
    private func fill(_ test: TestApp) throws {
        _ = try test.browser(test.alice)
        let app = test.app
        let webhook = WebhookConfiguration(
            id: test.site.ids.next(), account: test.acme, name: "Acme CRM", url: "http://127.0.0.1:9/acme",
            secret: WebhookSecret.generate(),
            createdAt: test.site.clock.now())
        try test.site.database.write { connection in
            try WebhookStore(vault: app.vault).insert(webhook, on: connection)
            try connection.execute(
                """
                INSERT INTO webhook_settings (account_id, is_enabled, version, updated_at) VALUES (\(test.acme), 1, 1, 0)
                ON CONFLICT (account_id) DO UPDATE SET is_enabled = 1
                """)
        }
        app.directory.invalidate(account: test.acme)
    }

    /// The addresses on the pages that somebody can reach by links, a few steps deep.
    private func addresses(_ test: TestApp, _ person: TestApp.Person) throws -> Set<String> {
        let browser = try test.browser(person)
        var seen: Set<String> = []
        var waiting = test.application.pipeline.routes.filter {
            $0.method == .get && !$0.pattern.contains("{") && !$0.pattern.hasPrefix("/api/")
        }
        .map(\.pattern)
        while let address = waiting.popLast(), seen.count < 500 {
            guard seen.insert(address).inserted else { continue }
            let page = browser.get(address)
            guard page.fields[.contentType]?.hasPrefix("text/html") == true else { continue }
            for attribute in ["href=\"", "action=\""] {
                for piece in page.text.split(separator: attribute).dropFirst() {
                    let link = String(piece.prefix { $0 != "\"" && $0 != "?" && $0 != "#" })
                    if link.hasPrefix("/"), !link.hasPrefix("/assets/") { waiting.append(link) }
                }
            }
        }
        return seen
    }
}
