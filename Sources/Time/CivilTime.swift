// What a clock on a wall shows: a date and a time of day, without a zone. Only a Zone can say which instants it names.

/// A local date and time; it may name no instant, one, or two in a given `Zone`.
package struct CivilTime: Hashable, Comparable, Sendable {
    package let date: CivilDate
    /// 0…23
    package let hour: Int
    /// 0…59
    package let minute: Int
    /// 0…59
    package let second: Int

    /// nil when no clock can show it.
    package init?(date: CivilDate, hour: Int, minute: Int, second: Int = 0) {
        guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second) else { return nil }
        self.date = date
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Midnight.
    package init(startOf date: CivilDate) {
        self.init(localSeconds: Int64(date.daysSince1970) * 86_400)
    }

    /// `2026-11-22T03:15` or `2026-11-22T03:15:30`, as `<input type="datetime-local">` sends it.
    package init?(iso: String) {
        var scanner = ASCIIScanner(iso)
        guard let date = scanner.date(), scanner.skip("T"), let hour = scanner.number(digits: 2), scanner.skip(":"),
            let minute = scanner.number(digits: 2)
        else { return nil }
        var second = 0
        if scanner.skip(":") {
            guard let number = scanner.number(digits: 2) else { return nil }
            second = number
        }
        guard scanner.isAtEnd else { return nil }
        self.init(date: date, hour: hour, minute: minute, second: second)
    }

    /// `2026-11-22T03:15`; seconds follow only when they are not zero, so that nothing is lost.
    package var iso: String {
        ASCIIText.string { text in
            text.append(date)
            text.append("T")
            text.append(hour, digits: 2)
            text.append(":")
            text.append(minute, digits: 2)
            if second != 0 {
                text.append(":")
                text.append(second, digits: 2)
            }
        }
    }

    package static func < (left: CivilTime, right: CivilTime) -> Bool {
        left.localSeconds < right.localSeconds
    }
}

extension CivilTime {
    /// Seconds since 1970-01-01T00:00 on the same wall clock.
    var localSeconds: Int64 {
        Int64(date.daysSince1970) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    init(localSeconds: Int64) {
        date = CivilDate(daysSince1970: localSeconds.flooredQuotient(by: 86_400))
        let secondOfDay = Int(localSeconds.flooredRemainder(by: 86_400))
        hour = secondOfDay / 3600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
    }
}

extension CivilTime: CustomStringConvertible {
    package var description: String { iso }
}
