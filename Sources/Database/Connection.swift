// What a store sees of the database: statements in, rows out. A second engine has to give no more than this.

package protocol Connection: AnyObject {
    /// Runs a statement and tells how many rows it changed.
    @discardableResult
    func execute(_ sql: SQL) throws -> Int

    func forEachRow(_ sql: SQL, _ body: (Row) throws -> Void) throws
}

extension Connection {
    package func rows<Element>(_ sql: SQL, _ decode: (Row) throws -> Element) throws -> [Element] {
        var elements: [Element] = []
        try forEachRow(sql) { elements.append(try decode($0)) }
        return elements
    }

    /// The first row, or nil. Statements that may match many rows say LIMIT 1 themselves.
    package func first<Element>(_ sql: SQL, _ decode: (Row) throws -> Element) throws -> Element? {
        var element: Element?
        try forEachRow(sql) { row in
            if element == nil { element = try decode(row) }
        }
        return element
    }

    /// A single value, as of `SELECT COUNT(*)`; nil when there is no row or the value is NULL.
    package func value<Value: SQLConvertible>(_ sql: SQL, as type: Value.Type = Value.self) throws -> Value? {
        var value: Value?
        try forEachRow(sql) { value = try $0.next() }
        return value
    }
}
