// Times, numbers and sizes as the reader's language and zone write them: the one place that knows.

package import Time

/// Figures by language: groups of three, French with a narrow no-break space.
package struct Numbers: Sendable {
    let language: Language

    package init(language: Language) {
        self.language = language
    }

    package func text(_ number: Int) -> String {
        let digits = Array(String(number.magnitude).utf8)
        var grouped = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped += language == .french ? "\u{202F}" : "," }
            grouped.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return grouped
    }

    /// MB and GB of 1,000, as disks are sold and as the limits are written; French Mo and Go.
    package func bytes(_ count: Int) -> String {
        let units = language == .french ? ["o", "ko", "Mo", "Go", "To"] : ["B", "KB", "MB", "GB", "TB"]
        var value = Double(count)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let tenths = Int((value * 10).rounded())
        let hasFraction = unit > 0 && value < 100 && tenths % 10 != 0
        let whole = hasFraction ? text(tenths / 10) : text(Int(value.rounded()))
        let fraction = hasFraction ? (language == .french ? "," : ".") + String(tenths % 10) : ""
        return "\(whole)\(fraction)\u{00A0}\(units[unit])"
    }

    /// Milliseconds below a second, seconds above.
    package func duration(microseconds: Int) -> String {
        if microseconds < 10_000 { return decimal(microseconds, per: 1000) + "\u{00A0}ms" }
        if microseconds < 1_000_000 { return text(microseconds / 1000) + "\u{00A0}ms" }
        return decimal(microseconds / 1000, per: 1000) + "\u{00A0}s"
    }

    private func decimal(_ value: Int, per unit: Int) -> String {
        let tenths = value * 10 / unit
        return "\(tenths / 10)\(language == .french ? "," : ".")\(tenths % 10)"
    }
}

/// Times in one zone and language. Cheap to make; one a request.
package struct Times: Sendable {
    package let zone: Zone
    private let translation: Translation
    private let now: Timestamp

    package init(zone: Zone, translation: Translation, now: Timestamp) {
        self.zone = zone
        self.translation = translation
        self.now = now
    }

    /// `22 Nov 2026, 14:05:09 +01:00`
    package func text(_ time: Timestamp) -> String {
        // Piece by piece: a page has a hundred of them, and as an interpolation this was a tenth of the page.
        let (civil, offset) = zone.local(time)
        let month = translation.months[max(0, min(11, civil.date.month - 1))]
        guard civil.date.year >= 0 else { return "\(date(civil.date)), \(civil.iso) \(self.offset(offset))" }
        return ASCIIText.string { text in
            text.append(civil.date.day)
            text.append(" ")
            text.append(month)
            text.append(" ")
            text.append(civil.date.year)
            text.append(", ")
            text.append(civil.hour, digits: 2)
            text.append(":")
            text.append(civil.minute, digits: 2)
            text.append(":")
            text.append(civil.second, digits: 2)
            text.append(offset < 0 ? " -" : " +")
            text.append(abs(offset) / 3600, digits: 2)
            text.append(":")
            text.append(abs(offset) / 60 % 60, digits: 2)
        }
    }

    /// `25 Nov 2026 at 03:15 (+01:00)`, as it stands in a sentence.
    package func inSentence(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        return translation(
            "time.in_sentence",
            ["date": date(civil.date), "time": "\(two(civil.hour)):\(two(civil.minute))", "offset": offset(zone.offset(at: time))])
    }

    /// `2026-11-25T03:15:00+01:00`, for programs that read what people export.
    package func iso8601(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        let clock = "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second))"
        return "\(civil.date.iso)T\(clock)\(offset(zone.offset(at: time)))"
    }

    /// `22 Nov 2026`
    package func date(_ date: CivilDate) -> String {
        "\(date.day) \(translation.months[max(0, min(11, date.month - 1))]) \(date.year)"
    }

    package func date(_ time: Timestamp) -> String { date(zone.civil(time).date) }

    /// As short as it is still plain: `21:12` today, `23 Nov, 21:12` within half a year, else the date. For a badge.
    package func brief(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        let clock = "\(two(civil.hour)):\(two(civil.minute))"
        if civil.date == today { return clock }
        guard abs(time.seconds - now.seconds) < 183 * 86400 else { return date(civil.date) }
        return "\(civil.date.day) \(translation.months[max(0, min(11, civil.date.month - 1))]), \(clock)"
    }

    /// `3 minutes ago`, `in 2 hours`
    package func relative(_ time: Timestamp) -> String { text(distance(to: time)) }

    /// How far from now a time is, as precisely as people are told.
    fileprivate struct Distance: Equatable {
        let isAhead: Bool
        let unit: StaticString
        let count: Int

        static func == (left: Distance, right: Distance) -> Bool {
            left.count == right.count && left.isAhead == right.isAhead && left.unit.utf8Start == right.unit.utf8Start
        }
    }

    fileprivate func distance(to time: Timestamp) -> Distance {
        let seconds = Int(clamping: time.seconds - now.seconds)
        let magnitude = Int(clamping: seconds.magnitude)
        let (unit, length): (StaticString, Int) =
            switch magnitude {
            case ..<60: ("seconds", 1)
            case ..<3600: ("minutes", 60)
            case ..<86400: ("hours", 3600)
            default: ("days", 86400)
            }
        return Distance(isAhead: seconds > 0, unit: unit, count: magnitude / length)
    }

    fileprivate func text(_ distance: Distance) -> String {
        translation(distance.isAhead ? "time.in.\(distance.unit)" : "time.ago.\(distance.unit)", count: distance.count)
    }

    package func view(_ time: Timestamp) -> TimeView {
        TimeView(time: time, text: text(time), relative: relative(time))
    }

    package func sentenceView(_ time: Timestamp) -> TimeView {
        TimeView(time: time, text: inSentence(time), relative: relative(time))
    }

    /// `Europe/Paris (+01:00)`, for beside a date filter.
    package var zoneLabel: String { "\(zone.identifier) (\(offset(zone.offset(at: now))))" }

    package var today: CivilDate { zone.civil(now).date }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private func offset(_ seconds: Int) -> String {
        let minutes = Int(seconds.magnitude) / 60
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

/// The times of a list's rows. Neighbours are mostly the same distance from now, and finding the words for it is most of the work.
package struct TimeColumn {
    package let times: Times
    private var last: (distance: Times.Distance, text: String)?

    package init(_ times: Times) {
        self.times = times
    }

    package mutating func view(_ time: Timestamp) -> TimeView {
        let distance = times.distance(to: time)
        let relative = if let last, last.distance == distance { last.text } else { times.text(distance) }
        last = (distance, relative)
        return TimeView(time: time, text: times.text(time), relative: relative)
    }
}
