// A date on a calendar, without a zone: what a person types into a form, and what a cron expression speaks about.

/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Comparable, Sendable {
    package let year: Int
    /// 1…12
    package let month: Int
    /// 1…31
    package let day: Int

    /// nil for a day that is not on the calendar, and for years outside 1…9999, which no form and no RFC 3339 text has.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// `2026-11-22`, exactly so.
    package init?(iso: String) {
        var scanner = ASCIIScanner(iso)
        guard let date = scanner.date(), scanner.isAtEnd else { return nil }
        self = date
    }

    /// `2026-11-22`
    package var iso: String { ASCIIText.string { $0.append(self) } }

    /// 0 is Sunday, 6 Saturday.
    package var weekday: Int {
        // 1970-01-01 was a Thursday.
        Int((Int64(daysSince1970) + 4).flooredRemainder(by: 7))
    }

    /// Days may be negative. Stops about five million years away instead of overflowing.
    package func adding(days: Int) -> CivilDate {
        CivilDate(daysSince1970: Int64(daysSince1970).addingSaturated(Int64(days)))
    }

    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

// Conversions after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March, so that
// the leap day is the last of its year, and 400 years are always 146,097 days.
extension CivilDate {
    /// Days after 1970-01-01; negative before.
    package var daysSince1970: Int {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = shiftedYear.flooredQuotient(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int(era * 146_097 + dayOfEra - 719_468)
    }

    /// Clamped to about ±five million years, so that the arithmetic here cannot overflow, whatever the instant was.
    init(daysSince1970: Int64) {
        let days = min(max(daysSince1970, -2_000_000_000), 2_000_000_000) + 719_468
        let era = days.flooredQuotient(by: 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// 28…31; `month` is 1…12.
    package static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CivilDate: CustomStringConvertible {
    package var description: String { iso }
}
