// One of the five fields of a cron expression, read into a set of bits: bit n says that n matches.

/// The fields in the order in which they are written.
package enum CronField: CaseIterable, Sendable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// The numbers that may be written; 0 and 7 are both Sunday.
    package var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    private var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    /// A list of values, ranges and steps.
    func bits(of text: Substring) throws(CronSyntaxError) -> UInt64 {
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try self.bits(ofPart: part)
        }
        if self == .dayOfWeek, bits & 1 << 7 != 0 { bits = bits & 0x7F | 1 }
        return bits
    }

    private func bits(ofPart part: Substring) throws(CronSyntaxError) -> UInt64 {
        let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let values = halves.first ?? ""
        let bounds: ClosedRange<Int>
        if values == "*" {
            bounds = self == .dayOfWeek ? 0...6 : range
        } else {
            bounds = try self.bounds(of: values)
        }
        guard halves.count == 2 else { return bits(from: bounds, step: 1) }
        // As Vixie cron: "5/15" is an error, where others read it as "5-59/15".
        guard values.contains("-") || values == "*", let step = number(halves[1]), step >= 1, step <= range.upperBound else {
            throw .step(self, part: String(part))
        }
        return bits(from: bounds, step: step)
    }

    private func bits(from bounds: ClosedRange<Int>, step: Int) -> UInt64 {
        stride(from: bounds.lowerBound, through: bounds.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private func bounds(of text: Substring) throws(CronSyntaxError) -> ClosedRange<Int> {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(of: ends.first ?? "")
        guard ends.count == 2 else { return first...first }
        var last = try value(of: ends[1])
        // FRI-SUN: Sunday also ends the week.
        if self == .dayOfWeek, last == 0, first > 0 { last = 7 }
        guard first <= last else { throw .reversed(self, part: String(text)) }
        return first...last
    }

    private func value(of text: Substring) throws(CronSyntaxError) -> Int {
        if let number = number(text) {
            guard range.contains(number) else { throw .outOfRange(self, part: String(text)) }
            return number
        }
        guard let index = names.firstIndex(of: text.uppercased()) else { throw .malformed(self, part: String(text)) }
        return index + (self == .month ? 1 : 0)
    }

    /// Digits only: no sign, and few enough not to overflow.
    private func number(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int(text)
    }
}
