// A row, declared once: its columns, how they are read, and how they are written. Each column names the property that it fills, so
// that two columns of one type cannot change places unseen.
//
//     static let record = Record(AccountSettings()) {
//         Column("country", \.country)
//         Column("playlist_id", \.playlist)
//         Column("version", \.version, isUpdated: false)
//     }
//     connection.first("SELECT \(record.columns) FROM accounts WHERE id = \(id)", record.decode)
//     connection.execute("UPDATE accounts SET \(record.assignments(settings)) WHERE id = \(id) AND version = \(settings.version)")
//     connection.execute("INSERT INTO accounts (id, \(record.columns)) VALUES (\(id), \(record.values(settings)))")

package struct Column<Root>: Sendable {
    fileprivate let name: SQL
    fileprivate let path: any AnyKeyPath & Sendable
    fileprivate let isUpdated: Bool
    fileprivate let encode: @Sendable (Root) -> SQLValue
    fileprivate let decode: @Sendable (Row, inout Root) throws -> Void

    /// - Parameters:
    ///   - name: of the column, in a joining SELECT `s.name`, or for what is only read an expression.
    ///   - isUpdated: false for what an UPDATE leaves alone or writes in its own way: ids, `created_at`, `version`.
    package init<Value: SQLConvertible>(
        _ name: StaticString, _ path: any WritableKeyPath<Root, Value> & Sendable, isUpdated: Bool = true
    ) {
        self.init(
            SQL(stringLiteral: name), path, isUpdated, encode: { $0[keyPath: path].sqlValue }, decode: { $1[keyPath: path] = try $0.next() }
        )
    }

    /// A column that may be NULL.
    package init<Value: SQLConvertible>(
        _ name: StaticString, _ path: any WritableKeyPath<Root, Value?> & Sendable, isUpdated: Bool = true
    ) {
        self.init(
            SQL(stringLiteral: name), path, isUpdated, encode: { $0[keyPath: path].sqlValue }, decode: { $1[keyPath: path] = try $0.next() }
        )
    }

    /// One that is only read, from an expression.
    package init<Value: SQLConvertible>(expression: SQL, _ path: any WritableKeyPath<Root, Value> & Sendable) {
        self.init(expression, path, false, encode: { $0[keyPath: path].sqlValue }, decode: { $1[keyPath: path] = try $0.next() })
    }

    private init(
        _ name: SQL, _ path: any AnyKeyPath & Sendable, _ isUpdated: Bool, encode: @escaping @Sendable (Root) -> SQLValue,
        decode: @escaping @Sendable (Row, inout Root) throws -> Void
    ) {
        self.name = name
        self.path = path
        self.isUpdated = isUpdated
        self.encode = encode
        self.decode = decode
    }
}

package struct Record<Root: Sendable>: Sendable {
    /// `country, language, …`, for a SELECT or an INSERT.
    package let columns: SQL

    private let blank: Root
    private let declared: [Column<Root>]
    private let updated: [Column<Root>]
    private let placeholders: SQL
    private let updates: SQL
    private let updatedColumns: SQL
    private let updatedPlaceholders: SQL

    /// - Parameter blank: what rows are read onto; it says what is not in the row.
    package init(_ blank: Root, @ColumnsBuilder<Root> _ columns: () -> [Column<Root>]) {
        self.blank = blank
        declared = columns()
        updated = declared.filter(\.isUpdated)
        self.columns = declared.map(\.name).joined(by: ", ")
        let place = Int?.none
        placeholders = declared.map { _ in "\(place)" as SQL }.joined(by: ", ")
        updatedColumns = updated.map(\.name).joined(by: ", ")
        updatedPlaceholders = updated.map { _ in "\(place)" as SQL }.joined(by: ", ")
        updates = updated.map { "\($0.name) = \(place)" as SQL }.joined(by: ", ")
    }

    /// Reads `columns` from where the row stands; further ones may follow.
    package func decode(_ row: Row) throws -> Root {
        var root = blank
        for column in declared {
            do {
                try column.decode(row, &root)
            } catch DatabaseError.unexpectedValue(_, let type) {
                throw DatabaseError.unexpectedValue(column: column.name.text, type: type)
            }
        }
        return root
    }

    /// `$1, $2, …`: the values of `columns`, for an INSERT.
    package func values(_ root: Root) -> SQL { placeholders.binding(declared.map { $0.encode(root) }) }

    /// `country = $1, …`, for an UPDATE.
    package func assignments(_ root: Root) -> SQL { updates.binding(updated.map { $0.encode(root) }) }

    /// Writes the one row that `owner` has in `table`, unless somebody has written it since `version` was read; 0: there was none. The
    /// table has a column `version`, which is counted here.
    ///
    /// - Returns: false when somebody has.
    package func save<Owner>(
        _ root: Root, over version: Int, of owner: ID<Owner>, in table: StaticString, on connection: any Connection
    ) throws -> Bool {
        let table = SQL(stringLiteral: table)
        guard version == 0 else {
            return try connection.execute(
                "UPDATE \(table) SET \(assignments(root)), version = version + 1 WHERE account_id = \(owner) AND version = \(version)") == 1
        }
        let values = updatedPlaceholders.binding(updated.map { $0.encode(root) })
        return try connection.execute(
            "INSERT INTO \(table) (account_id, version, \(updatedColumns)) VALUES (\(owner), 1, \(values)) ON CONFLICT DO NOTHING") == 1
    }

    /// The property of each column, for the test that holds a form against its row.
    package var paths: [AnyKeyPath] { declared.map(\.path) }
}

@resultBuilder
package enum ColumnsBuilder<Root> {
    package static func buildExpression(_ column: Column<Root>) -> Column<Root> { column }
    package static func buildBlock(_ columns: Column<Root>...) -> [Column<Root>] { columns }
}
