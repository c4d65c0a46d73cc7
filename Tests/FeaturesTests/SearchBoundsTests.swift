// What somebody types into the search field of a long history: it is looked for in bounded time, and nobody else notices.

import Database
import Delivery
import Dispatch
import Foundation
import HTTP
import HTTPTypes
import JSON
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Searching a long history", .serialized)
struct SearchBoundsTests {
    private let history = "/settings/webhooks/history"

    /// A history of so many deliveries to an address at which a search by LIKE would take longest.
    private func world(_ count: Int) throws -> TestApp {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/" + String(repeating: "a", count: 1900), in: test.acme)
        let type = try #require(EventCatalogue.standard.type(named: "cdr"))
        for start in stride(from: 0, to: count, by: 1000) {
            let events = (start..<min(start + 1000, count)).map { number in
                NewEvent(
                    type: type, time: test.site.clock.now(),
                    data: ["caller": .string("Zoë DUPONT \(number)"), "duration": JSONValue(number)])
            }
            _ = try test.app.acceptor.accept(events, for: test.acme)
        }
        return test
    }

    @Test("Words and numbers of payloads are found, newest first, by those who may see payloads and by nobody else")
    func payloads() throws {
        let test = try world(200)
        let alice = try test.browser(test.alice)
        #expect(count("<tr id=", in: alice.get(history + "?q=dupont%20198").text) == 1)
        #expect(count("<tr id=", in: alice.get(history + "?q=Zo%C3%AB").text) == 50)
        #expect(count("<tr id=", in: alice.get(history + "?q=dupont%20nobody").text) == 0)
        try test.give(test.bob, [.viewWebhooks])
        #expect(count("<tr id=", in: try test.browser(test.bob).get(history + "?q=dupont%20198").text) == 0)
    }

    @Test("With fourteen searches that find nothing in 20,000 deliveries, others' pages, machines and health are answered at once")
    func fourteen() throws {
        let test = try world(20_000)
        let search = history + "?q=" + String(repeating: "a", count: 190) + "b"
        let token = try test.browser(test.alice).cookies
        let answers = Mutex<[Int]>([])
        let began = DispatchSemaphore(value: 0)
        let isOver = Atomic(false)
        let ended = DispatchGroup()
        for _ in 0..<14 {
            ended.enter()
            Thread {
                let browser = Browser(test.application.pipeline)
                browser.cookies = token
                began.signal()
                repeat {
                    let status = browser.get(search).status
                    answers.withLock { $0.append(status) }
                } while !isOver.load(ordering: .relaxed)
                ended.leave()
            }.start()
        }
        for _ in 0..<14 { began.wait() }
        let mallory = try test.browser(test.mallory)
        let key = try test.key(of: test.globex)
        var longest = Duration.zero
        for _ in 0..<5 {
            for answer in [
                { mallory.get(self.history).status }, { mallory.get("/healthz").status },
                { test.call(.get, "/api/v1/accounts/globex/settings", key: key).status },
            ] {
                let start = ContinuousClock.now
                #expect(answer() == 200)
                longest = max(longest, .now - start)
            }
        }
        isOver.store(true, ordering: .relaxed)
        ended.wait()
        print("beside fourteen searches, others waited at most \(longest)")
        #expect(longest < .seconds(3))
        // Those that waited in vain for a turn are told so.
        #expect(answers.withLock { $0.allSatisfy { $0 == 200 || $0 == 503 } && $0.contains(200) })
    }

    @Test("A search that is not done says how far it came, and goes on from there to the end")
    func goingOn() throws {
        let test = try world(1200)
        let alice = try test.browser(test.alice)
        let first = try test.site.database.read {
            try DeliveryStore.page(
                of: test.acme, try #require(self.filter("dupont 7", test)), at: PagePosition(FormData()), size: 50, withPayload: true,
                look: .init(time: .zero, step: 100), on: $0)
        }
        #expect(first.searchedTo != nil && first.older != nil)
        #expect(alice.get(history + "?q=dupont").status == 200)
    }

    private func filter(_ typed: String, _ test: TestApp) -> DeliveryFilter? {
        var query = FormData()
        query.set("q", typed)
        return DeliveryFilter(query, webhook: nil, zone: .utc, now: test.clock.clock.now())
    }

    @Test("Finding takes time in proportion to the text, whatever is looked for")
    func linear() {
        let words = SearchWords(String(repeating: "a", count: 199) + "b Zoë")
        let text = String(repeating: "a", count: 1 << 20)
        let start = ContinuousClock.now
        #expect(!words.areFound(inAddress: text, inText: "zoë"))
        #expect(words.areFound(inAddress: text + "B", inText: "…ZOë"))
        #expect(
            !words.areFound(
                inAddress: String(repeating: "a", count: 100), inText: String(repeating: "a", count: 99) + "b zoë"))
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
