// How a receiver is paced, as a pure value: no engine, no clock.

import Testing
import Time

@testable import Delivery

@Suite("Pacing")
struct PacingTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)
    private let bound = 8

    /// Fails at each of these seconds; true when patience ended at the last.
    @discardableResult
    private func fail(_ pacing: inout Pacing, at seconds: [Double], isProbe: Bool = false) -> Bool {
        seconds.reduce(false) { _, second in
            pacing.fail(at: start + .milliseconds(Int64(second * 1000)), isProbe: isProbe, of: bound)
        }
    }

    @Test("A failure halves the window, at most once a second and never below one; a success widens it up to the bound")
    func window() {
        var pacing = Pacing()
        #expect(pacing.window(of: bound) == 8 && pacing.window(of: 3) == 3)
        fail(&pacing, at: [0, 0.1, 0.9])
        #expect(pacing.window(of: bound) == 4)
        fail(&pacing, at: [1.0])
        #expect(pacing.window(of: bound) == 2)
        fail(&pacing, at: [2, 3, 4])
        #expect(pacing.window(of: bound) == 1)
        for expected in [2, 3, 4, 5, 6, 7, 8, 8] {
            pacing.succeed(of: bound)
            #expect(pacing.window(of: bound) == expected)
        }
        #expect(pacing == Pacing(), "nothing is left of what is over")
    }

    @Test("A success between failures does not let the window be halved twice within a second")
    func oneBadMoment() {
        var pacing = Pacing()
        fail(&pacing, at: [0])
        pacing.succeed(of: bound)
        fail(&pacing, at: [0.5])
        #expect(pacing.window(of: bound) == 5)
    }

    @Test("It rests only after ten failures in a row, and only when they span ten seconds without a success")
    func rest() {
        var pacing = Pacing()
        fail(&pacing, at: (0..<500).map { Double($0) * 0.0199 })
        #expect(!pacing.isResting, "five hundred within ten seconds are one bad moment")
        fail(&pacing, at: [10])
        #expect(pacing.isResting && pacing.probeAt == start + .seconds(15) && pacing.window(of: bound) == 1)

        var slow = Pacing()
        fail(&slow, at: (0..<9).map { Double($0) * 15 })
        #expect(!slow.isResting, "nine are not ten, however long they took")
        fail(&slow, at: [135])
        #expect(slow.isResting)

        var part = Pacing()
        for round in 0..<1000 {
            fail(&part, at: (0..<9).map { Double(round) * 100 + Double($0) * 10 })
            part.succeed(of: bound)
        }
        #expect(!part.isResting, "nine of ten fail, and it is asked on")
    }

    @Test("A rest is one probe after 5 s, doubling to 5 min in its first hour and to 1 h after it")
    func probes() throws {
        var pacing = Pacing()
        fail(&pacing, at: (0...10).map(Double.init))
        var waits: [Int64] = []
        var now = start + .seconds(10)
        while waits.last != 3600 {
            let probeAt = try #require(pacing.probeAt)
            waits.append((probeAt - now).components.seconds)
            now = probeAt
            _ = pacing.fail(at: now, isProbe: true, of: bound)
        }
        // 5 + … + 160 and 300 s each until an hour is over.
        #expect(waits.prefix(7) == [5, 10, 20, 40, 80, 160, 300])
        #expect(waits.dropFirst(7).prefix { $0 == 300 }.count == 10)
        #expect(waits.suffix(4) == [600, 1200, 2400, 3600])
        let probeAt = pacing.probeAt
        _ = pacing.fail(at: now, isProbe: false, of: bound)
        #expect(pacing.probeAt == probeAt, "one that was under way as it began does not count")
        pacing.probeAgain(at: now + .seconds(3600))
        #expect(pacing.probeAt == now + .seconds(7200))
    }

    @Test("After a rest one success opens two, and each further one more")
    func opening() {
        var pacing = Pacing()
        fail(&pacing, at: (0...10).map(Double.init))
        pacing.succeed(of: bound)
        #expect(!pacing.isResting && pacing.window(of: bound) == 2 && pacing.failuresInRow == 0)
        pacing.succeed(of: bound)
        #expect(pacing.window(of: bound) == 3)
    }

    @Test("Five days without a success are five days of attempts: neither our downtime nor a quiet month counts")
    func patience() {
        let hour = 3600.0
        var pacing = Pacing()
        #expect(!fail(&pacing, at: (0..<120).map { Double($0) * hour }, isProbe: true))
        #expect(fail(&pacing, at: [120 * hour], isProbe: true), "the fifth day is over")

        var down = Pacing()
        fail(&down, at: (0...20).map { Double($0) * hour })
        #expect(!fail(&down, at: [1000 * hour]), "what lay between was no attempt")
        #expect(down.failingFor == .seconds(21 * 3600))
        #expect(down.firstFailureAt == start)
    }

    @Test("Whoever sets the clock changes no wait")
    func shift() {
        var pacing = Pacing()
        fail(&pacing, at: (0...10).map(Double.init))
        let failingFor = pacing.failingFor
        pacing.shift(by: .seconds(-3600))
        #expect(pacing.probeAt == start + .seconds(15 - 3600))
        _ = pacing.fail(at: start + .seconds(15 - 3600), isProbe: true, of: bound)
        #expect(pacing.failingFor == failingFor + .seconds(5) && pacing.probeInterval == .seconds(10))
    }
}
