// A flood of sign-ins, really running: what it leaves for those who are known.

import Dispatch
import Features
import Foundation
import Synchronization
import TestSupport
import Testing
import Time

@testable import Web

@Suite("A flood of sign-ins", .serialized)
struct SignInFloodTests {
    /// Some ten milliseconds each, so that a queue forms.
    private static let cost = Passwords.Cost(rounds: 1 << 12, blockSize: 8, parallelism: 1)

    @Test("Known browsers get in while strangers by the dozen are refused, and no worker waits without end")
    func knownBrowsers() throws {
        let test = try TestApp { $0.passwordCost = Self.cost }
        let known = try test.browser()
        #expect(known.signIn(test.alice.email).status == 303)
        let isOver = Atomic(false)
        let answers = Mutex<[Int: Int]>([:])
        let flood = DispatchGroup()
        for index in 0..<24 {
            Thread.detachInGroup(flood) {
                while !isOver.load(ordering: .relaxed), let browser = try? test.browser() {
                    let status = browser.signIn("stranger\(index)@nowhere.example", "a wrong guess").status
                    answers.withLock { $0[status, default: 0] += 1 }
                }
            }
        }
        defer {
            isOver.store(true, ordering: .relaxed)
            flood.wait()
        }
        // It is on when strangers are turned away.
        let start = ContinuousClock.now
        while answers.withLock({ $0[503, default: 0] }) < 20, ContinuousClock.now - start < .seconds(60) { usleep(1000) }
        for _ in 0..<10 {
            _ = known.post("/sign-out")
            #expect(known.signIn(test.alice.email).status == 303)
        }
        let (refused, tried) = answers.withLock { ($0[503, default: 0], $0[422, default: 0]) }
        #expect(refused >= 20 && tried > 0)
        // A known browser for one person is a stranger for another.
        #expect(answers.withLock { Set($0.keys) }.isSubset(of: [422, 503]))
    }

    @Test("Strangers have eight places beside the two under way; who is known has places of their own, two a browser, and goes first")
    func places() throws {
        let passwords = try Passwords(cost: Passwords.Cost(rounds: 1 << 14, blockSize: 8, parallelism: 3))
        let stored = try passwords.hash("correct horse battery")
        let done = Mutex<[String: Int]>([:])
        let group = DispatchGroup()
        func start(_ count: Int, _ caller: Passwords.Caller, _ name: String) {
            for _ in 0..<count {
                Thread.detachInGroup(group) {
                    let isDone = (try? passwords.matches("correct horse battery", stored: [stored], for: caller)) == [true]
                    done.withLock { $0[isDone ? name : "\(name) refused", default: 0] += 1 }
                }
            }
        }
        start(40, .stranger, "stranger")
        // The queue is full when the first is turned away.
        while done.withLock({ $0["stranger refused", default: 0] }) == 0 { usleep(200) }
        start(5, .known("one browser"), "one")
        start(4, .insider, "insider")
        group.wait()
        let result = done.withLock { $0 }
        #expect(result["stranger", default: 0] >= 10 && result["stranger", default: 0] + result["stranger refused", default: 0] == 40)
        #expect(result["insider"] == 4)
        #expect(result["one", default: 0] >= 2 && result["one", default: 0] + result["one refused", default: 0] == 5)
    }
}

extension Thread {
    fileprivate static func detachInGroup(_ group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        detachNewThread {
            body()
            group.leave()
        }
    }
}
