// Retry-After (RFC 9110 § 10.2.3): seconds, or a date in the one format that senders may use.

import Spelling
import Time

enum RetryAfter {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// How long the receiver wants to be left alone; nil when it does not say, or not so that one can read it.
    static func wait(_ value: String?, at now: Timestamp) -> Duration? {
        guard let value = value?.withoutBlanks, !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
            // A number too long to read is a long time; the caller bounds it.
            return .seconds(min(Int64(value) ?? .max, 1_000_000_000))
        }
        // Sun, 06 Nov 1994 08:49:37 GMT
        let parts = value.words()
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])), let day = Int(parts[1]),
            let date = Timestamp(iso8601: "\(parts[3])-\(twoDigits(month + 1))-\(twoDigits(day))T\(parts[4])Z")
        else { return nil }
        return max(.zero, date - now)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
