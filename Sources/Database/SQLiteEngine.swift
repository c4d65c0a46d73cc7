// SQLite through GRDB: one writer that does all commits, read-only readers, every commit synced.

import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import Threading

package final class SQLiteEngine: Engine {
    private let pool: DatabasePool
    /// Readers that nobody has just now, the last used first. The pool hands its own out under a lock that threads sleep on, which
    /// took a fifth of a page's time.
    private let idleReaders = ShortLock<[DatabaseQueue]>([])
    package let readers: Int
    private let path: String
    private let readerConfiguration: Configuration
    private let statements = StatementCounter()
    /// Copies the log into the file beside the writer; opened when it is first needed.
    private let settler = ShortLock<DatabaseQueue?>(nil)
    private let writerConfiguration: Configuration

    /// Opens or creates the file. `readers` is the most reads at once that `Database` asks for.
    package init(path: String, readers: Int) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            guard !database.configuration.readonly else {
                // Many readers: cheap, and no page of ours reads more than this.
                return try database.execute(sql: "PRAGMA cache_size = -4000")
            }
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // The one writer: what the delivery path touches again and again.
            try database.execute(sql: "PRAGMA cache_size = -16000")
            // What a statement of many rows may have to undo is kept in memory: otherwise every changed page is also written to a file for it.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // 16 MB rather than 4: pages that change again and again are copied into the file more rarely.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        self.path = path
        self.readers = readers
        writerConfiguration = configuration
        readerConfiguration = {
            var configuration = configuration
            configuration.readonly = true
            return configuration
        }()
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB's own set-up runs behind prepareDatabase: what matters is said last, and read back.
            let (journal, synchronous) = try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                return (
                    try String.fetchOne(database, sql: "PRAGMA journal_mode"), try Int.fetchOne(database, sql: "PRAGMA synchronous")
                )
            }
            guard journal == "wal", synchronous == 2 else {
                throw DatabaseError.engine(
                    "\(path) cannot be opened durably (journal_mode \(journal ?? "?"), synchronous \(synchronous ?? -1))")
            }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    package var statementCount: Int { statements.count.load(ordering: .relaxed) }

    package func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws {
        do {
            let reader = try idleReaders.withLock { $0.popLast() } ?? DatabaseQueue(path: path, configuration: readerConfiguration)
            defer { idleReaders.withLock { $0.append(reader) } }
            // A transaction of our own: what GRDB does around one of its own takes as long as most reads.
            try reader.unsafeRead { database in
                let connection = SQLiteConnection(database, statements)
                try connection.begin()
                defer { connection.end() }
                try Self.ending(at: end, database.sqliteConnection) { try body(connection) }
            }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    /// Has SQLite ask, every so many steps of its machine (some 20 µs), whether the end has come. The commit that follows is not asked.
    private static func ending(at end: ReadEnd?, _ connection: OpaquePointer?, _ body: () throws -> Void) throws {
        guard let end else { return try body() }
        defer { sqlite3_progress_handler(connection, 0, nil, nil) }
        try withExtendedLifetime(end) {
            sqlite3_progress_handler(
                connection, 1000,
                { context in
                    guard let context else { return 0 }
                    return Unmanaged<ReadEnd>.fromOpaque(context).takeUnretainedValue().hasCome ? 1 : 0
                }, Unmanaged.passUnretained(end).toOpaque())
            try body()
        }
    }

    package func transaction(_ body: (any Connection) throws -> Void) throws {
        do {
            let effects = try pool.writeWithoutTransaction { database in
                let connection = SQLiteConnection(database, statements)
                try database.inTransaction(.immediate) {
                    try body(connection)
                    return .commit
                }
                return connection.effects
            }
            for effect in effects { effect() }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    /// A checkpoint on a connection of its own: it waits for nobody, and no transaction waits for it. What the log holds is durable already.
    package func settle() throws {
        do {
            let queue = try settler.withLock { queue in
                let opened = try queue ?? DatabaseQueue(path: path, configuration: writerConfiguration)
                queue = opened
                return opened
            }
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    package func verify() throws -> Verification {
        do {
            return try pool.read { database in
                let verdict = try String.fetchAll(database, sql: "PRAGMA integrity_check(5)")
                return Verification(
                    damages: verdict == ["ok"] ? [] : verdict,
                    tablesWithOrphans: Set(try String.fetchAll(database, sql: "PRAGMA foreign_key_check")).sorted())
            }
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }

    /// For what an engine alone asks of its file.
    func lookingAt<Value>(_ body: (GRDB.Database) throws -> Value) throws -> Value { try pool.read(body) }

    package func backup(to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw DatabaseError.engine("\(path) exists already; a backup is never written over another. Name a new file.")
        }
        do {
            let copy = try DatabaseQueue(path: path)
            try pool.backup(to: copy)
            let verdict = try copy.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
            guard verdict == "ok" else { throw DatabaseError.engine("the backup does not verify: \(verdict ?? "no answer")") }
            try copy.close()
        } catch let error as GRDB.DatabaseError {
            throw DatabaseError(error)
        }
    }
}
