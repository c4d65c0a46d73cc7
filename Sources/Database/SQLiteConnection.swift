// Statements run on SQLite's own functions: GRDB opens, pools, caches and commits, but its general way to bind arguments and
// read rows cost a quarter of the writer's time on the delivery path (measured: 14 of 60 µs a delivery).

import Foundation
import GRDB
import GRDBSQLite
import Synchronization

final class StatementCounter: Sendable {
    let count = Atomic<Int>(0)
}

final class SQLiteConnection: Connection {
    let database: GRDB.Database
    private let statements: StatementCounter
    private(set) var effects: [@Sendable () -> Void] = []

    init(_ database: GRDB.Database, _ statements: StatementCounter) {
        self.database = database
        self.statements = statements
    }

    /// Begins a transaction that reads; the first statement fixes the moment that it sees.
    func begin() throws {
        try check(step("BEGIN"), expecting: SQLITE_DONE)
    }

    /// Whatever became of it, nothing is left of it.
    func end() {
        if sqlite3_get_autocommit(database.sqliteConnection) == 0 { _ = try? step("ROLLBACK") }
    }

    /// A statement prepared once for all: two reads a page begin and end.
    private func step(_ text: String) throws -> Int32 {
        let prepared = try self.prepared(text)
        defer { withExtendedLifetime(prepared) {} }
        let code = sqlite3_step(prepared.sqliteStatement)
        sqlite3_reset(prepared.sqliteStatement)
        return code
    }

    func execute(_ sql: SQL) throws -> Int {
        try run(sql) { _ in }
        StatementRecorder.shared?.note(sql)
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    func lock(_ account: ID<Account>) {}

    func afterCommit(_ effect: @escaping @Sendable () -> Void) { effects.append(effect) }

    func plan(of sql: SQL) throws -> [String] {
        StatementRecorder.shared?.note(sql)
        var steps: [String] = []
        try forEachRowUnrecorded("EXPLAIN QUERY PLAN \(sql)") { row in
            _ = (try row.next(Int.self), try row.next(Int.self), try row.next(Int.self))
            steps.append(try row.next())
        }
        return steps
    }

    func forEachRow(_ sql: SQL, _ body: (Row) throws -> Void) throws {
        try forEachRowUnrecorded(sql, body)
        StatementRecorder.shared?.note(sql)
    }

    private func forEachRowUnrecorded(_ sql: SQL, _ body: (Row) throws -> Void) throws {
        var row: Row?
        try run(sql) { statement in
            // One reader for all rows: its columns are those of the statement's present row.
            let reader = row ?? Row(columns: SQLiteColumns(statement))
            row = reader
            reader.rewind()
            try body(reader)
        }
    }

    /// Calls `body` for each row, and leaves the statement ready for the next time.
    private func run(_ sql: SQL, _ body: (OpaquePointer) throws -> Void) throws {
        // SQLite itself ends a transaction on some errors; what then ran outside of one could not be undone with the rest.
        guard sqlite3_get_autocommit(database.sqliteConnection) == 0 else { throw DatabaseError.engine("the transaction has ended") }
        statements.count.add(1, ordering: .relaxed)
        // Held until the end: it owns the pointer.
        let prepared = try self.prepared(sql.text)
        let statement = prepared.sqliteStatement
        defer {
            sqlite3_reset(statement)
            withExtendedLifetime(prepared) {}
        }
        for (index, value) in sql.values.enumerated() {
            try check(bind(value, at: Int32(index + 1), to: statement), expecting: SQLITE_OK)
        }
        while true {
            let code = sqlite3_step(statement)
            guard code == SQLITE_ROW else { return try check(code, expecting: SQLITE_DONE) }
            try body(statement)
        }
    }

    private func prepared(_ text: String) throws -> Statement {
        do {
            let statement = try database.cachedStatement(sql: text)
            // The same statement again, within its own rows: the one that runs must not be disturbed.
            return sqlite3_stmt_busy(statement.sqliteStatement) == 0 ? statement : try database.makeStatement(sql: text)
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    /// SQLite copies texts and blobs: a Swift value has no address that stays.
    private func bind(_ value: SQLValue, at index: Int32, to statement: OpaquePointer) -> Int32 {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let value): return sqlite3_bind_int64(statement, index, value)
        case .text(var text):
            return text.withUTF8 { bytes in
                // No address would mean NULL.
                guard let start = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_text(statement, index, "", 0, transient) }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text64(statement, index, $0, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { bytes in
                // No address would mean NULL.
                guard let start = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
                return sqlite3_bind_blob64(statement, index, start, UInt64(bytes.count), transient)
            }
        }
    }

    private func check(_ code: Int32, expecting expected: Int32) throws {
        guard code != expected else { return }
        let connection = database.sqliteConnection
        throw DatabaseError(
            GRDB.DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
                message: sqlite3_errmsg(connection).map { String(cString: $0) }))
    }
}

/// The columns of the row at which a statement stands.
private struct SQLiteColumns: ColumnSource {
    private let statement: OpaquePointer
    private let count: Int32

    init(_ statement: OpaquePointer) {
        self.statement = statement
        count = sqlite3_column_count(statement)
    }

    func isNull(at index: Int) -> Bool { index >= count || sqlite3_column_type(statement, Int32(index)) == SQLITE_NULL }

    func integer(at index: Int) -> Int64 { sqlite3_column_int64(statement, Int32(index)) }

    func text(at index: Int) -> String {
        guard let start = sqlite3_column_text(statement, Int32(index)) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(index))))
        return String(decoding: bytes, as: UTF8.self)
    }

    func blob(at index: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, Int32(index)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(index)))))
    }
}

extension DatabaseError {
    init(_ error: GRDB.DatabaseError) {
        let message = error.message ?? error.description
        switch error.resultCode {
        case .SQLITE_FULL: self = .full
        // The index of the log could not grow: also no room.
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: self = .full
        case .SQLITE_INTERRUPT: self = .tooSlow
        case .SQLITE_BUSY: self = .locked
        // Less in the file than its pages say.
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHORT_READ: self = .damaged(message)
        case .SQLITE_IOERR: self = .inputOutput(message)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(message)
        case .SQLITE_CONSTRAINT:
            let isDuplicate =
                error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE || error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY
            self = isDuplicate ? .duplicate(message) : .constraint(message)
        default: self = .engine(error.description)
        }
    }
}
