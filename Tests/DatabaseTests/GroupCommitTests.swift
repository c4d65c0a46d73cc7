// Many writers, few syncs, and nobody pays for another's mistake.

import Database
import Foundation
import Synchronization
import Testing
import Time

@Suite("Group commit")
struct GroupCommitTests {
    private struct Refused: Error {}

    /// Counts commits on their way to the engine.
    private final class CountingEngine: Engine {
        let test: TestDatabase
        let commits = Atomic<Int>(0)

        init(_ test: TestDatabase) { self.test = test }
        var readers: Int { test.engine.readers }
        func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws { try test.engine.read(until: end, body) }
        func transaction(_ body: (any Connection) throws -> Void) throws {
            commits.add(1, ordering: .relaxed)
            try test.engine.transaction(body)
        }
        func backup(to path: String) throws { try test.engine.backup(to: path) }
        func verify() throws -> Verification { try test.engine.verify() }
        func schemaDifferences(from migrations: [Migration]) throws -> [String] {
            try test.engine.schemaDifferences(from: migrations)
        }
        var statementCount: Int { test.engine.statementCount }
    }

    private func makeDatabase(_ factory: EngineFactory) throws -> (Database, CountingEngine) {
        let engine = CountingEngine(try factory.make())
        let database = Database(engine: engine)
        _ = try database.write { try $0.execute("CREATE TABLE things (id BIGINT PRIMARY KEY)") }
        return (database, engine)
    }

    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let group = DispatchGroup()
        for index in 0..<count {
            group.enter()
            Thread {
                body(index)
                group.leave()
            }.start()
        }
        group.wait()
    }

    @Test("Many writers share commits, and each is answered with its own result", arguments: EngineFactory.all)
    func shared(_ factory: EngineFactory) throws {
        let (database, engine) = try makeDatabase(factory)
        let before = engine.commits.load(ordering: .relaxed)
        let wrong = Atomic<Int>(0)
        onThreads(32) { thread in
            for step in 0..<50 {
                let id = thread * 50 + step
                let answer = try? database.write { connection in
                    try connection.execute("INSERT INTO things (id) VALUES (\(id))")
                    return id
                }
                if answer != id { wrong.add(1, ordering: .relaxed) }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(try database.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) } == 1_600)
        let commits = engine.commits.load(ordering: .relaxed) - before
        print("1600 writes by 32 threads in \(commits) commits")
        #expect(commits < 800)
        database.close()
    }

    @Test("One item that fails is undone and told so; the others of its commit stand", arguments: EngineFactory.all)
    func isolated(_ factory: EngineFactory) throws {
        let (database, _) = try makeDatabase(factory)
        let failures = Atomic<Int>(0)
        onThreads(40) { index in
            do {
                try database.write { connection in
                    try connection.execute("INSERT INTO things (id) VALUES (\(index))")
                    if index % 4 == 0 { throw Refused() }
                    if index % 4 == 1 { try connection.execute("INSERT INTO things (id) VALUES (\(index))") }
                }
            } catch {
                failures.add(1, ordering: .relaxed)
            }
        }
        #expect(failures.load(ordering: .relaxed) == 20)
        let found = try database.read { try $0.rows("SELECT id FROM things ORDER BY id") { try $0.next(Int.self) } }
        #expect(found == (0..<40).filter { $0 % 4 > 1 })
        database.close()
    }

    @Test("An item that fails costs the others of its commit no commit more, and each of them counts once", arguments: EngineFactory.all)
    func refusedAmongOthers(_ factory: EngineFactory) throws {
        let (database, engine) = try makeDatabase(factory)
        let gate = DispatchSemaphore(value: 0)
        let outcomes = Mutex<[Int: Bool]>([:])
        let all = DispatchGroup()
        // What follows gathers behind it.
        database.write({ _ in gate.wait() }, then: { _ in })
        for id in 0..<20 {
            all.enter()
            database.write {
                try $0.execute("INSERT INTO things (id) VALUES (\(id))")
                if id == 7 || id == 12 { throw Refused() }
            } then: { error in
                outcomes.withLock { $0[id] = error == nil }
                all.leave()
            }
        }
        let before = engine.commits.load(ordering: .relaxed)
        // What waits at the gate may run twice.
        for _ in 0..<8 { gate.signal() }
        all.wait()
        let expected = (0..<20).filter { $0 != 7 && $0 != 12 }
        #expect(outcomes.withLock { $0.filter(\.value).keys.sorted() } == expected)
        #expect(try database.read { try $0.rows("SELECT id FROM things ORDER BY id") { try $0.next(Int.self) } } == expected)
        // Two that are undone, two again without the culprits, and what was behind the second; and the one with the gate.
        #expect(engine.commits.load(ordering: .relaxed) - before <= 6)
        database.close()
    }

    @Test("What is written is seen by the next read", arguments: EngineFactory.all)
    func readYourWrites(_ factory: EngineFactory) throws {
        let (database, _) = try makeDatabase(factory)
        for id in 0..<100 {
            _ = try database.write { try $0.execute("INSERT INTO things (id) VALUES (\(id))") }
            #expect(try database.read { try $0.value("SELECT MAX(id) FROM things", as: Int.self) } == id)
        }
        database.close()
    }

    /// Cannot begin a transaction while told so.
    private final class StuckEngine: Engine {
        let test: TestDatabase
        let isStuck = Atomic<Bool>(true)

        init(_ test: TestDatabase) { self.test = test }
        var readers: Int { test.engine.readers }
        func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws { try test.engine.read(until: end, body) }
        func transaction(_ body: (any Connection) throws -> Void) throws {
            if isStuck.load(ordering: .relaxed) { throw DatabaseError.full }
            try test.engine.transaction(body)
        }
        func backup(to path: String) throws { try test.engine.backup(to: path) }
        func verify() throws -> Verification { try test.engine.verify() }
        func schemaDifferences(from migrations: [Migration]) throws -> [String] {
            try test.engine.schemaDifferences(from: migrations)
        }
        var statementCount: Int { test.engine.statementCount }
    }

    @Test("A transaction that cannot begin is answered, and the next one works", .timeLimit(.minutes(1)), arguments: EngineFactory.all)
    func cannotBegin(_ factory: EngineFactory) throws {
        let engine = StuckEngine(try factory.make())
        let database = Database(engine: engine)
        let failures = Atomic<Int>(0)
        onThreads(10) { _ in
            do { try database.write { _ in } } catch { failures.add(1, ordering: .relaxed) }
        }
        #expect(failures.load(ordering: .relaxed) == 10)
        engine.isStuck.store(false, ordering: .relaxed)
        try database.write { _ = try $0.execute("CREATE TABLE things (id BIGINT PRIMARY KEY)") }
        database.close()
    }

    @Test("When SQLite ends the transaction under an item, all are told so and nothing is written", arguments: EngineFactory.all)
    func transactionLost(_ factory: EngineFactory) throws {
        let (database, _) = try makeDatabase(factory)
        let outcomes = Mutex<[Bool]>([])
        let all = DispatchGroup()
        let gate = DispatchSemaphore(value: 0)
        database.write({ _ in gate.wait() }, then: { _ in })
        for id in 0..<5 {
            all.enter()
            database.write {
                try $0.execute("INSERT INTO things (id) VALUES (\(id))")
                // As SQLite itself does when it has no memory; the item hides it behind an error of its own.
                if id == 2 {
                    try $0.execute("ROLLBACK")
                    throw Refused()
                }
            } then: { error in
                outcomes.withLock { $0.append(error == nil) }
                all.leave()
            }
        }
        // What waits at the gate may run twice.
        for _ in 0..<8 { gate.signal() }
        all.wait()
        let written = try database.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) }
        #expect(written == outcomes.withLock { $0.count { $0 } })
        _ = try database.write { try $0.execute("INSERT INTO things (id) VALUES (9)") }
        database.close()
    }

    @Test("After closing, a write is refused rather than lost", arguments: EngineFactory.all)
    func closed(_ factory: EngineFactory) throws {
        let (database, _) = try makeDatabase(factory)
        database.close()
        #expect(throws: DatabaseError.closed) { _ = try database.write { try $0.execute("INSERT INTO things (id) VALUES (1)") } }
    }

    @Test("A transaction within a transaction is refused rather than waited for", .timeLimit(.minutes(1)), arguments: EngineFactory.all)
    func nesting(_ factory: EngineFactory) throws {
        let (database, _) = try makeDatabase(factory)
        let insert: SQL = "INSERT INTO things (id) VALUES (1)"
        #expect(throws: DatabaseError.nested) { try database.write { _ in try database.write { _ = try $0.execute(insert) } } }
        #expect(throws: DatabaseError.nested) { try database.read { _ in try database.write { _ = try $0.execute(insert) } } }
        #expect(throws: DatabaseError.nested) { try database.write { _ in try database.read { _ in } } }
        #expect(throws: DatabaseError.nested) { try database.read { _ in try database.read { _ in } } }
        #expect(try database.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) } == 0)
        // Another database is another matter, and so is what comes afterwards.
        let (other, _) = try makeDatabase(factory)
        try database.write { _ in try other.write { _ = try $0.execute(insert) } }
        try database.write { _ = try $0.execute(insert) }
        database.close()
        other.close()
    }

    @Test("What is queued within a transaction, without waiting for it, is written after it", arguments: EngineFactory.all)
    func queuedWithin(_ factory: EngineFactory) throws {
        let (database, _) = try makeDatabase(factory)
        let isDone = DispatchSemaphore(value: 0)
        try database.write { connection in
            database.write({ _ = try $0.execute("INSERT INTO things (id) VALUES (2)") }, then: { _ in isDone.signal() })
            try connection.execute("INSERT INTO things (id) VALUES (1)")
        }
        isDone.wait()
        #expect(try database.read { try $0.rows("SELECT id FROM things ORDER BY id") { try $0.next(Int.self) } } == [1, 2])
        database.close()
    }
}
