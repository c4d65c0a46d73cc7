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
    /// A tenth of a second or so, as in production: much longer than all else that a sign-in takes, so that a queue forms.
    private static let cost = Passwords.Cost(rounds: 1 << 14, blockSize: 8, parallelism: 2)

    @Test("Known browsers get in while strangers by the dozen are refused, and no worker waits without end")
    func knownBrowsers() throws {
        let test = try TestApp { $0.passwordCost = Self.cost }
        let known = try test.browser()
        #expect(known.signIn(test.alice.email).status == 303)
        let isOver = Atomic(false)
        let answers = Mutex<[Int: Int]>([:])
        let flood = DispatchGroup()
        for index in 0..<16 {
            Thread.detachInGroup(flood) {
                guard let browser = try? test.browser() else { return }
                let token = browser.get("/sign-in").csrf ?? ""
                let form = [("csrf", token), ("email", "stranger\(index)@nowhere.example"), ("password", "a wrong guess")]
                while !isOver.load(ordering: .relaxed) {
                    let status = browser.post("/sign-in", form).status
                    answers.withLock { $0[status, default: 0] += 1 }
                    // Comes again at once, and leaves the other tests a processor.
                    if status == 503 { usleep(20_000) }
                }
            }
        }
        defer {
            isOver.store(true, ordering: .relaxed)
            flood.wait()
        }
        // It is on when strangers are turned away.
        let start = ContinuousClock.now
        while answers.withLock({ $0[503, default: 0] }) < 6, ContinuousClock.now - start < .seconds(60) { usleep(1000) }
        for _ in 0..<3 {
            _ = known.post("/sign-out")
            #expect(known.signIn(test.alice.email).status == 303)
        }
        let (refused, tried) = answers.withLock { ($0[503, default: 0], $0[422, default: 0]) }
        #expect(refused >= 6 && tried > 0)
        #expect(answers.withLock { Set($0.keys) }.isSubset(of: [422, 503]))
    }

    @Test("Somebody invited, who has chosen no password yet, takes the time of nobody")
    func invited() throws {
        let passwords = try Passwords(cost: Self.cost)
        func time(_ stored: [String]) throws -> Duration {
            let start = ContinuousClock.now
            #expect(try !passwords.matches("a wrong guess", stored: stored).contains(true))
            return ContinuousClock.now - start
        }
        // Without a stretching it would be a thousandth.
        #expect(try time([""]) > time([]) / 10)
    }

    @Test("Of an account's links no more is stretched at once than of one browser")
    func links() throws {
        let passwords = try Passwords(cost: Self.cost)
        let done = Mutex<[Bool: Int]>([:])
        let group = DispatchGroup()
        for _ in 0..<16 {
            Thread.detachInGroup(group) {
                let isDone = (try? passwords.hash("correct horse battery", for: .known("links"))) != nil
                done.withLock { $0[isDone, default: 0] += 1 }
            }
        }
        group.wait()
        let counts = done.withLock { $0 }
        #expect(counts[true, default: 0] >= 2 && counts[false, default: 0] >= 2)
    }

    @Test("Strangers have eight places beside the two under way; who is known has places of their own, two a browser, and goes first")
    func places() throws {
        let passwords = try Passwords(cost: Self.cost)
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
        start(16, .stranger, "stranger")
        // The queue is full when the first is turned away.
        let begin = ContinuousClock.now
        while done.withLock({ $0["stranger refused", default: 0] }) == 0, ContinuousClock.now - begin < .seconds(60) { usleep(200) }
        start(5, .known("one browser"), "one")
        start(4, .insider, "insider")
        group.wait()
        let result = done.withLock { $0 }
        #expect(result["stranger", default: 0] >= 10 && result["stranger", default: 0] + result["stranger refused", default: 0] == 16)
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
