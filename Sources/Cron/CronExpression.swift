// The five fields that administrators know, as Vixie cron reads them. It speaks about wall clocks only; what happens
// where a wall clock jumps is the Schedule's part.
package import Time

/// `minute hour day-of-month month day-of-week`, or one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.
package struct CronExpression: Sendable, Equatable {
    private let minutes: UInt64
    private let hours: UInt64
    private let daysOfMonth: UInt64
    private let months: UInt64
    private let daysOfWeek: UInt64
    /// Vixie cron: when both day fields are restricted (neither begins with `*`), a day that matches either one runs.
    private let eitherDay: Bool

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// Also refuses what never comes, such as 30 February.
    package init(_ text: String) throws(CronSyntaxError) {
        var fields = text.split { $0 == " " || $0 == "\t" }
        if let nickname = fields.first, nickname.hasPrefix("@") {
            guard fields.count == 1, let expression = Self.nicknames[nickname.lowercased()] else { throw .unknownNickname(text) }
            fields = expression.split(separator: " ")
        }
        guard fields.count == 5 else { throw .fieldCount(fields.count) }
        minutes = try CronField.minute.bits(of: fields[0])
        hours = try CronField.hour.bits(of: fields[1])
        daysOfMonth = try CronField.dayOfMonth.bits(of: fields[2])
        months = try CronField.month.bits(of: fields[3])
        daysOfWeek = try CronField.dayOfWeek.bits(of: fields[4])
        eitherDay = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
        // Any date will do to begin: what comes at all comes within the search of `next`.
        if let anyDate = CivilDate(year: 2000, month: 1, day: 1), next(after: CivilTime(startOf: anyDate)) == nil { throw .neverMatches }
    }

    /// The first matching minute after `time`.
    package func next(after time: CivilTime) -> CivilTime? {
        if matches(time.date) {
            if hours.contains(time.hour), let minute = minutes.first(from: time.minute + 1) {
                return CivilTime(date: time.date, hour: time.hour, minute: minute)
            }
            if let hour = hours.first(from: time.hour + 1), let minute = minutes.first(from: 0) {
                return CivilTime(date: time.date, hour: hour, minute: minute)
            }
        }
        guard let date = nextDate(after: time.date), let hour = hours.first(from: 0), let minute = minutes.first(from: 0) else {
            return nil
        }
        return CivilTime(date: date, hour: hour, minute: minute)
    }

    private func matches(_ date: CivilDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let dayOfMonth = daysOfMonth.contains(date.day)
        let dayOfWeek = daysOfWeek.contains(date.weekday)
        return eitherDay ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek
    }

    private func nextDate(after date: CivilDate) -> CivilDate? {
        var candidate = date.adding(days: 1)
        // The rarest day, 29 February on one weekday, comes every 28 years, and over a year such as 2100 after 40.
        let lastYear = date.year + 41
        while candidate.year <= lastYear {
            if matches(candidate) { return candidate }
            if months.contains(candidate.month) {
                candidate = candidate.adding(days: 1)
            } else {
                candidate = candidate.adding(days: CivilDate.days(inMonth: candidate.month, of: candidate.year) - candidate.day + 1)
            }
        }
        return nil
    }
}

extension UInt64 {
    fileprivate func contains(_ bit: Int) -> Bool {
        self & (1 << UInt64(bit)) != 0
    }

    /// The lowest bit that is set at or above `start`.
    fileprivate func first(from start: Int) -> Int? {
        guard start < 64 else { return nil }
        let rest = self >> UInt64(start)
        return rest == 0 ? nil : start + rest.trailingZeroBitCount
    }
}
