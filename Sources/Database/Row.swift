// Reads a row's columns in the order of the SELECT, each as the type that the call site wants. A page reads some hundred values, and no
// code of this module is specialised for the modules that use it (package access keeps the compiler from it): so nothing here makes a
// generic type of its own, such as an optional, which the runtime would have to look up for each of them.

package final class Row {
    private let columns: any ColumnSource
    private var index = 0

    init(columns: any ColumnSource) {
        self.columns = columns
    }

    func rewind() {
        index = 0
    }

    /// The next column. Throws `DatabaseError.unexpectedValue` for NULL or for a value that the type does not know.
    package func next<Value: SQLConvertible>() throws -> Value {
        let place = index
        index += 1
        guard !columns.isNull(at: place) else { throw Self.unexpected(place, Value.self) }
        do throws(NoSuchValue) {
            return try Value(columns: columns, at: place)
        } catch {
            throw Self.unexpected(place, Value.self)
        }
    }

    package func next<Value: SQLConvertible>(_ type: Value.Type) throws -> Value { try next() }

    /// The next column, or nil for NULL.
    package func next<Value: SQLConvertible>() throws -> Value? {
        if columns.isNull(at: index) {
            index += 1
            return nil
        }
        return try next(Value.self)
    }

    package func next<Value: SQLConvertible>(_ type: Value?.Type) throws -> Value? { try next() }

    private static func unexpected<Value>(_ index: Int, _ type: Value.Type) -> DatabaseError {
        .unexpectedValue(column: "\(index)", type: "\(type)")
    }
}
