// A purge of which any one transaction fails, or is the last before a power cut: nothing is lost, left over or counted twice.

import Database
import Foundation
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("A purge that fails at any of its transactions")
struct PurgeFaultTests {
    struct PowerCut: Error {}

    enum Fault: CaseIterable {
        /// Undone, as on a full disk.
        case refused
        /// Durable, but nobody hears of it.
        case unheard
    }

    /// An engine that fails once, at a transaction that is counted from when it is armed.
    final class FaultyEngine: Engine {
        private struct State {
            var fault: Fault?
            /// Transactions until then.
            var left = 0
        }

        private let engine: any Engine
        private let state = Mutex(State())

        init(_ engine: any Engine) {
            self.engine = engine
        }

        func arm(_ fault: Fault, at transaction: Int) { state.withLock { $0 = State(fault: fault, left: transaction) } }
        /// False when the fault has come.
        func disarm() -> Bool {
            state.withLock { state in
                defer { state = State() }
                return state.fault != nil
            }
        }

        func transaction(_ body: (any Connection) throws -> Void) throws {
            let fault = state.withLock { state -> Fault? in
                guard let fault = state.fault else { return nil }
                state.left -= 1
                guard state.left == 0 else { return nil }
                state = State()
                return fault
            }
            switch fault {
            case nil: try engine.transaction(body)
            case .refused:
                try engine.transaction { connection in
                    try body(connection)
                    throw DatabaseError.full
                }
            case .unheard:
                try engine.transaction(body)
                throw PowerCut()
            }
        }

        var readers: Int { engine.readers }
        func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws { try engine.read(until: end, body) }
        func settle() throws { try engine.settle() }
        func backup(to path: String) throws { try engine.backup(to: path) }
        func verify() throws -> Verification { try engine.verify() }
        func schemaDifferences(from migrations: [Migration]) throws -> [String] { try engine.schemaDifferences(from: migrations) }
        var statementCount: Int { engine.statementCount }
    }

    private final class Engines: Sendable {
        private let engine = Mutex<FaultyEngine?>(nil)
        var faulty: FaultyEngine? { engine.withLock { $0 } }

        func open(_ path: String, _ readers: Int) throws -> any Engine {
            let opened = FaultyEngine(RepeatingEngine(try SQLiteEngine(path: path, readers: readers)))
            engine.withLock { $0 = opened }
            return opened
        }
    }

    @Test("Whichever it is, files and rows pair up after the restart, and the history says each item once", arguments: Fault.allCases)
    func eachTransaction(_ fault: Fault) throws {
        var faults = 0
        for transaction in 1... {
            let engines = Engines()
            let test = try TestApp { $0.openEngine = { try engines.open($0, $1) } }
            let engine = try #require(engines.faulty)
            try test.setPolicy(days: 30)
            try test.setPolicy(.ivrRecorder, days: 30)
            for _ in 0..<105 { try test.addMedia(days: 31, bytes: 2) }
            try test.addMedia(.ivrRecorder, days: 31, bytes: 7)
            let kept = [
                try test.addMedia(days: 400, isHeld: true), try test.addMedia(days: 29), try test.addMedia(.voiceMailbox, days: 900),
            ]
            engine.arm(fault, at: transaction)
            let result = Result { try RetentionPurge(test.app).run(test.acme, by: .system) }
            guard !engine.disarm() else {
                // The purge has fewer: all have had their turn.
                #expect(throws: Never.self) { try result.get() }
                #expect(transaction == faults + 1 && faults >= 9)
                break
            }
            faults += 1
            #expect(throws: (any Error).self) { try result.get() }
            let cut = try test.media()
            #expect(cut.files.isSubset(of: cut.rows))
            // The restart, then the next night, for what was not begun.
            try RetentionPurge(test.app).resumeAll()
            _ = try RetentionPurge(test.app).run(test.acme, by: .system)
            let left = try test.media()
            #expect(left.files == left.rows && left.rows == Set(kept.map { URL(filePath: $0.path).lastPathComponent }), "\(transaction)")
            #expect(
                try test.deletions() == [
                    TestApp.Entry(user: "System", entity: "recordings", planned: 105, items: 105, bytes: 210),
                    TestApp.Entry(user: "System", entity: "ivr_recorder", planned: 1, items: 1, bytes: 7),
                ], "\(transaction)")
            #expect(try test.unfinishedPurges() == 0)
            let sums = try test.site.database.read {
                try $0.rows("SELECT kind, SUM(items), COUNT(DISTINCT deletion_id) FROM purge_runs GROUP BY kind ORDER BY kind") {
                    "\(try $0.next(String.self)) \(try $0.next(Int.self)) \(try $0.next(Int.self))"
                }
            }
            #expect(sums == ["ivr_recorder 1 1", "recordings 105 1"])
        }
        print("\(fault): each of \(faults) transactions")
    }

    @Test("Of an account that is suspended or closing what is due goes as ever; of one that is being deleted the purge takes nothing")
    func states() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for state in [AccountState.suspended, .closing, .deleting] {
            try test.addMedia(days: 31)
            try test.site.database.write { _ = try $0.execute("UPDATE accounts SET state = \(state) WHERE id = \(test.acme)") }
            _ = try RetentionPurge(test.app).run(test.acme, by: .system)
            #expect(try test.media().rows.count == (state == .deleting ? 1 : 0), "\(state)")
        }
        #expect(try test.deletions().count == 2)
        #expect(try test.unfinishedPurges() == 0)
    }

    @Test("A purge finds its files by indexes, however many the account has")
    func indexes() throws {
        let test = try TestApp()
        let (acme, run) = (test.acme, test.site.ids.next(PurgeRun.self))
        func plan(_ sql: SQL) throws -> String { try test.site.database.read { try $0.plan(of: sql) }.joined(separator: "\n") }
        let marked = try plan(
            """
            SELECT id, extension FROM media_files
            WHERE account_id = \(acme) AND run_id = \(run) AND state = 'purging' AND id > 'x' ORDER BY id LIMIT 100
            """)
        #expect(marked.contains("media_purging") && !marked.contains("TEMP B-TREE"))
        let rest = try plan("SELECT 1 FROM media_files WHERE account_id = \(acme) AND run_id = \(run) AND state = 'purging'")
        #expect(rest.contains("media_purging"))
        let due = try plan(
            """
            SELECT id FROM media_files WHERE account_id = \(acme) AND kind = 'recordings' AND state = 'live' AND is_held = 0 AND recorded_at < 9
            ORDER BY recorded_at LIMIT 100
            """)
        #expect(due.contains("media_due") && !due.contains("TEMP B-TREE"))
        let sums = try plan(
            """
            SELECT COUNT(*), COALESCE(SUM(bytes), 0), MIN(recorded_at) FROM (
                SELECT bytes, recorded_at FROM media_files
                WHERE account_id = \(acme) AND kind = 'recordings' AND state = 'live' AND is_held = 0 ORDER BY recorded_at LIMIT 10001) f
            """)
        #expect(sums.contains("media_due") && !sums.contains("TEMP B-TREE"))
    }
}
