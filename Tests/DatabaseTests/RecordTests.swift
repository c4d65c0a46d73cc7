// A row declared once is read and written by the same list of columns.

import Database
import Testing

@Suite("A record")
struct RecordTests {
    private struct Person: Equatable {
        var id = 0
        var first = ""
        var last = ""
        var boss: String?
        var isTall = false
        var version = 1
    }

    private static let record = Record(Person()) {
        Column("id", \.id, isUpdated: false)
        Column("last_name", \.last)
        Column("first_name", \.first)
        Column("boss", \.boss)
        Column("is_tall", \.isTall)
        Column("version", \.version, isUpdated: false)
    }

    private func withTable(_ body: (any Connection) throws -> Void) throws {
        for factory in EngineFactory.all {
            let test = try factory.make()
            try test.engine.transaction { connection in
                try connection.execute(
                    """
                    CREATE TABLE people (id BIGINT PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, boss TEXT,
                        is_tall BIGINT NOT NULL, version BIGINT NOT NULL)
                    """)
                try body(connection)
            }
        }
    }

    @Test("What is inserted by it is read by it, and each column fills its own property")
    func roundTrip() throws {
        let record = Self.record
        let ada = Person(id: 1, first: "Ada", last: "Lovelace", boss: nil, isTall: true, version: 3)
        try withTable { connection in
            try connection.execute("INSERT INTO people (\(record.columns)) VALUES (\(record.values(ada)))")
            let found = try connection.first("SELECT \(record.columns) FROM people WHERE id = \(1)", record.decode)
            #expect(found == ada)
            let names = try connection.first("SELECT first_name, last_name FROM people") {
                (try $0.next(String.self), try $0.next(String.self))
            }
            #expect(names ?? ("", "") == ("Ada", "Lovelace"))
        }
    }

    @Test("An update writes all but what is not updated")
    func update() throws {
        let record = Self.record
        try withTable { connection in
            try connection.execute(
                "INSERT INTO people (\(record.columns)) VALUES (\(record.values(Person(id: 1, first: "Ada", last: "Byron"))))")
            let changed = Person(id: 7, first: "Ada", last: "Lovelace", boss: "Charles", isTall: true, version: 9)
            let count = try connection.execute("UPDATE people SET \(record.assignments(changed)), version = version + 1 WHERE id = \(1)")
            #expect(count == 1)
            let found = try connection.first("SELECT \(record.columns) FROM people", record.decode)
            #expect(found == Person(id: 1, first: "Ada", last: "Lovelace", boss: "Charles", isTall: true, version: 2))
        }
    }

    @Test("A value that does not fit is told by its column's name")
    func misfit() throws {
        try withTable { connection in
            #expect(throws: DatabaseError.unexpectedValue(column: "last_name", type: "String")) {
                _ = try connection.first("SELECT 1, NULL, 'Ada', NULL, 0, 1", Self.record.decode)
            }
        }
    }

    @Test("What is absent has its column's type")
    func types() {
        let types = Self.record.values(Person()).values.map(\.type)
        #expect(types == [.integer, .text, .text, .text, .integer, .integer])
        #expect(Self.record.values(Person()).values[3] == .null(.text))
    }

    @Test("It tells which properties have a column")
    func paths() {
        #expect(Self.record.paths == [\Person.id, \Person.last, \Person.first, \Person.boss, \Person.isTall, \Person.version])
    }
}
