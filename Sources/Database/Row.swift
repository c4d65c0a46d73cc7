// Reads a row's columns in the order of the SELECT, each as the type that the call site wants. Inlinable: a page reads some hundred
// values, and what is not known at the call site is looked up in the runtime for each of them.

package final class Row {
    @usableFromInline let columns: any ColumnSource
    @usableFromInline var index = 0

    init(columns: any ColumnSource) {
        self.columns = columns
    }

    func rewind() {
        index = 0
    }

    /// The next column. Throws `DatabaseError.unexpectedValue` for NULL or for a value that the type does not know.
    @inlinable
    package func next<Value: SQLConvertible>(_ type: Value.Type = Value.self) throws -> Value {
        defer { index += 1 }
        guard !columns.isNull(at: index), let value = Value(columns: columns, at: index) else {
            throw DatabaseError.unexpectedValue(column: "\(index)", type: "\(Value.self)")
        }
        return value
    }

    /// The next column, or nil for NULL.
    @inlinable
    package func next<Value: SQLConvertible>(_ type: Value?.Type = Value?.self) throws -> Value? {
        if columns.isNull(at: index) {
            index += 1
            return nil
        }
        return try next(Value.self)
    }
}
