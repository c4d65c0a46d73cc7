// Reads the whole database and holds its pages and its references against each other.

import Database

enum DatabaseVerification {
    /// A sentence when it is whole. Throws `VerbFailure` when it is not, or when a newer version has used it.
    static func run(_ database: Database) throws -> String {
        let found = try database.verify()
        guard found.damages.isEmpty else {
            throw VerbFailure(.data, "The database is damaged (\(found.damages.joined(separator: "; "))). Restore a backup.")
        }
        guard found.tablesWithOrphans.isEmpty else {
            throw VerbFailure(
                .data, "The database has rows that belong to nothing, in \(found.tablesWithOrphans.joined(separator: ", ")).")
        }
        let migrations = try database.read { try $0.rows("SELECT number FROM migrations") { try $0.next(Int.self) } }
        let known = Set(allFeatures.migrations.map(\.number))
        guard known.isSuperset(of: migrations) else {
            throw VerbFailure(.data, "A newer version has used the database. Start that version, or restore a backup.")
        }
        let missing = known.count - migrations.count
        return missing == 0 ? "The database is whole." : "The database is whole; \(missing) migrations are to be applied at the next start."
    }
}
