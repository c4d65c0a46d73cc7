// What is SQLite's own: that its commits are durable, and what happens when there is no room.

import Database
import Foundation
import Testing

@Suite("SQLite")
struct SQLiteTests {
    @Test("Commits are synced: WAL, synchronous FULL, foreign keys, no trust in the schema")
    func pragmas() throws {
        let test = try #require(EngineFactory.all.first).make()
        for _ in 0..<2 {
            try test.engine.transaction { connection in
                let journal = try connection.value("PRAGMA journal_mode", as: String.self)
                #expect(journal == "wal")
                let settings: [SQL] = ["PRAGMA synchronous", "PRAGMA foreign_keys", "PRAGMA trusted_schema"]
                for (setting, expected) in zip(settings, [2, 1, 0]) {
                    let value = try connection.value(setting, as: Int.self)
                    #expect(value == expected, "\(setting.text)")
                }
            }
        }
    }

    @Test("A full disk is told as such, nothing half is written, and it works again when there is room")
    func fullDisk() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard geteuid() == 0, run("/bin/mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder) else {
            print("skipped: mounting a small tmpfs needs root")
            return
        }
        defer { _ = run("/bin/umount", "-l", folder) }
        let ballast = folder + "/ballast"
        try Data(count: 1 << 20).write(to: URL(fileURLWithPath: ballast))
        let database = Database(engine: try SQLiteEngine(path: folder + "/test.sqlite", readers: 1)) { error in
            Issue.record("a full disk was taken for a broken one: \(error)")
        }
        _ = try database.write { try $0.execute("CREATE TABLE things (id BIGINT PRIMARY KEY, bytes BLOB)") }
        let bytes = [UInt8](repeating: 7, count: 10_000)
        var written = 0
        var fault: DatabaseError?
        while fault == nil, written < 1_000 {
            do {
                _ = try database.write { try $0.execute("INSERT INTO things VALUES (\(written), \(bytes))") }
                written += 1
            } catch {
                fault = error as? DatabaseError
            }
        }
        #expect(fault == .full)
        print("the disk was full after \(written) rows of 10 kB")
        // Reading goes on; writing is refused again and again, without harm.
        for _ in 0..<3 {
            #expect(throws: DatabaseError.full) { _ = try database.write { try $0.execute("INSERT INTO things VALUES (-1, \(bytes))") } }
            #expect(try database.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) } == written)
        }
        try FileManager.default.removeItem(atPath: ballast)
        _ = try database.write { try $0.execute("INSERT INTO things VALUES (-1, \(bytes))") }
        #expect(try database.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) } == written + 1)
        #expect(try database.read { try $0.value("PRAGMA integrity_check", as: String.self) } == "ok")
        database.close()
    }

    private func run(_ command: String, _ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
