// SQL is a type of its own so that a string that somebody typed can never become a statement:
// literals are text, everything interpolated is bound as a parameter ($1, $2, …).

package struct SQL: Sendable, ExpressibleByStringInterpolation {
    package private(set) var text: String
    package private(set) var values: [SQLValue]

    package init(stringLiteral value: StaticString) {
        text = value.description
        values = []
    }

    package init(stringInterpolation: Interpolation) {
        self = stringInterpolation.sql
    }

    fileprivate init() {
        text = ""
        values = []
    }

    /// Appends another statement's text, its parameters renumbered behind ours.
    package static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    package static func + (left: SQL, right: SQL) -> SQL {
        var joined = left
        joined.append(right)
        return joined
    }

    fileprivate mutating func append(_ other: SQL) {
        guard !values.isEmpty, !other.values.isEmpty else {
            text += other.text
            values += other.values
            return
        }
        // Parameters are written only by this type, as `$` and a number, and no literal of ours holds a `$` otherwise.
        var rest = other.text.utf8[...]
        while let mark = rest.firstIndex(of: UInt8(ascii: "$")) {
            text.append(contentsOf: Substring(rest[..<mark]))
            let digits = rest[rest.index(after: mark)...].prefix { (0x30...0x39).contains($0) }
            text += "$\((Int(Substring(digits)) ?? 0) + values.count)"
            rest = rest[digits.endIndex...]
        }
        text.append(contentsOf: Substring(rest))
        values += other.values
    }

    /// A column in a comparison that is not to choose the index, because another condition is better served by one: neither engine's
    /// planner sees that this is the bare column.
    package static func unindexed(_ column: StaticString) -> SQL { SQL(stringLiteral: column) + " || ''" }

    /// The same statement with other values, as many as it has: for one that is built once and run many times.
    package func binding(_ values: [SQLValue]) -> SQL {
        precondition(values.count == self.values.count, "the statement has \(self.values.count) parameters, not \(values.count)")
        var bound = self
        bound.values = values
        return bound
    }

    fileprivate mutating func append(literal: String) {
        text += literal
    }

    fileprivate mutating func bind(_ value: SQLValue) {
        values.append(value)
        text += "$\(values.count)"
    }

    package struct Interpolation: StringInterpolationProtocol {
        package typealias StringLiteralType = StaticString

        fileprivate var sql = SQL()

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + interpolationCount * 3)
            sql.values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            sql.append(literal: literal.description)
        }

        package mutating func appendInterpolation(_ value: some SQLConvertible) {
            sql.bind(value.sqlValue)
        }

        package mutating func appendInterpolation(_ value: (some SQLConvertible)?) {
            sql.bind(value.sqlValue)
        }

        package mutating func appendInterpolation(_ fragment: SQL) {
            sql.append(fragment)
        }

        /// `IN (\(list: ids))`. An empty list matches nothing.
        package mutating func appendInterpolation(list: some Collection<some SQLConvertible>) {
            guard !list.isEmpty else { return sql.append(literal: "NULL") }
            var isFirst = true
            for value in list {
                if !isFirst { sql.append(literal: ", ") }
                isFirst = false
                sql.bind(value.sqlValue)
            }
        }
    }
}

extension Collection<SQL> {
    /// All fragments, with `separator` between them.
    package func joined(by separator: SQL) -> SQL {
        var joined = SQL()
        var isFirst = true
        for fragment in self {
            if !isFirst { joined.append(separator) }
            isFirst = false
            joined.append(fragment)
        }
        return joined
    }
}
