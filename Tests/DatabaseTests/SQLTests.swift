// Statements are text that we wrote; whatever comes from elsewhere is a parameter.

import Database
import Testing

@Suite("SQL")
struct SQLTests {
    @Test("What is interpolated becomes a parameter, never text")
    func parameters() {
        let hostile = "'; DROP TABLE users; --"
        let sql: SQL = "SELECT * FROM users WHERE name = \(hostile) AND age > \(18) AND boss = \(String?.none)"
        #expect(sql.text == "SELECT * FROM users WHERE name = $1 AND age > $2 AND boss = $3")
        #expect(sql.values == [.text(hostile), .integer(18), .null(.text)])
    }

    @Test("Fragments keep their parameters, renumbered")
    func fragments() {
        let condition: SQL = "(a = \(1) OR b = \("$1"))"
        let sql: SQL = "SELECT \(0) FROM t WHERE \(condition) AND \(condition) LIMIT \(9)"
        #expect(sql.text == "SELECT $1 FROM t WHERE (a = $2 OR b = $3) AND (a = $4 OR b = $5) LIMIT $6")
        #expect(sql.values == [.integer(0), .integer(1), .text("$1"), .integer(1), .text("$1"), .integer(9)])
        #expect(("x" + sql).values.count == 6)
    }

    @Test("More than nine parameters are renumbered as numbers, not as digits")
    func manyParameters() {
        let ten = (0..<10).map { "\($0)" as SQL }.joined(by: ", ")
        let sql: SQL = "\(ten), \(ten)"
        #expect(sql.text.hasSuffix("$11, $12, $13, $14, $15, $16, $17, $18, $19, $20"))
        #expect(sql.values.count == 20)
    }

    @Test("A list is one parameter each, and an empty one matches nothing")
    func lists() {
        let none: [Int] = []
        #expect(("IN (\(list: [1, 2, 3]))" as SQL).text == "IN ($1, $2, $3)")
        #expect(("IN (\(list: none))" as SQL).text == "IN (NULL)")
    }

    @Test("A statement is bound again to as many values")
    func binding() {
        let sql = ("INSERT INTO t VALUES (\(1), \("a"))" as SQL).binding([.integer(2), .text("b")])
        #expect(sql.text == "INSERT INTO t VALUES ($1, $2)")
        #expect(sql.values == [.integer(2), .text("b")])
    }

    @Test("An empty list of rows runs no statement, and any length runs in pieces of powers of two")
    func bulk() throws {
        let test = try #require(EngineFactory.all.first).make()
        let insert = BulkStatement("INSERT INTO things (id) VALUES ", columns: 1)
        try test.engine.transaction { connection in
            try connection.execute("CREATE TABLE things (id BIGINT PRIMARY KEY)")
            for (count, statements) in [(0, 0), (1, 1), (3, 2), (64, 1), (71, 4), (200, 4)] {
                try connection.execute("DELETE FROM things")
                let before = test.engine.statementCount
                #expect(try insert.execute((0..<count).map { .integer(Int64($0)) }, on: connection) == count)
                #expect(test.engine.statementCount - before == statements)
                #expect(try connection.value("SELECT COUNT(*) FROM things", as: Int.self) == count)
            }
        }
    }
}
