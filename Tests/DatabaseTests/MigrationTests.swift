// The schema goes forward, once each step, and never back.

import Database
import Testing
import Time

@Suite("Migrations")
struct MigrationTests {
    private let time = Timestamp(milliseconds: 1)
    private let first = Migration(1, "things", ["CREATE TABLE things (id BIGINT PRIMARY KEY)"])
    private let second = Migration(
        2, "more things", ["ALTER TABLE things ADD COLUMN name TEXT", "INSERT INTO things (id, name) VALUES (1, 'a')"])

    private func withDatabase(_ body: (Database) throws -> Void) throws {
        for factory in EngineFactory.all {
            let test = try factory.make()
            let database = Database(engine: test.engine)
            try withExtendedLifetime(test) { try body(database) }
            database.close()
        }
    }

    @Test("Each is applied once, in order of number, however often it is asked")
    func once() throws {
        try withDatabase { database in
            try database.migrate([first], at: time)
            for _ in 0..<2 { try database.migrate([second, first], at: time) }
            #expect(try database.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) } == 1)
        }
    }

    @Test("A database that a newer version has used is refused, in words")
    func newer() throws {
        try withDatabase { database in
            try database.migrate([first, second], at: time)
            do {
                try database.migrate([first], at: time)
                Issue.record("it was not refused")
            } catch DatabaseError.migration(let words) {
                #expect(words.contains("2") && words.contains("newer version"))
            }
        }
    }

    @Test(
        "A table, a column or an index that has gone, or is another, is found and stops the next start, in words",
        arguments: [
            (["DROP TABLE parts"], "the table parts is missing"), (["DROP INDEX parts_by_name"], "the index parts_by_name is missing"),
            (["ALTER TABLE things DROP COLUMN name"], "the column things.name is missing"),
            (["DROP INDEX parts_by_name", "CREATE INDEX parts_by_name ON parts (id)"], "the index parts_by_name is another"),
            (["ALTER TABLE things ADD COLUMN further TEXT"], "the table things is another"),
        ] as [([SQL], String)])
    func differences(_ changes: [SQL], _ words: String) throws {
        let third = Migration(
            3, "parts", ["CREATE TABLE parts (id BIGINT PRIMARY KEY, name TEXT)", "CREATE INDEX parts_by_name ON parts (name)"])
        try withDatabase { database in
            let all = [first, second, third]
            try database.migrate(all, at: time)
            #expect(try database.schemaDifferences(from: all).isEmpty)
            // Of one that is to be applied nothing can be missing.
            #expect(try database.schemaDifferences(from: all + [Migration(4, "more", ["CREATE TABLE more (id BIGINT)"])]).isEmpty)
            try database.write { connection in
                _ = try connection.execute("CREATE TABLE somebody_elses (id BIGINT)")
                for change in changes { try connection.execute(change) }
            }
            #expect(try database.schemaDifferences(from: all) == [words])
            let error = #expect(throws: DatabaseError.self) { try database.migrate(all, at: time) }
            #expect(error?.description.contains(words) == true)
        }
    }

    @Test("One that fails leaves nothing of itself, and is tried again")
    func failure() throws {
        try withDatabase { database in
            let broken = Migration(2, "broken", ["CREATE TABLE half (id BIGINT)", "CREATE NONSENSE"])
            #expect(throws: DatabaseError.self) { try database.migrate([first, broken], at: time) }
            try database.migrate([first, second], at: time)
            #expect(throws: DatabaseError.self) { try database.read { try $0.value("SELECT COUNT(*) FROM half", as: Int.self) } }
        }
    }

    @Test("Two with one number are a mistake of ours, and are refused")
    func sameNumber() throws {
        try withDatabase { database in
            #expect(throws: DatabaseError.self) { try database.migrate([first, Migration(1, "again", [])], at: time) }
        }
    }
}
