// What a store sees of the database: statements in, rows out. A second engine has to give no more than this.

package protocol Connection: AnyObject {
    /// Runs a statement and tells how many rows it changed.
    @discardableResult
    func execute(_ sql: SQL) throws -> Int

    func forEachRow(_ sql: SQL, _ body: (Row) throws -> Void) throws

    /// Until the end of the transaction nobody else changes what is the account's: for rules that span rows (a limit, the last
    /// administrator), which no index can hold. Taken before the rows are looked at.
    ///
    /// On SQLite there is nothing to do, since a transaction that writes is alone; on PostgreSQL it is `FOR UPDATE` of the account's row.
    func lock(_ account: ID<Account>) throws

    /// Calls `effect` once what the transaction wrote is durable, and never if it is not: for whoever has to be told of new rows. It runs
    /// on the writer's thread, so it must be quick and must not write.
    func afterCommit(_ effect: @escaping @Sendable () -> Void)

    /// How the engine would go about a statement, one step a line, for the tests that hold a page to its cost.
    func plan(of sql: SQL) throws -> [String]
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
