// Reads that would go on: each has an end, and leaves readers for everybody else.

import Database
import Dispatch
import Foundation
import Synchronization
import Testing
import Time

@Suite("Reads and their end", .serialized, .timeLimit(.minutes(1)))
struct ReadLimitTests {
    /// Never comes to an end by itself.
    private static let endless: SQL = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"

    private func database(_ factory: EngineFactory, page: Duration) throws -> (Database, TestDatabase) {
        let test = try factory.make()
        var limits = ReadLimits()
        limits.page = page
        return (Database(engine: test.engine, limits: limits), test)
    }

    private func one(_ database: Database, for reading: Reading) throws -> Duration {
        let start = ContinuousClock.now
        let one = try database.read(for: reading) { try $0.value("SELECT 1", as: Int.self) }
        #expect(one == 1)
        return .now - start
    }

    @Test("A read that does not end is ended at its deadline, and its reader reads on", arguments: EngineFactory.all)
    func deadline(_ factory: EngineFactory) throws {
        let (database, test) = try database(factory, page: .milliseconds(100))
        let time = ContinuousClock().measure {
            #expect(throws: DatabaseError.tooSlow) { try database.read(for: .page(nil)) { try $0.value(Self.endless, as: Int.self) } }
        }
        #expect(time >= .milliseconds(100) && time < .seconds(5), "\(time)")
        #expect(try one(database, for: .page(nil)) < .seconds(1))
        withExtendedLifetime(test) { database.close() }
    }

    @Test("A read for which nobody waits any more is ended long before its deadline", arguments: EngineFactory.all)
    func abandoned(_ factory: EngineFactory) throws {
        let (database, test) = try database(factory, page: .seconds(3600))
        #expect(throws: DatabaseError.tooSlow) {
            try database.read(for: .page(nil), unless: { true }) { try $0.value(Self.endless, as: Int.self) }
        }
        withExtendedLifetime(test) { database.close() }
    }

    @Test(
        "While one account's endless pages take all that they may, others, machines and health are answered at once",
        arguments: EngineFactory.all)
    func shares(_ factory: EngineFactory) throws {
        let (database, test) = try database(factory, page: .seconds(3600))
        let acme = ID<Account>(value: 1)
        let isOver = Atomic(false)
        let began = DispatchSemaphore(value: 0)
        let ended = DispatchGroup()
        let refused = DispatchSemaphore(value: 0)
        for _ in 0..<14 {
            ended.enter()
            Thread {
                do {
                    _ = try database.read(for: .page(acme), unless: { isOver.load(ordering: .relaxed) }) { connection in
                        began.signal()
                        return try connection.value(Self.endless, as: Int.self)
                    }
                } catch {
                    if error as? DatabaseError == .busy { refused.signal() }
                }
                ended.leave()
            }.start()
        }
        began.wait()
        // One of four readers is theirs, eight of them wait, and the rest are refused before they could hold a thread.
        for _ in 0..<5 { refused.wait() }
        for reading in [Reading.page(ID<Account>(value: 2)), .page(nil), .brief, .health, .work] {
            #expect(try one(database, for: reading) < .seconds(2), "\(reading)")
        }
        isOver.store(true, ordering: .relaxed)
        ended.wait()
        #expect(try one(database, for: .page(acme)) < .seconds(2))
        withExtendedLifetime(test) { database.close() }
    }

    @Test("Who waits for a reader waits no longer than the read may take", arguments: EngineFactory.all)
    func waiting(_ factory: EngineFactory) throws {
        let (database, test) = try database(factory, page: .milliseconds(200))
        let isOver = Atomic(false)
        let began = DispatchSemaphore(value: 0)
        let ended = DispatchGroup()
        for _ in 0..<4 {
            ended.enter()
            Thread {
                try? database.read(for: .work, unless: { isOver.load(ordering: .relaxed) }) { connection in
                    began.signal()
                    _ = try connection.value(Self.endless, as: Int.self)
                }
                ended.leave()
            }.start()
        }
        for _ in 0..<4 { began.wait() }
        #expect(throws: DatabaseError.busy) { _ = try one(database, for: .brief) }
        #expect(try one(database, for: .health) < .seconds(2))
        isOver.store(true, ordering: .relaxed)
        ended.wait()
        withExtendedLifetime(test) { database.close() }
    }

    @Test("While another process has the lock, a write is told so, and reads go on", .timeLimit(.minutes(1)))
    func locked() throws {
        let test = try #require(EngineFactory.all.first).make()
        let database = Database(engine: test.engine)
        _ = try database.write { try $0.execute("CREATE TABLE things (id BIGINT PRIMARY KEY)") }
        // The five seconds for which it would otherwise wait.
        _ = try database.write { try $0.execute("PRAGMA busy_timeout = 50") }
        let other = Database(engine: try SQLiteEngine(path: test.folder + "/test.sqlite", readers: 1))
        try other.write { _ in
            #expect(throws: DatabaseError.locked) { _ = try database.write { try $0.execute("INSERT INTO things VALUES (1)") } }
            let count = try database.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) }
            #expect(count == 0)
        }
        _ = try database.write { try $0.execute("INSERT INTO things VALUES (1)") }
        other.close()
        database.close()
    }
}
