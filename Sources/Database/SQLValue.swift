// What both engines can store: the common ground of SQLite and PostgreSQL (TEXT, BIGINT, BLOB).

package import Time

package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// One row's columns, as an engine gives them.
package protocol ColumnSource {
    func isNull(at index: Int) -> Bool
    func integer(at index: Int) -> Int64
    func text(at index: Int) -> String
    func blob(at index: Int) -> [UInt8]
}

/// A type with one column's worth of data.
package protocol SQLConvertible: Sendable {
    var sqlValue: SQLValue { get }

    /// Reads a column that is not NULL; nil when what is stored there is not a value of this type.
    init?(columns: any ColumnSource, at index: Int)
}

extension String: SQLConvertible {
    package var sqlValue: SQLValue { .text(self) }
    package init?(columns: any ColumnSource, at index: Int) { self = columns.text(at: index) }
}

extension Int64: SQLConvertible {
    package var sqlValue: SQLValue { .integer(self) }
    package init?(columns: any ColumnSource, at index: Int) { self = columns.integer(at: index) }
}

extension Int: SQLConvertible {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
    package init?(columns: any ColumnSource, at index: Int) { self.init(exactly: columns.integer(at: index)) }
}

extension Bool: SQLConvertible {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    package init?(columns: any ColumnSource, at index: Int) { self = columns.integer(at: index) != 0 }
}

extension [UInt8]: SQLConvertible {
    package var sqlValue: SQLValue { .blob(self) }
    package init?(columns: any ColumnSource, at index: Int) { self = columns.blob(at: index) }
}

extension Timestamp: SQLConvertible {
    package var sqlValue: SQLValue { .integer(milliseconds) }
    package init?(columns: any ColumnSource, at index: Int) { self.init(milliseconds: columns.integer(at: index)) }
}

extension SQLConvertible where Self: RawRepresentable, RawValue == String {
    package var sqlValue: SQLValue { .text(rawValue) }
    package init?(columns: any ColumnSource, at index: Int) { self.init(rawValue: columns.text(at: index)) }
}
