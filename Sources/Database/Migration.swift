// The schema grows by numbered steps, each applied once, in one transaction, in order of number.

package import Time

package struct Migration: Sendable {
    package let number: Int
    package let name: String
    package let statements: [SQL]

    package init(_ number: Int, _ name: String, _ statements: [SQL]) {
        self.number = number
        self.name = name
        self.statements = statements
    }
}

extension Database {
    /// Applies what is missing. Throws `DatabaseError.migration` when a newer version of the product has been here.
    package func migrate(_ migrations: [Migration], at time: Timestamp) throws {
        let ordered = migrations.sorted { $0.number < $1.number }
        for (one, next) in zip(ordered, ordered.dropFirst()) where one.number == next.number {
            throw DatabaseError.migration("Two migrations have the number \(one.number): \(one.name) and \(next.name).")
        }
        let applied = try write { connection in
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)")
            return try connection.rows("SELECT number, name FROM migrations") {
                (number: try $0.next(Int.self), name: try $0.next(String.self))
            }
        }
        let known = Set(ordered.map(\.number))
        if let stranger = applied.first(where: { !known.contains($0.number) }) {
            throw DatabaseError.migration(
                "The database has migration \(stranger.number) (\(stranger.name)), which this version does not know: "
                    + "a newer version has used it, or one before 0.1.0. Start that version, or restore a backup.")
        }
        let done = Set(applied.map(\.number))
        let differences = try engine.schemaDifferences(from: ordered.filter { done.contains($0.number) })
        guard differences.isEmpty else { throw DatabaseError.migration(Self.words(for: differences)) }
        for migration in ordered where !done.contains(migration.number) {
            try write { connection in
                for statement in migration.statements { try connection.execute(statement) }
                try connection.execute(
                    "INSERT INTO migrations (number, name, applied_at) VALUES (\(migration.number), \(migration.name), \(time))")
            }
            StatementRecorder.shared?.note(migration)
        }
    }

    /// What is not as `migrations` made it, of those that were applied.
    package func schemaDifferences(from migrations: [Migration]) throws -> [String] {
        let applied = Set(try read { try $0.rows("SELECT number FROM migrations") { try $0.next(Int.self) } })
        return try engine.schemaDifferences(from: migrations.filter { applied.contains($0.number) })
    }

    package static func words(for differences: [String]) -> String {
        let shown = differences.prefix(5).joined(separator: "; ") + (differences.count > 5 ? "; and \(differences.count - 5) more" : "")
        return "The database is not as this version makes it (\(shown)): an unreleased version has made it, or somebody has changed it. "
            + "Restore a backup of this version, or begin with another data folder."
    }
}
