// Ids sort by time, know their kind, and cannot be forged into another.

import Database
import Testing
import Time

@Suite("Ids")
struct IDTests {
    private enum Thing: Identified { static let idPrefix = "thg" }
    private enum Other: Identified { static let idPrefix = "oth" }
    private enum Row: Identified {
        static let idPrefix = "row"
        static var idForm: IDForm { .number }
    }

    @Test("They increase within a millisecond, as the clock goes on, and when it steps back")
    func monotonic() {
        let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
        let ids = IDGenerator(clock: clock.clock)
        var last: ID<Thing> = ids.next()
        for step in 0..<5_000 {
            if step % 1_000 == 500 { clock.advance(by: .milliseconds(1)) }
            if step % 1_000 == 900 { clock.set(Timestamp(milliseconds: 1_700_000_000_000)) }
            let next: ID<Thing> = ids.next()
            #expect(next > last)
            #expect(next.stored > last.stored, "as text they sort as the numbers do")
            last = next
        }
    }

    @Test("They are UUIDs of version 7, and carry the millisecond")
    func version7() {
        let ids = IDGenerator(clock: .fixed(Timestamp(milliseconds: 0x0123_4567_89AB)))
        for _ in 0..<1_000 {
            let id: ID<Thing> = ids.next()
            #expect(id.value >> 80 == 0x0123_4567_89AB)
            #expect(id.value >> 76 & 0xF == 7)
            #expect(id.value >> 62 & 3 == 2)
        }
    }

    @Test(
        "Those of which there are millions are numbers of 63 bits that carry the millisecond, leave room behind each, and go on when it is full"
    )
    func numbers() throws {
        let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
        let ids = IDGenerator(clock: clock.clock)
        var last = ids.next(Row.self)
        #expect(last.time == clock.clock.now())
        for step in 0..<100_000 {
            if step % 30_000 == 15_000 { clock.set(Timestamp(milliseconds: 1_700_000_000_000)) }
            let next = ids.next(Row.self)
            #expect(next.value >= last.value + 64 && next.value % 64 == 0 && next.value < 1 << 63)
            last = next
        }
        #expect(last.time >= Timestamp(milliseconds: 1_800_000_000_002), "more than fit into one were made")
        #expect(last.description.count == 17 && ID<Row>(last.description) == last)
        #expect(last.sqlValue == .integer(Int64(last.value)))
        #expect(ID<Row>("row_8000000000000") == nil && ID<Row>("row_01jd8m2v7k3f9q5x0c6t4w8b1e") == nil)
        #expect(ID<Row>("row_7zzzzzzzzzzzz")?.sqlValue == .integer(.max))
        let early = ID<Row>.first(at: Timestamp(milliseconds: 1_800_000_000_000))
        #expect(early.stored < last.stored && early < last, "as text they sort as the numbers do")
    }

    @Test("They go on behind those of an earlier process, but not behind a clock that was days ahead")
    func goingOn() {
        let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
        let ids = IDGenerator(clock: clock.clock)
        let near = ID<Row>.first(at: clock.clock.now() + .seconds(3_600))
        ids.goOn(behind: near)
        #expect(ids.next(Row.self) > near)
        let far = ID<Row>.first(at: clock.clock.now() + .seconds(9 * 86_400))
        ids.goOn(behind: far)
        #expect(ids.next(Row.self) < far)
    }

    @Test("What people see reads back, and only as its own kind")
    func prefix() {
        let ids = IDGenerator(clock: .system)
        let id: ID<Thing> = ids.next()
        #expect(id.description.hasPrefix("thg_") && id.description.count == 30)
        #expect(ID<Thing>(id.description) == id)
        #expect(ID<Other>(id.description) == nil)
    }

    @Test(
        "Malformed ones are refused",
        arguments: [
            "", "thg_", "thg", "01jd8m2v7k3f9q5x0c6t4w8b1e", "thg_01jd8m2v7k3f9q5x0c6t4w8b1", "thg_01jd8m2v7k3f9q5x0c6t4w8b1ee",
            "thg_81jd8m2v7k3f9q5x0c6t4w8b1e", "thg_01JD8M2V7K3F9Q5X0C6T4W8B1E", "thg_01jd8m2v7k3f9q5x0c6t4w8bu!", "thg_' OR 1=1 --",
            "THG_01jd8m2v7k3f9q5x0c6t4w8b1e", "thg_01jd8m2v7k3f9q5x0c6t4w8b1é",
        ])
    func malformed(_ text: String) {
        #expect(ID<Thing>(text) == nil)
    }

    @Test("No two are alike, from many threads")
    func distinct() async {
        let ids = IDGenerator(clock: .fixed(Timestamp(milliseconds: 1)))
        let all = await withTaskGroup(of: [ID<Thing>].self) { group in
            for _ in 0..<8 { group.addTask { (0..<2_000).map { _ in ids.next() } } }
            return await group.reduce(into: Set<ID<Thing>>()) { $0.formUnion($1) }
        }
        #expect(all.count == 16_000)
    }
}
