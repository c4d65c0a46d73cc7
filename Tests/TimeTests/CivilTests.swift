// Calendar arithmetic is checked against its own inverse over centuries, and against days whose weekday is known.
import Testing
import Time

@Suite struct CivilTests {
    @Test("Every day of eight centuries follows the day before, on the next weekday")
    func daysFollow() throws {
        var date = try #require(CivilDate(year: 1600, month: 1, day: 1))
        // 1600-01-01 was a Saturday.
        var weekday = 6
        for number in 0..<(2 * 146_097) {
            guard date.weekday == weekday, CivilDate(year: date.year, month: date.month, day: date.day) == date,
                date.adding(days: -number).iso == "1600-01-01"
            else {
                Issue.record("\(date) does not follow")
                return
            }
            let next = date.adding(days: 1)
            #expect(date < next)
            date = next
            weekday = (weekday + 1) % 7
        }
        #expect(date.iso == "2400-01-01")
    }

    @Test(
        "Only days of the calendar are dates",
        arguments: ["2026-02-29", "2100-02-29", "2026-04-31", "2026-00-01", "2026-1-1", "26-01-01", ""])
    func isNoDate(text: String) {
        #expect(CivilDate(iso: text) == nil)
    }

    @Test("Dates and times read back as they are written")
    func readBack() throws {
        #expect(CivilDate(iso: "2024-02-29")?.iso == "2024-02-29")
        #expect(CivilDate(iso: "2026-11-22")?.weekday == 0)
        #expect(CivilTime(iso: "2026-11-22T03:15")?.iso == "2026-11-22T03:15")
        #expect(CivilTime(iso: "2026-11-22T03:15:30")?.iso == "2026-11-22T03:15:30")
        #expect(CivilTime(iso: "2026-11-22T24:00") == nil)
        #expect(CivilTime(iso: "2026-11-22T23:60") == nil)
        let date = try #require(CivilDate(iso: "2026-11-22"))
        #expect(CivilTime(startOf: date).iso == "2026-11-22T00:00")
        #expect(CivilTime(date: date, hour: 3, minute: 15)?.iso == "2026-11-22T03:15")
        #expect(CivilTime(date: date, hour: 24, minute: 0) == nil)
    }

    @Test("Adding more days than there are stops, and does not trap")
    func farDays() throws {
        let date = try #require(CivilDate(iso: "2026-11-22"))
        #expect(date.adding(days: .max) > date)
        #expect(date.adding(days: .min) < date)
    }
}
