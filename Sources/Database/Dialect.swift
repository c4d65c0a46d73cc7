// What the two engines want said differently. Statements are the same on both; the schema differs in the names of types.

enum Dialect: Sendable {
    case sqlite
    case postgreSQL

    /// A statement of a migration, as this engine wants it.
    func schema(_ statement: String) -> String {
        switch self {
        case .sqlite: statement
        case .postgreSQL: statement.replacing(/\bBLOB\b/, with: "BYTEA")
        }
    }
}
