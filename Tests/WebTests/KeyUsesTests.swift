// What is remembered of the uses of keys: enough to write each once a minute, and nothing of keys that are used no more.

import Database
import Testing
import Time

@testable import Web

@Suite("Uses of keys")
struct KeyUsesTests {
    private func key(_ number: Int) -> ID<APIKey> { ID(value: UInt128(number)) }

    @Test("Each key is written once a minute, and what was written before is forgotten")
    func forgotten() {
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        var written = KeyUses.Written()
        for number in 0..<1000 {
            #expect(written.isDue(key(number), at: start))
            #expect(!written.isDue(key(number), at: start + .seconds(59)))
        }
        #expect(written.times.count == 1000)
        #expect(written.isDue(key(7), at: start + .seconds(60)))
        #expect(Array(written.times.keys) == [key(7)])
        #expect(!written.isDue(key(7), at: start + .seconds(119)) && written.isDue(key(8), at: start + .seconds(119)))
        // However long it goes on, with whatever keys: those of two minutes at most.
        var most = 0
        for second in 120..<2000 {
            _ = written.isDue(key(second), at: start + .seconds(second))
            most = max(most, written.times.count)
        }
        #expect(most <= 121)
    }

    @Test("After a clock that was ahead is set right, uses are written again at once")
    func clockSetBack() {
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        var written = KeyUses.Written()
        #expect(written.isDue(key(1), at: start + .seconds(86400)))
        #expect(written.isDue(key(1), at: start))
        #expect(!written.isDue(key(1), at: start + .seconds(1)))
        #expect(Array(written.times.keys) == [key(1)])
    }
}
