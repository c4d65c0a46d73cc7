// The nights on which clocks jump, in the places where they do it most strangely.
import Cron
import Testing
import Time

@Suite struct ScheduleTests {
    private func schedule(_ expression: String, _ zone: String) throws -> Schedule {
        Schedule(expression: try CronExpression(expression), zone: try #require(Zone(identifier: zone)))
    }

    private func runs(_ expression: String, _ zone: String, after: String, count: Int) throws -> [String] {
        let schedule = try schedule(expression, zone)
        var instant = try #require(Timestamp(iso8601: after))
        return try (0..<count).map { _ in
            let run = try #require(schedule.next(after: instant))
            instant = run.at
            return "\(run.nominal) \(run.at)"
        }
    }

    @Test("In a gap a job runs once, at the first valid minute")
    func gap() throws {
        #expect(
            try runs("30 2 * * *", "Europe/Zurich", after: "2026-03-28T00:00:00Z", count: 3) == [
                "2026-03-28T02:30 2026-03-28T01:30:00.000Z", "2026-03-29T02:30 2026-03-29T01:00:00.000Z",
                "2026-03-30T02:30 2026-03-30T00:30:00.000Z",
            ])
    }

    @Test("All the times of one gap, and the minute after it, are one run")
    func timesOfOneGap() throws {
        #expect(
            try runs("*/20 * * * *", "Europe/Zurich", after: "2026-03-29T00:30:00Z", count: 3) == [
                "2026-03-29T01:40 2026-03-29T00:40:00.000Z", "2026-03-29T02:00 2026-03-29T01:00:00.000Z",
                "2026-03-29T03:20 2026-03-29T01:20:00.000Z",
            ])
    }

    @Test("In an overlap a job runs at the first coming only")
    func overlap() throws {
        #expect(
            try runs("30 2 * * *", "Europe/Zurich", after: "2026-10-24T00:00:00Z", count: 3) == [
                "2026-10-24T02:30 2026-10-24T00:30:00.000Z", "2026-10-25T02:30 2026-10-25T00:30:00.000Z",
                "2026-10-26T02:30 2026-10-26T01:30:00.000Z",
            ])
        #expect(
            try runs("*/30 * * * *", "Europe/Zurich", after: "2026-10-25T00:15:00Z", count: 2) == [
                "2026-10-25T02:30 2026-10-25T00:30:00.000Z", "2026-10-25T03:00 2026-10-25T02:00:00.000Z",
            ])
        // Asked during the second coming.
        #expect(
            try runs("45 2 * * *", "Europe/Zurich", after: "2026-10-25T01:10:00Z", count: 1) == [
                "2026-10-26T02:45 2026-10-26T01:45:00.000Z"
            ])
    }

    @Test("Lord Howe's half hour is a gap and an overlap like any other")
    func lordHowe() throws {
        #expect(
            try runs("15 2 * * *", "Australia/Lord_Howe", after: "2026-10-03T12:00:00Z", count: 2) == [
                "2026-10-04T02:15 2026-10-03T15:30:00.000Z", "2026-10-05T02:15 2026-10-04T15:15:00.000Z",
            ])
        #expect(
            try runs("45 1 * * *", "Australia/Lord_Howe", after: "2026-04-04T12:00:00Z", count: 2) == [
                "2026-04-05T01:45 2026-04-04T14:45:00.000Z", "2026-04-06T01:45 2026-04-05T15:15:00.000Z",
            ])
    }

    @Test("The day that Apia skipped is one gap")
    func apia() throws {
        #expect(
            try runs("15 3 * * *", "Pacific/Apia", after: "2011-12-29T00:00:00Z", count: 3) == [
                "2011-12-29T03:15 2011-12-29T13:15:00.000Z", "2011-12-30T03:15 2011-12-30T10:00:00.000Z",
                "2011-12-31T03:15 2011-12-30T13:15:00.000Z",
            ])
        #expect(
            try runs("0 */6 * * *", "Pacific/Apia", after: "2011-12-30T04:00:00Z", count: 2) == [
                "2011-12-30T00:00 2011-12-30T10:00:00.000Z", "2011-12-31T06:00 2011-12-30T16:00:00.000Z",
            ])
    }

    @Test("Of all that was missed, the last is found, however long ago it all began")
    func latest() throws {
        let daily = try schedule("15 3 * * *", "Europe/Zurich")
        let start = try #require(Timestamp(iso8601: "2016-01-01T00:00:00Z"))
        let end = try #require(Timestamp(iso8601: "2026-11-22T02:14:59.999Z"))
        #expect(daily.latest(after: start, through: end)?.at.iso8601 == "2026-11-21T02:15:00.000Z")
        #expect(daily.latest(after: start, through: end + .milliseconds(1))?.at.iso8601 == "2026-11-22T02:15:00.000Z")
        let minutely = try schedule("* * * * *", "UTC")
        #expect(minutely.latest(after: start, through: end)?.at.iso8601 == "2026-11-22T02:14:00.000Z")
        let yearly = try schedule("* 3 29 2 *", "UTC")
        #expect(yearly.latest(after: start, through: end)?.at.iso8601 == "2024-02-29T03:59:00.000Z")
    }

    @Test("Nothing was missed between two runs, at the run that was made, or backwards")
    func nothingMissed() throws {
        let daily = try schedule("15 3 * * *", "UTC")
        let run = try #require(Timestamp(iso8601: "2026-11-22T03:15:00Z"))
        #expect(daily.latest(after: run, through: run) == nil)
        #expect(daily.latest(after: run, through: run + .seconds(86_399)) == nil)
        #expect(daily.latest(after: run + .seconds(86_400), through: run) == nil)
        #expect(daily.latest(after: run - .milliseconds(1), through: run)?.at == run)
    }

    @Test(
        "In every zone a daily job runs on each date exactly once, in order",
        arguments: [
            "Europe/Zurich", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Gaza", "America/Nuuk",
        ])
    func eachDateOnce(identifier: String) throws {
        for hour in 0...4 {
            let daily = try schedule("30 \(hour) * * *", identifier)
            var instant = try #require(Timestamp(iso8601: "2010-01-01T12:00:00Z"))
            var date = daily.zone.civil(instant).date
            if daily.zone.civil(instant) < (try #require(CivilTime(date: date, hour: hour, minute: 30))) { date = date.adding(days: -1) }
            for _ in 0..<(28 * 365) {
                let run = try #require(daily.next(after: instant))
                date = date.adding(days: 1)
                #expect(run.nominal.date == date && run.at > instant)
                instant = run.at
            }
        }
    }
}
