// A table that was dropped, or a database of another development version, shows in no integrity check: the schema is held against one that
// the migrations make in memory. SQLite keeps each statement as it was given, so texts can be compared.

import GRDB

extension SQLiteEngine {
    package func schemaDifferences(from migrations: [Migration]) throws -> [String] {
        guard !migrations.isEmpty else { return [] }
        do {
            let expected = try DatabaseQueue().write { database in
                let connection = SQLiteConnection(database, StatementCounter())
                for statement in migrations.sorted(by: { $0.number < $1.number }).flatMap(\.statements) {
                    _ = try connection.execute(statement)
                }
                return try Schema(database)
            }
            let present = try lookingAt { try Schema($0) }
            return expected.objects.values.sorted { $0.name < $1.name }.compactMap { object in
                // With its table everything of it is gone.
                if object.name != object.table, present.objects[object.table] == nil { return nil }
                guard let found = present.objects[object.name] else { return "the \(object.type) \(object.name) is missing" }
                guard found.statement != object.statement else { return nil }
                let missing = (expected.columns[object.name] ?? []).filter { present.columns[object.name]?.contains($0) == false }
                guard let column = missing.first else { return "the \(object.type) \(object.name) is another" }
                return "the column \(object.name).\(column) is missing"
            }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }
}

/// What `CREATE` has made, by name.
private struct Schema {
    struct Object {
        let type: String
        let name: String
        let table: String
        let statement: String
    }

    var objects: [String: Object] = [:]
    var columns: [String: [String]] = [:]

    init(_ database: GRDB.Database) throws {
        let rows = try GRDB.Row.fetchAll(
            database, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'")
        for row in rows {
            let object = Object(type: row["type"], name: row["name"], table: row["tbl_name"], statement: row["sql"])
            objects[object.name] = object
            if object.type == "table" { columns[object.name] = try database.columns(in: object.name).map(\.name) }
        }
    }
}
