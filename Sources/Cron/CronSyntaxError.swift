// A closed set, so that a form can say it in the person's language; `description` is for logs and the command line.

/// Why a text is no cron expression.
package enum CronSyntaxError: Error, Equatable, Sendable {
    /// The text has this many fields instead of five.
    case fieldCount(Int)
    /// A word with `@` that stands for no calendar expression (`@reboot` does not either).
    case unknownNickname(String)
    /// The part is no number, name, range or list as this field has them.
    case malformed(CronField, part: String)
    /// The number is outside `field.range`.
    case outOfRange(CronField, part: String)
    /// The range ends before it begins.
    case reversed(CronField, part: String)
    /// The step is not from 1 to the field's largest number, or follows a single value.
    case step(CronField, part: String)
    /// No such day ever comes, for example 30 February.
    case neverMatches
}

extension CronSyntaxError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fieldCount(let count):
            "a cron expression has five fields (minute, hour, day of month, month, day of week), this has \(count)"
        case .unknownNickname(let name):
            "“\(name)” is not one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually"
        case .malformed(let field, let part): "\(field.name): “\(part)” is no number, range or list"
        case .outOfRange(let field, let part): "\(field.name): “\(part)” is not from \(field.range.lowerBound) to \(field.range.upperBound)"
        case .reversed(let field, let part): "\(field.name): the range “\(part)” ends before it begins"
        case .step(let field, let part): "\(field.name): the step in “\(part)” needs a range or * before it and a number from 1 after it"
        case .neverMatches: "no such day ever comes"
        }
    }
}
