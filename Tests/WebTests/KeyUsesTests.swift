// What is remembered of the uses of keys: enough to write each once a minute, and nothing of keys that are used no more.

import Database
import Testing
import Time

@testable import Web

@Suite("Uses of keys")
struct KeyUsesTests {
    private static let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func key(_ number: Int) -> ID<APIKey> { ID(value: UInt128(number)) }

    @Test("Each key is written once a minute, and what was written before is forgotten")
    func forgotten() {
        var written = KeyUses.Written()
        func isDue(_ number: Int, at second: Int) -> Bool { written.isDue(key(number), at: Self.start + .seconds(second)) }
        for number in 0..<1000 {
            #expect(isDue(number, at: 0))
            #expect(!isDue(number, at: 59))
        }
        #expect(written.times.count == 1000)
        #expect(isDue(7, at: 60))
        #expect(Array(written.times.keys) == [key(7)])
        #expect(!isDue(7, at: 119))
        #expect(isDue(8, at: 119))
        // However long it goes on, with whatever keys: those of two minutes at most.
        var largest = 0
        for second in 120..<2000 {
            #expect(isDue(second, at: second))
            largest = max(largest, written.times.count)
        }
        #expect(largest <= 121)
    }

    @Test("After a clock that was ahead is set right, uses are written again at once")
    func clockSetBack() {
        var written = KeyUses.Written()
        func isDue(at second: Int) -> Bool { written.isDue(key(1), at: Self.start + .seconds(second)) }
        #expect(isDue(at: 86400))
        #expect(isDue(at: 0))
        #expect(!isDue(at: 1))
        #expect(Array(written.times.keys) == [key(1)])
    }
}
