// The texts of instants go into the API, the database's exports and signatures: each must read back as it was written.
import Testing
import Time

@Suite struct TimestampTests {
    @Test(
        "An instant is written as RFC 3339 in UTC, always with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_352_709_123, "2026-11-22T13:05:09.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func isWritten(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "Any offset of RFC 3339 is understood",
        arguments: [
            ("2026-11-22T14:05:09.123+01:00", "2026-11-22T13:05:09.123Z"),
            ("2026-11-22T13:05:09Z", "2026-11-22T13:05:09.000Z"),
            ("2026-11-22t13:05:09.1z", "2026-11-22T13:05:09.100Z"),
            ("2026-11-22T13:05:09.99999999999999999999999-00:00", "2026-11-22T13:05:09.999Z"),
            ("2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00.000Z"),
            ("2026-12-31T23:59:59-23:59", "2027-01-01T23:58:59.000Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
            ("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000Z"),
        ])
    func isRead(text: String, expected: String) {
        #expect(Timestamp(iso8601: text)?.iso8601 == expected)
    }

    @Test(
        "What is not RFC 3339 is no instant",
        arguments: [
            "", "2026-11-22", "2026-11-22T13:05:09", "2026-11-22T13:05Z", "2026-11-22 13:05:09Z", "2026-11-22T13:05:09.Z",
            "2026-11-22T24:00:00Z", "2026-11-22T13:60:00Z", "2026-11-22T13:05:60Z", "2026-11-22T13:05:61Z", "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-22T13:05:09+1:00", "2026-11-22T13:05:09+0100",
            "2026-11-22T13:05:09+24:00", "2026-11-22T13:05:09Z ", " 2026-11-22T13:05:09Z", "٢٠٢٦-11-22T13:05:09Z", "0000-01-01T00:00:00Z",
        ])
    func isRefused(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test("Arithmetic stops at the ends instead of trapping")
    func saturates() {
        let last = Timestamp(milliseconds: .max)
        let first = Timestamp(milliseconds: .min)
        #expect(last + .seconds(Int64.max) == last)
        #expect(first - .seconds(Int64.max) == first)
        #expect(last - .seconds(-Int64.max) == last)
        #expect(last - first == .milliseconds(Int64.max))
        #expect(first - last == .milliseconds(Int64.min))
        #expect(Timestamp(milliseconds: 5) + .milliseconds(7) == Timestamp(milliseconds: 12))
        #expect(Timestamp(milliseconds: 5) - .milliseconds(7) == Timestamp(milliseconds: -2))
        #expect(Timestamp(milliseconds: -1).seconds == -1)
    }

    @Test("The farthest instants can be written, and shown in a zone")
    func farthestAreWritten() throws {
        let zone = try #require(Zone(identifier: "Europe/Zurich"))
        for instant in [Timestamp(milliseconds: .max), Timestamp(milliseconds: .min)] {
            #expect(instant.iso8601.hasSuffix("Z"))
            #expect(!zone.civil(instant).iso.isEmpty)
        }
    }

    @Test("A manual clock moves only when told")
    func manualClock() {
        let manual = ManualClock(Timestamp(milliseconds: 1000))
        let clock = manual.clock
        #expect(clock.now() == Timestamp(milliseconds: 1000))
        manual.advance(by: .seconds(2))
        #expect(clock.now() == Timestamp(milliseconds: 3000))
        manual.set(Timestamp(milliseconds: 7))
        #expect(clock.now() == Timestamp(milliseconds: 7))
        #expect(Clock.fixed(Timestamp(milliseconds: 9)).now() == Timestamp(milliseconds: 9))
    }

    @Test("The system's clock is past the day this was written")
    func systemClock() throws {
        #expect(Clock.system.now() > (try #require(Timestamp(iso8601: "2025-01-01T00:00:00Z"))))
    }
}
