// Every column that holds secrets is named once, so that a check can open one of each kind: a key that opens nothing, or a column that was
// copied from elsewhere, is found before somebody needs the secret.

/// A column of sealed secrets, of a table whose rows have an `id` and an `account_id`.
package struct SealedColumn: Sendable, CustomStringConvertible {
    let table: StaticString
    let column: StaticString

    package init(_ table: StaticString, _ column: StaticString) {
        self.table = table
        self.column = column
    }

    package var description: String { "\(table).\(column)" }

    /// Where the secret of a row stands.
    package func place<Row>(account: ID<Account>?, row: ID<Row>) -> Vault.Place {
        Vault.Place(account: account, table: table, row: row, column: column)
    }

    /// Opens the newest secret of the column. Nil when there is none.
    package func opens(with vault: Vault, on connection: any Connection) throws -> Bool? {
        let column = SQL(stringLiteral: column)
        return try connection.first(
            "SELECT id, account_id, \(column) FROM \(SQL(stringLiteral: table)) WHERE \(column) IS NOT NULL ORDER BY id DESC LIMIT 1"
        ) { row in
            let id = try row.next(String.self)
            let account = try row.next(String?.self)
            let place = Vault.Place(account: account ?? "-", table: table, row: id, column: self.column)
            return (try? vault.open(try row.next([UInt8].self), at: place)) != nil
        }
    }
}
