// The last line of a TZif file: the rule for the years after its table, in the TZ syntax of POSIX with the extensions of
// RFC 9636 (hours up to ±167). Example: CET-1CEST,M3.5.0,M10.5.0/3

struct ZoneRule: Sendable {
    struct Change: Sendable {
        /// The UTC second of the change, and the offset from then on.
        let start: Int64
        let offset: Int32
    }

    /// A day of every year, and a time on it.
    private enum Day: Sendable {
        /// J1…J365, where 29 February is never counted.
        case julian(Int)
        /// 0…365, counting 29 February.
        case zeroBased(Int)
        case weekday(month: Int, week: Int, weekday: Int)

        func daysSince1970(in year: Int) -> Int {
            let newYear = CivilDate.days(from: year, month: 1)
            switch self {
            case .julian(let day):
                let isLeap = CivilDate.days(inMonth: 2, of: year) == 29
                return newYear + day - 1 + (isLeap && day >= 60 ? 1 : 0)
            case .zeroBased(let day):
                return newYear + day
            case .weekday(let month, let week, let weekday):
                let first = CivilDate.days(from: year, month: month)
                let firstWeekday = Int((Int64(first) + 4).flooredRemainder(by: 7))
                var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                while day >= CivilDate.days(inMonth: month, of: year) { day -= 7 }
                return first + day
            }
        }
    }

    private struct Daylight: Sendable {
        let offset: Int32
        let start: Day
        /// Seconds after midnight of the local time before the change.
        let startTime: Int
        let end: Day
        let endTime: Int
    }

    let standardOffset: Int32
    private let daylight: Daylight?

    var hasDaylightTime: Bool { daylight != nil }

    /// Both changes of a year, in order of time.
    func changes(inYear year: Int) -> [Change] {
        guard let daylight else { return [] }
        let start = Int64(daylight.start.daysSince1970(in: year)) * 86_400 + Int64(daylight.startTime) - Int64(standardOffset)
        let end = Int64(daylight.end.daysSince1970(in: year)) * 86_400 + Int64(daylight.endTime) - Int64(daylight.offset)
        let changes = [Change(start: start, offset: daylight.offset), Change(start: end, offset: standardOffset)]
        return start < end ? changes : changes.reversed()
    }

    /// nil when it is not such a rule.
    init?(posix text: some StringProtocol) {
        var scanner = Scanner(text: Array(text.utf8))
        guard scanner.name(), let west = scanner.time() else { return nil }
        standardOffset = Int32(-west)
        if scanner.isAtEnd {
            daylight = nil
            return
        }
        guard scanner.name() else { return nil }
        var offset = standardOffset + 3600
        if !scanner.isAt(",") {
            guard let west = scanner.time() else { return nil }
            offset = Int32(-west)
        }
        guard scanner.skip(","), let start = scanner.day(), let startTime = scanner.timeOfDay(),
            scanner.skip(","), let end = scanner.day(), let endTime = scanner.timeOfDay(), scanner.isAtEnd
        else { return nil }
        daylight = Daylight(offset: offset, start: start, startTime: startTime, end: end, endTime: endTime)
    }

    private struct Scanner {
        let text: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == text.count }

        func isAt(_ scalar: Unicode.Scalar) -> Bool {
            position < text.count && UInt32(text[position]) == scalar.value
        }

        mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
            guard isAt(scalar) else { return false }
            position += 1
            return true
        }

        /// `CEST` or `<+0330>`; the name itself is of no use here.
        mutating func name() -> Bool {
            if skip("<") {
                while !isAtEnd { if skip(">") { return true } else { position += 1 } }
                return false
            }
            let start = position
            while position < text.count, (text[position] | 0x20) >= 97, (text[position] | 0x20) <= 122 { position += 1 }
            return position > start
        }

        mutating func number(upTo maximum: Int) -> Int? {
            let start = position
            var value = 0
            while position < text.count, text[position] >= 48, text[position] <= 57, position - start < 4 {
                value = value * 10 + Int(text[position]) - 48
                position += 1
            }
            return position > start && value <= maximum ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]`, in seconds.
        mutating func time() -> Int? {
            let sign = skip("-") ? -1 : 1
            if sign == 1 { _ = skip("+") }
            guard let hours = number(upTo: 167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where skip(":") {
                guard let part = number(upTo: 59) else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        /// 02:00 unless given.
        mutating func timeOfDay() -> Int? {
            skip("/") ? time() : 7200
        }

        mutating func day() -> Day? {
            if skip("M") {
                guard let month = number(upTo: 12), month >= 1, skip("."), let week = number(upTo: 5), week >= 1, skip("."),
                    let weekday = number(upTo: 6)
                else { return nil }
                return .weekday(month: month, week: week, weekday: weekday)
            }
            if skip("J") { return number(upTo: 365).flatMap { $0 >= 1 ? .julian($0) : nil } }
            return number(upTo: 365).map { .zeroBased($0) }
        }
    }
}

extension CivilDate {
    /// Days from 1970-01-01 to the first of a month, which is 1…12; the year is one of this module's tables.
    static func days(from year: Int, month: Int) -> Int {
        CivilDate(year: year, month: month, day: 1)?.daysSince1970 ?? 0
    }
}
