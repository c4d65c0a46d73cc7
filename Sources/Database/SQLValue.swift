// What both engines can store: the common ground of SQLite and PostgreSQL (TEXT, BIGINT, BLOB).

package import Time

/// What a column, and so a parameter, is of.
package enum SQLType: String, Sendable {
    case integer = "bigint"
    case text
    case blob = "bytea"
}

package enum SQLValue: Sendable, Equatable {
    /// Also what is absent is absent of a type: PostgreSQL settles a statement's types before it sees a value.
    case null(SQLType)
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    package var type: SQLType {
        switch self {
        case .null(let type): type
        case .integer: .integer
        case .text: .text
        case .blob: .blob
        }
    }
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
    static var sqlType: SQLType { get }
    var sqlValue: SQLValue { get }

    /// Reads a column that is not NULL. Throws when what is stored there is not a value of this type.
    init(columns: any ColumnSource, at index: Int) throws(NoSuchValue)
}

/// What a column holds is no value of the type that is wanted.
package struct NoSuchValue: Error {
    package init() {}
}

extension Optional where Wrapped: SQLConvertible {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null(Wrapped.sqlType) }
}

extension String: SQLConvertible {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(self) }
    package init(columns: any ColumnSource, at index: Int) { self = columns.text(at: index) }
}

extension Int64: SQLConvertible {
    package static var sqlType: SQLType { .integer }
    package var sqlValue: SQLValue { .integer(self) }
    package init(columns: any ColumnSource, at index: Int) { self = columns.integer(at: index) }
}

extension Int: SQLConvertible {
    package static var sqlType: SQLType { .integer }
    package var sqlValue: SQLValue { .integer(Int64(self)) }
    package init(columns: any ColumnSource, at index: Int) throws(NoSuchValue) {
        guard let value = Int(exactly: columns.integer(at: index)) else { throw NoSuchValue() }
        self = value
    }
}

extension Bool: SQLConvertible {
    package static var sqlType: SQLType { .integer }
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    package init(columns: any ColumnSource, at index: Int) { self = columns.integer(at: index) != 0 }
}

extension [UInt8]: SQLConvertible {
    package static var sqlType: SQLType { .blob }
    package var sqlValue: SQLValue { .blob(self) }
    package init(columns: any ColumnSource, at index: Int) { self = columns.blob(at: index) }
}

extension Timestamp: SQLConvertible {
    package static var sqlType: SQLType { .integer }
    package var sqlValue: SQLValue { .integer(milliseconds) }
    package init(columns: any ColumnSource, at index: Int) { self.init(milliseconds: columns.integer(at: index)) }
}

extension SQLConvertible where Self: RawRepresentable, RawValue == String {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(rawValue) }
    package init(columns: any ColumnSource, at index: Int) throws(NoSuchValue) {
        guard let value = Self(rawValue: columns.text(at: index)) else { throw NoSuchValue() }
        self = value
    }
}
