// What the product relies on in any engine: run for each of EngineFactory.all.

import Database
import Foundation
import Testing
import Time

@Suite("An engine", .serialized)
struct EngineTests {
    private struct Undone: Error {}

    private func withTable(_ factory: EngineFactory, _ body: (any Engine) throws -> Void) throws {
        let test = try factory.make()
        try test.engine.transaction { connection in
            try connection.execute(
                """
                CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes BLOB, amount BIGINT CHECK (amount >= 0),
                    parent BIGINT REFERENCES things (id))
                """)
        }
        try withExtendedLifetime(test) { try body(test.engine) }
    }

    private func expectNames(_ expected: [String], in engine: any Engine) throws {
        let found = try names(engine)
        #expect(found == expected)
    }

    private func names(_ engine: any Engine) throws -> [String] {
        var names: [String] = []
        try engine.read { names = try $0.rows("SELECT name FROM things ORDER BY id") { try $0.next() } }
        return names
    }

    @Test("What went in comes out, to the byte", arguments: EngineFactory.all)
    func roundTrip(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            let name = "Zoë’s “$1” \u{1F4DE}; DROP TABLE things; --"
            let bytes: [UInt8] = [0, 1, 255, 0]
            try engine.transaction { connection in
                let changed = try connection.execute(
                    "INSERT INTO things (id, name, bytes, amount) VALUES (\(Int64.max), \(name), \(bytes), \(Int?.none))")
                #expect(changed == 1)
            }
            try engine.read { connection in
                let row = try connection.first("SELECT id, name, bytes, amount FROM things") {
                    (try $0.next(Int64.self), try $0.next(String.self), try $0.next([UInt8].self), try $0.next(Int?.self))
                }
                let found = try #require(row)
                #expect(found == (Int64.max, name, bytes, nil))
            }
        }
    }

    @Test("A transaction that throws leaves nothing", arguments: EngineFactory.all)
    func rollback(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            #expect(throws: Undone.self) {
                try engine.transaction { connection in
                    try connection.execute("INSERT INTO things (id, name) VALUES (1, 'gone')")
                    throw Undone()
                }
            }
            try expectNames([], in: engine)
        }
    }

    @Test(
        "When the database has ended a transaction by itself, nothing runs behind it as if it were still there",
        arguments: EngineFactory.all)
    func lost(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            #expect(throws: DatabaseError.self) {
                try engine.transaction { connection in
                    try connection.execute("INSERT INTO things (id, name) VALUES (1, 'undone')")
                    // As SQLite does when it has no memory or room left; the caller goes on regardless.
                    try connection.execute("ROLLBACK")
                    try connection.execute("INSERT INTO things (id, name) VALUES (2, 'outside')")
                }
            }
            try expectNames([], in: engine)
        }
    }

    @Test("A list of any length runs in few statements, each of its rows once", arguments: EngineFactory.all)
    func bulk(_ factory: EngineFactory) throws {
        let insert = BulkStatement("INSERT INTO things (id, name, amount) VALUES ", columns: 2, constants: ", 1")
        let update = BulkStatement("UPDATE things SET amount = amount + 1 WHERE id IN (VALUES ", columns: 1, ")", isRepeatable: true)
        let copy = BulkStatement(
            "WITH given (id, amount) AS (VALUES ", columns: 2,
            ") UPDATE things SET amount = given.amount FROM given WHERE things.id = given.id", isRepeatable: true)
        for count in [1, 2, 3, 5, 7, 14, 31, 33, 60, 64, 65, 127, 200] {
            try withTable(factory) { engine in
                func amounts() throws -> [Int] {
                    var amounts: [Int] = []
                    try engine.read { amounts = try $0.rows("SELECT amount FROM things ORDER BY id") { try $0.next() } }
                    return amounts
                }
                try engine.transaction { connection in
                    let inserted = try insert.execute((0..<count).flatMap { [$0.sqlValue, .text("n\($0)")] }, on: connection)
                    let before = engine.statementCount
                    let updated = try update.execute((0..<count).map(\.sqlValue), on: connection)
                    let statements = engine.statementCount - before
                    #expect(inserted == count && updated == count && statements <= count / 64 + 3)
                }
                let raised = try amounts()
                #expect(raised == Array(repeating: 2, count: count))
                try engine.transaction { _ = try copy.execute((0..<count).flatMap { [$0.sqlValue, ($0 * 7).sqlValue] }, on: $0) }
                let copied = try amounts()
                #expect(copied == (0..<count).map { $0 * 7 })
            }
        }
    }

    @Test("A row that exists already is told apart from one that breaks a rule", arguments: EngineFactory.all)
    func constraints(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            func fault(_ sql: SQL) -> DatabaseError? {
                do {
                    try engine.transaction { try $0.execute(sql) }
                    return nil
                } catch {
                    return error as? DatabaseError
                }
            }
            #expect(fault("INSERT INTO things (id, name) VALUES (1, 'one')") == nil)
            guard case .duplicate = fault("INSERT INTO things (id, name) VALUES (1, 'two')") else {
                return #expect(Bool(false), "primary key")
            }
            guard case .duplicate = fault("INSERT INTO things (id, name) VALUES (2, 'one')") else { return #expect(Bool(false), "unique") }
            guard case .constraint = fault("INSERT INTO things (id, name, amount) VALUES (3, 'three', -1)") else {
                return #expect(Bool(false), "check")
            }
            guard case .constraint = fault("INSERT INTO things (id, name, parent) VALUES (4, 'four', 99)") else {
                return #expect(Bool(false), "foreign key")
            }
            guard case .engine = fault("SELECT nonsense FROM nowhere") else { return #expect(Bool(false), "syntax") }
            try expectNames(["one"], in: engine)
        }
    }

    @Test("All statements of one read see the same moment", arguments: EngineFactory.all)
    func snapshot(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            try engine.read { reader in
                let before = try reader.value("SELECT COUNT(*) FROM things", as: Int.self)
                let written = DispatchSemaphore(value: 0)
                let thread = Thread {
                    try? engine.transaction { try $0.execute("INSERT INTO things (id, name) VALUES (1, 'late')") }
                    written.signal()
                }
                thread.start()
                written.wait()
                #expect(before == 0)
                #expect(try reader.value("SELECT COUNT(*) FROM things", as: Int.self) == 0)
            }
            try expectNames(["late"], in: engine)
        }
    }

    @Test("A reader cannot write", arguments: EngineFactory.all)
    func readOnly(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            #expect(throws: DatabaseError.self) {
                try engine.read { try $0.execute("INSERT INTO things (id, name) VALUES (1, 'no')") }
            }
            try expectNames([], in: engine)
        }
    }

    @Test("The SQL of both engines: upsert, RETURNING, and UPDATE from a list", arguments: EngineFactory.all)
    func commonGround(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            let insert = BulkStatement(
                "INSERT INTO things (id, name, amount) VALUES ", columns: 2, constants: ", 7", " ON CONFLICT (id) DO NOTHING RETURNING id")
            let update = BulkStatement(
                "WITH change (id, name) AS (VALUES ", columns: 2,
                ") UPDATE things SET name = change.name FROM change WHERE things.id = change.id AND things.amount = \(Int?.none)")
            try engine.transaction { connection in
                var inserted: [Int] = []
                let rows = (0..<100).flatMap { [SQLValue.integer($0), .text("thing \($0)")] }
                try insert.forEachRow(rows, on: connection) { inserted.append(try $0.next()) }
                #expect(inserted == Array(0..<100))
                try insert.forEachRow(Array(rows.prefix(4)), on: connection) { _ in Issue.record("inserted twice") }
                let changes = (0..<77).flatMap { [SQLValue.integer($0), .text("changed \($0)")] }
                #expect(try update.execute(changes, after: [.integer(7)], on: connection) == 77)
                #expect(try update.execute(changes, after: [.integer(8)], on: connection) == 0)
            }
            let found = try names(engine)
            #expect(found[76] == "changed 76" && found[77] == "thing 77")
        }
    }

    @Test("A backup is whole, and is never written over another file", arguments: EngineFactory.all)
    func backup(_ factory: EngineFactory) throws {
        let test = try factory.make()
        try test.engine.transaction { connection in
            try connection.execute("CREATE TABLE things (name TEXT)")
            try connection.execute("INSERT INTO things VALUES ('kept')")
        }
        let path = test.folder + "/backup"
        try test.engine.backup(to: path)
        #expect(throws: DatabaseError.self) { try test.engine.backup(to: path) }
        let copy = try SQLiteEngine(path: path, readers: 1)
        var name: String?
        try copy.read { name = try $0.value("SELECT name FROM things") }
        #expect(name == "kept")
    }

    @Test("Statements are counted", arguments: EngineFactory.all)
    func counting(_ factory: EngineFactory) throws {
        try withTable(factory) { engine in
            let before = engine.statementCount
            try engine.transaction { connection in
                try connection.execute("INSERT INTO things (id, name) VALUES (1, 'one')")
                _ = try connection.value("SELECT COUNT(*) FROM things", as: Int.self)
            }
            #expect(engine.statementCount == before + 2)
        }
    }
}
