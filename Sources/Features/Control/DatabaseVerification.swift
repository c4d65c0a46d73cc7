// Reads the whole database and holds its pages, its references, its schema and its secrets against what they should be.

import Database

struct DatabaseVerification {
    private let migrations: [Migration]
    private let secrets: [SealedColumn]

    init(_ features: [Feature]) {
        migrations = features.migrations
        secrets = features.flatMap(\.secrets)
    }

    /// A sentence when it is whole. Throws `VerbFailure` when it is not, or when a newer version has used it.
    ///
    /// - Parameter vault: of the key that is there; nil when there is none.
    func run(_ database: Database, _ vault: Vault?) throws -> String {
        let found = try database.verify()
        guard found.damages.isEmpty else {
            throw VerbFailure(.data, "The database is damaged (\(found.damages.joined(separator: "; "))). Restore a backup.")
        }
        guard found.tablesWithOrphans.isEmpty else {
            throw VerbFailure(
                .data, "The database has rows that belong to nothing, in \(found.tablesWithOrphans.joined(separator: ", ")).")
        }
        let applied = try database.read { try $0.rows("SELECT number FROM migrations") { try $0.next(Int.self) } }
        let known = Set(migrations.map(\.number))
        guard known.isSuperset(of: applied) else {
            throw VerbFailure(.data, "A newer version has used the database. Start that version, or restore a backup.")
        }
        let differences = try database.schemaDifferences(from: migrations)
        guard differences.isEmpty else { throw VerbFailure(.data, Database.words(for: differences)) }
        let missing = known.count - applied.count
        guard missing == 0 else { return "The database is whole; \(missing) migrations are to be applied at the next start." }
        let kinds = try openSecrets(database, vault)
        return kinds == 0 ? "The database is whole." : "The database is whole, and the master key opens its secrets (\(kinds) kinds tried)."
    }

    /// One of each kind.
    ///
    /// - Returns: how many kinds there were.
    private func openSecrets(_ database: Database, _ vault: Vault?) throws -> Int {
        let needed = try MasterKey.fingerprint(in: database)
        guard let vault else {
            if let needed { throw MasterKey.Unusable.missing(path: "master.key", needed: needed) }
            return 0
        }
        if let needed, needed != vault.fingerprint {
            throw MasterKey.Unusable.another(path: "master.key", vault.fingerprint, needed: needed)
        }
        let opened = try database.read { connection in
            try secrets.compactMap { column in try column.opens(with: vault, on: connection).map { (column, $0) } }
        }
        let closed = opened.filter { !$0.1 }.map(\.0.description)
        guard closed.isEmpty else {
            throw VerbFailure(
                .data,
                "The master key does not open the database’s secrets in \(closed.joined(separator: ", ")). Restore a backup with its key.")
        }
        return opened.count
    }
}
