// One instant as the database keeps it: a BIGINT of UTC milliseconds. Arithmetic saturates, because a retention of
// a million years typed into a form must give a far date and not a trap.

/// An instant, in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Whole seconds since 1970, rounded down (also before 1970).
    package var seconds: Int64 { milliseconds.flooredQuotient(by: 1000) }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Saturates at the ends of Int64. Parts of a millisecond are cut off.
    package static func + (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds.addingSaturated(duration.saturatedMilliseconds))
    }

    /// Saturates at the ends of Int64. Parts of a millisecond are cut off.
    package static func - (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds.subtractingSaturated(duration.saturatedMilliseconds))
    }

    /// The time from `right` to `left`; saturates.
    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds.subtractingSaturated(right.milliseconds))
    }
}

extension Timestamp: Codable {
    /// A plain number of milliseconds.
    package init(from decoder: any Decoder) throws {
        self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String { iso8601 }
}
