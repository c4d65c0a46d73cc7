// What PostgreSQL wants said differently. Statements are the same on both engines; the schema differs in the name of a type.

enum PostgreSQLDialect {
    /// A statement of a migration.
    static func schema(_ statement: String) -> String { statement.replacing(/\bBLOB\b/, with: "BYTEA") }
}
