// The lists of deliveries: who sees what, filters, pages, and what a page costs.

import Database
import Delivery
import Features
import HTTP
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Deliveries")
struct DeliveriesTests {
    private let history = "/settings/webhooks/history"

    private func path(_ webhook: WebhookConfiguration) -> String { "/settings/webhooks/endpoints/\(webhook.id)/deliveries" }

    @Test("The owner sees deliveries with all columns; a stranger sees none of them and gets 404 for the webhook's own list")
    func rights() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "https://crm.example/hooks/calls", in: test.acme)
        let accepted = try test.accept("call:end", data: ["secret": "marker-7391"], in: test.acme)
        let delivery = try test.delivery(of: accepted.id)
        try test.settle(delivery, .failed, status: 503, fault: "receiver_status")

        let alice = try test.browser(test.alice)
        for address in [history, path(webhook)] {
            let page = alice.get(address)
            #expect(page.status == 200)
            for words in ["<code>call:<wbr>end<wbr></code>", "crm.example/", "503", "Failed", "22 Nov 2026"] {
                #expect(page.text.contains(words), "\(words) in \(address)")
            }
            #expect(page.text.contains("/deliveries/\(delivery)") && page.text.contains("/\(delivery)/retry"))
        }
        #expect(alice.get(path(webhook)).text.contains("CRM &lt;1&gt;"), "names are escaped")
        let opened = alice.get("/settings/webhooks/deliveries/\(delivery)/expansion").text
        for words in ["marker-7391", accepted.id.description, "overloaded"] { #expect(opened.contains(words), "\(words)") }

        let mallory = try test.browser(test.mallory)
        #expect(!mallory.get(history).text.contains(delivery.description))
        #expect(mallory.get(path(webhook)).status == 404)
        #expect(mallory.get("/settings/webhooks/deliveries/\(delivery)").status == 404)
        #expect(mallory.get("/settings/webhooks/deliveries/\(delivery)/expansion").status == 404)
        #expect(mallory.post("/settings/webhooks/deliveries/\(delivery)/retry").status == 404)

        let bob = try test.browser(test.bob)
        for address in [history, path(webhook), "/settings/webhooks/deliveries/\(delivery)"] { #expect(bob.get(address).status == 403) }
        #expect(bob.post("/settings/webhooks/deliveries/\(delivery)/retry").status == 403)
        #expect(try test.browser().get(history).status == 303)
    }

    @Test("Without the right to payloads no page holds any of them, and without the right to retry there is no button")
    func payloads() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "https://crm.example/", in: test.acme)
        let accepted = try test.accept(data: ["note": "marker-7391"], in: test.acme)
        let delivery = try test.delivery(of: accepted.id)
        try test.site.database.write { connection in
            try connection.execute(
                """
                INSERT INTO attempts (delivery_id, number, account_id, started_at, finished_at, url, request_headers, status,
                    response_headers, response_body, is_truncated, fault, detail, dns_us, connect_us, tls_us, first_byte_us, total_us, is_manual)
                VALUES (\(delivery), 1, \(test.acme), 0, 1, 'https://crm.example/', 'webhook-id: x', 500, 'Server: y',
                    \(Array("echo marker-7391".utf8)), 0, 'receiver_status', '', 1, 2, 3, 4, 5, 0)
                """)
        }
        try test.give(test.bob, [.viewWebhooks])
        let bob = try test.browser(test.bob)
        let one = "/settings/webhooks/deliveries/\(delivery)"
        for address in [history, path(webhook), one, one + "/expansion"] {
            let page = bob.get(address)
            #expect(page.status == 200)
            #expect(!page.text.contains("marker-7391") && !page.text.contains("current_context"), "\(address)")
            #expect(!page.text.contains("/retry"))
        }
        #expect(bob.get("/settings/webhooks/deliveries/\(delivery)").text.contains("does not allow viewing payloads"))
        #expect(bob.get(one + "/expansion").text.contains(accepted.id.description))
        #expect(count("marker-7391", in: try test.browser(test.alice).get(one + "/expansion").text) == 1)
        #expect(count("marker-7391", in: try test.browser(test.alice).get("/settings/webhooks/deliveries/\(delivery)").text) == 3)
    }

    @Test("Each filter narrows the list, and ids, event keys and URLs are found")
    func filters() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/a_b", in: test.acme)
        let first = try test.accept("call:end", key: "order-66", in: test.acme)
        test.clock.advance(by: .seconds(86400))
        let second = try test.accept("cdr", in: test.acme)
        let (one, two) = (try test.delivery(of: first.id), try test.delivery(of: second.id))
        try test.settle(one, .failed, status: 500, fault: "receiver_status")
        let alice = try test.browser(test.alice)
        func found(_ query: String) -> [Bool] {
            let text = alice.get("\(history)?\(query)").text
            return [one, two].map { text.contains("deliveries/\($0)?") }
        }
        #expect(found("q=crm.EXAMPLE") == [true, true])
        for query in [
            "state=failed", "type=call%3Aend", "to=2026-11-22", "from=2026-11-01&to=2026-11-22", "q=order-66", "q=\(first.id)",
            "q=%20\(one)%20",
            "state=failed&type=call%3Aend&q=crm&from=2026-11-22",
        ] { #expect(found(query) == [true, false], "\(query)") }
        for query in ["state=pending", "type=cdr", "from=2026-11-23", "q=\(second.id)", "state=pending&type=cdr"] {
            #expect(found(query) == [false, true], "\(query)")
        }
        for query in [
            "state=held", "state=failed&type=cdr", "q=nothing-like-it", "q=%25", "q=aXb", "to=2026-11-21",
            "q=\(test.site.ids.next(Event.self))",
        ] {
            #expect(found(query) == [false, false], "\(query)")
        }
        #expect(alice.get("\(history)?state=held").text.contains("No delivery matches these filters"))
        #expect(alice.get("\(history)?state=nonsense&type=nonsense&from=nonsense").status == 200)
        let row = alice.get("\(history)?state=failed&q=crm").text
        #expect(row.contains("\(one)?state=failed&amp;q=crm\""), "a row leads back to the same list")
        let detail = alice.get("/settings/webhooks/deliveries/\(one)?state=failed&q=crm&to=//evil")
        #expect(detail.text.contains("href=\"/settings/webhooks/history?state=failed&amp;q=crm&amp;to=%2F%2Fevil\""))
    }

    @Test("The pager leads through all deliveries once, and back")
    func pager() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "https://crm.example/", in: test.acme)
        for _ in 0..<120 { try test.accept(in: test.acme) }
        let alice = try test.browser(test.alice)
        func link(_ relation: String, _ page: Browser.Page) -> String? {
            page.text.matches(of: #/<a class="button" href="([^"]+)" rel="([a-z]+)"/#).first { $0.2 == relation }
                .map { String($0.1).replacing("&amp;", with: "&") }
        }
        func ids(_ page: Browser.Page) -> [String] {
            page.text.matches(of: #/<tr id="(dlv_[0-9a-z]+)"/#).map { String($0.1) }
        }
        for start in ["\(history)?state=pending", "\(path(webhook))?type=cdr", path(webhook)] {
            var page = alice.get(start)
            #expect(link("prev", page) == nil)
            var pages = [ids(page)]
            while let older = link("next", page), pages.count < 9 {
                page = alice.get(older)
                pages.append(ids(page))
            }
            #expect(pages.map(\.count) == [50, 50, 20])
            let all = pages.flatMap { $0 }
            #expect(Set(all).count == 120 && all == all.sorted(by: >))
            let back = alice.get(try #require(link("prev", page)))
            #expect(ids(back) == pages[1])
            #expect(ids(alice.get(try #require(link("prev", back)))) == pages[0])
        }
    }

    @Test("What no index serves is looked for in a bounded number of rows, and the pager leads on from there, both ways")
    func window() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/", in: test.acme)
        var wanted: [ID<WebhookDelivery>] = []
        for number in 0..<40 {
            let accepted = try test.accept(number == 3 || number == 30 ? "call:end" : "cdr", in: test.acme)
            if number == 3 || number == 30 { wanted.append(try test.delivery(of: accepted.id)) }
        }
        var filter = DeliveryFilter(now: test.clock.clock.now())
        filter.state = .pending
        filter.eventType = "call:end"
        var query = FormData()
        var seen: [ID<WebhookDelivery>] = []
        var steps = 0
        while true {
            let page = try test.site.database.read {
                try DeliveryStore.page(
                    of: test.acme, filter, at: PagePosition(query), size: 50, withPayload: true, look: .init(rows: 10), on: $0)
            }
            seen += page.rows.map(\.id)
            steps += 1
            guard let older = page.older, steps < 9 else { break }
            #expect(page.searchedTo != nil)
            query.set("after", older.description)
        }
        #expect(seen == wanted.reversed() && steps == 4)
        query.set("after", nil)
        query.set("before", wanted[0].description)
        let back = try test.site.database.read {
            try DeliveryStore.page(
                of: test.acme, filter, at: PagePosition(query), size: 50, withPayload: true, look: .init(rows: 10), on: $0)
        }
        #expect(back.rows.isEmpty && back.newer != nil && back.older == wanted[0])
    }

    @Test("No page of any filters scans a table or sorts: each is read in the order of an index")
    func cost() throws {
        let test = try TestApp()
        let webhook = test.site.ids.next(Webhook.self)
        let now = test.clock.clock.now()
        var positions = [FormData(), FormData(), FormData()]
        positions[1].set("after", test.site.ids.next(Event.self).delivery(1).description)
        positions[2].set("before", test.site.ids.next(Event.self).delivery(1).description)
        let searches: [DeliveryFilter.Search?] = [nil, .text("crm"), .delivery(test.site.ids.next()), .event(test.site.ids.next())]
        for search in searches {
            for state in DeliveryState.allCases.map(Optional.some) + [nil] {
                for type in [nil, "cdr"] {
                    for webhook in [nil, webhook] {
                        for until in [nil, now] {
                            for position in positions {
                                var filter = DeliveryFilter(webhook: webhook, now: now)
                                (filter.search, filter.state, filter.eventType, filter.until) = (search, state, type, until)
                                let (hasRest, steps) = try test.site.database.read {
                                    try DeliveryStore.explained(
                                        filter, of: test.acme, at: PagePosition(position), on: $0)
                                }
                                let plan = steps.joined(separator: "; ")
                                #expect(!steps.isEmpty && !plan.contains("SCAN"), "\(filter): \(plan)")
                                // Of one event there are as many deliveries as the account has webhooks: those may be sorted.
                                if search == nil || search == .text("crm") { #expect(!plan.contains("TEMP B-TREE"), "\(filter): \(plan)") }
                                if search == nil, state?.isSettled != false,
                                    [type != nil, webhook != nil, state != nil].count(where: { $0 }) < 2
                                {
                                    #expect(!hasRest, "one filter is one statement: \(filter)")
                                }
                                let index =
                                    switch (search, state, type, webhook) {
                                    case (.delivery, _, _, _): "INTEGER PRIMARY KEY (rowid="
                                    case (.event, _, _, _): "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
                                    case (_, let state?, _, _):
                                        state.isSettled
                                            ? "deliveries_settled (account_id=? AND state=? AND id"
                                            : "deliveries_unsettled (account_id=? AND id"
                                    case (_, nil, _?, _): "deliveries_type (account_id=? AND event_type=? AND id"
                                    case (_, nil, nil, _?): "deliveries_webhook (webhook_id=? AND id"
                                    case (_, nil, nil, nil): "deliveries_account (account_id=? AND id"
                                    }
                                #expect(steps.filter { $0.contains(" d ") }.allSatisfy { $0.contains(index) }, "\(filter): \(plan)")
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("A page of fifty rows is one statement beside the visitor's session")
    func statements() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/", in: test.acme)
        for _ in 0..<60 { try test.accept(in: test.acme) }
        let alice = try test.browser(test.alice)
        _ = alice.get(history)
        func cost(_ address: String) -> Int {
            let before = test.site.database.statementCount
            #expect(alice.get(address).status == 200)
            return test.site.database.statementCount - before
        }
        // Any page of somebody signed in reads the session; a page without data of its own reads nothing else.
        #expect(cost(history) == 2)
    }

    @Test("A deleted webhook's deliveries can still be read")
    func deletedWebhook() throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "https://crm.example/", in: test.acme)
        try test.accept(in: test.acme)
        let now = test.clock.clock.now()
        try test.site.database.write { _ = try WebhookStore(vault: test.app.vault).delete(webhook.id, of: test.acme, at: now, on: $0) }
        test.app.directory.invalidate(account: test.acme)
        let page = try test.browser(test.alice).get(path(webhook))
        #expect(page.status == 200 && page.text.contains("Discarded"))
        #expect(try test.browser(test.mallory).get(path(webhook)).status == 404)
        #expect(
            try test.browser(test.alice).get("/settings/webhooks/endpoints/\(test.site.ids.next(Webhook.self))/deliveries").status == 404)
    }

    @Test("What is older than three months is purged, and the Deletion history says how much; what is still to come stays")
    func purge() throws {
        let test = try TestApp()
        for account in [test.acme, test.globex] {
            try test.turnIntegrationOn(in: account)
            try test.addWebhook(to: "https://crm.example/", in: account)
        }
        let waiting = try test.accept(in: test.acme)
        for _ in 0..<250 {
            let old = try test.accept(in: test.acme)
            try test.settle(try test.delivery(of: old.id), .delivered)
        }
        try test.settle(try test.delivery(of: try test.accept(in: test.globex).id), .delivered)
        test.clock.advance(by: .seconds(93 * 86400))
        let fresh = try test.accept(in: test.acme)
        try WebhookHistoryPurge(site: test.site).purge()
        let (events, deletions) = try test.site.database.read { connection in
            (
                try connection.rows("SELECT id FROM events ORDER BY id") { try $0.next(ID<Event>.self) },
                try connection.rows("SELECT account_id, items FROM deletions ORDER BY account_id") {
                    "\(try $0.next(ID<Account>.self)) \(try $0.next(Int.self))"
                }
            )
        }
        #expect(events == [waiting.id, fresh.id])
        #expect(deletions == ["\(test.acme) 250", "\(test.globex) 1"].sorted())
        try WebhookHistoryPurge(site: test.site).purge()
        let count = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM deletions", as: Int.self) }
        #expect(count == 2, "nothing to delete is no entry")
    }
}
