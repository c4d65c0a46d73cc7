// What many could ask for at once has a bound: tests of webhooks, suggestions, what is parsed, large bodies.

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
@testable import Web

@Suite("Bounds of what is done at once")
struct BoundsTests {
    @Test("Tests of webhooks take a quarter of the workers in all; the next account is told that it is full, not that it has too many")
    func webhookTests() throws {
        let test = try TestApp { $0.workers = 4 }
        let gate = DispatchSemaphore(value: 0)
        let arrived = DispatchSemaphore(value: 0)
        let receiver = try ScriptedReceiver(answering: { _ in
            arrived.signal()
            gate.wait()
            return .status(200)
        })
        let mine = try test.addWebhook(to: receiver.url(), in: test.acme)
        let other = try test.addWebhook(to: receiver.url(), in: test.globex)
        let alice = try test.browser(test.alice)
        let token = alice.cookies
        let ended = DispatchGroup()
        ended.enter()
        Thread {
            let browser = Browser(test.application.pipeline)
            browser.cookies = token
            #expect(browser.post("/settings/webhooks/endpoints/\(mine.id)/test").location?.contains("/tests/") == true)
            ended.leave()
        }.start()
        arrived.wait()
        let mallory = try test.browser(test.mallory)
        let refused = mallory.post("/settings/webhooks/endpoints/\(other.id)/test")
        #expect(refused.status == 303)
        #expect(mallory.get(refused.location ?? "").text.contains("Too many tests are in progress on this installation"))
        gate.signal()
        ended.wait()
        gate.signal()
        #expect(mallory.post("/settings/webhooks/endpoints/\(other.id)/test").location?.contains("/tests/") == true)
    }

    @Test("A thousand misspelt event types get their suggestions once for each of the first names")
    func suggestions() throws {
        let test = try TestApp()
        let key = try test.key(of: test.acme)
        let letters = Array("bcdfghjklmnpqrstvwxyz")
        let events = (0..<1000).map { number in
            let wrong = number < 600 ? "" : "\(letters[number / 21 % 21])\(letters[number % 21])"
            return "{\"event_type\":\"call:startt\(wrong)\",\"data\":{}}"
        }
        let answer = test.call(
            .post, "/api/v1/accounts/acme/events", key: key, body: Array("[\(events.joined(separator: ","))]".utf8))
        #expect(answer.status == 422)
        let items = try #require(try JSONValue(parsing: answer.bytes)["items"]?.array)
        #expect(items.count == 1000)
        let helped = items.filter { $0["problem"]?["nearest"]?.array?.isEmpty == false }
        #expect(helped.count == 604, "six hundred times the one name, and four more")
    }

    @Test("Of JSON no more is taken apart at once than the budget has; small bodies pass, and a turn that does not come is 503")
    func parsing() throws {
        let budget = ParsingBudget(bytes: 8 << 20, patience: .milliseconds(100))
        let underWay = Mutex((now: 0, most: 0))
        let ended = DispatchGroup()
        for _ in 0..<16 {
            ended.enter()
            Thread {
                for _ in 0..<20 {
                    try? ParsingBudgetProbe.run(
                        budget, 4 << 20,
                        underWay: { change in
                            underWay.withLock { $0 = ($0.now + change, max($0.most, $0.now + change)) }
                        })
                }
                ended.leave()
            }.start()
        }
        ended.wait()
        #expect(underWay.withLock { $0.most } == 8 << 20)
        try budget.withRoom(for: 8 << 20) {
            let isSmallPassed = try budget.withRoom(for: 1000) { true }
            #expect(isSmallPassed)
            let refusal = #expect(throws: Problem.self) { try budget.withRoom(for: 4 << 20) {} }
            #expect(refusal?.status == .serviceUnavailable && refusal?.retryAfter != nil)
        }
        #expect(try budget.withRoom(for: 8 << 20) { true })
    }

    @Test("Large bodies of one account hold a quarter of the workers, of all accounts half; the next is 429 with the time to come back")
    func largeBodies() throws {
        let bodies = LargeBodies(workers: 8)
        #expect(refusal(of: [1, 1], bodies) == nil)
        let refusal = try #require(self.refusal(of: [1, 1, 1], bodies))
        #expect(refusal.status == .tooManyRequests && refusal.retryAfter == 1)
        #expect(self.refusal(of: [1, 1, 1], length: nil, bodies) != nil)
        #expect(self.refusal(of: [1, 1, 1], length: 99_999, bodies) == nil)
        #expect(self.refusal(of: [1, 1, 2, 3], bodies) == nil)
        #expect(self.refusal(of: [1, 1, 2, 3, 4], bodies) != nil)
    }

    /// Of a body of each of these accounts, all at once.
    private func refusal(of accounts: [UInt128], length: Int? = 100_000, _ bodies: LargeBodies) -> Problem? {
        do {
            try hold(accounts[...], length, bodies)
            return nil
        } catch {
            return error as? Problem
        }
    }

    private func hold(_ accounts: ArraySlice<UInt128>, _ length: Int?, _ bodies: LargeBodies) throws {
        guard let account = accounts.first else { return }
        let body = RequestBody(length: length) { _ in [] }
        try bodies.withPlace(for: body, of: ID<Account>(value: account)) { try hold(accounts.dropFirst(), length, bodies) }
    }

    @Test("A body that came too slowly is 408, and one that broke off 400, as problems")
    func brokenBodies() throws {
        let test = try TestApp()
        let key = try test.key(of: test.acme)
        for (error, status) in [(BodyError.tooSlow, 408), (.truncated, 400)] {
            let request = Request(
                method: .post, path: "/api/v1/accounts/acme/events",
                fields: [.authorization: "Bearer \(key)", .contentType: "application/json"],
                body: RequestBody(length: 10) { _ in throw error })
            let response = test.application.pipeline.respond(to: request)
            #expect(response.status.code == status && response.fields[.contentType] == "application/problem+json")
        }
    }
}

/// Sums what is under way.
private enum ParsingBudgetProbe {
    static func run(_ budget: ParsingBudget, _ bytes: Int, underWay: (Int) -> Void) throws {
        try budget.withRoom(for: bytes) {
            underWay(bytes)
            sched_yield()
            underWay(-bytes)
        }
    }
}
