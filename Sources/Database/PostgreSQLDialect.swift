// What PostgreSQL wants said differently. Statements are the same on both engines; the schema differs in the name of a type.

enum PostgreSQLDialect {
    /// A statement of a migration.
    ///
    /// Of a number that is the key, SQLite makes the row's own number, and needs no index for it, only where it is called INTEGER.
    static func schema(_ statement: String) -> String {
        statement.replacing(/\bBLOB\b/, with: "BYTEA").replacing(/\bINTEGER PRIMARY KEY\b/, with: "BIGINT PRIMARY KEY")
    }
}
