// With no room on the disk nothing is changed, but all can be looked at.

import Database
import Delivery
import Features
import Foundation
import TestSupport
import Testing
import Time
import Web

@Suite("Disk full")
struct DiskFullTests {
    @Test("While the disk is full, pages can be read")
    func reading() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        #expect(browser.get("/me").status == 200)
        // The next change of a session finds no room.
        try test.site.database.write { connection in
            try connection.execute("CREATE TABLE room (bytes BLOB)")
            try connection.execute("CREATE TRIGGER fill AFTER UPDATE ON sessions BEGIN INSERT INTO room VALUES (zeroblob(10000000)); END")
        }
        try test.site.database.write { _ = try $0.execute("PRAGMA max_page_count = 1") }
        #expect(throws: DatabaseError.full) { _ = try test.site.database.write { try $0.execute("UPDATE sessions SET user_agent = 'x'") } }
        test.clock.advance(by: .seconds(120))
        #expect(browser.get("/me").status == 200)
        try test.site.database.write { connection in
            _ = try connection.execute("PRAGMA max_page_count = 1000000")
            _ = try connection.execute("DROP TRIGGER fill")
        }
        #expect(browser.get("/me").status == 200)
    }

    @Test("A start on a full disk answers its pages and sends nothing; when there is room it goes on by itself")
    func starting() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        try test.site.database.write { connection in
            try connection.execute("CREATE TABLE room (bytes BLOB)")
            try connection.execute(
                "CREATE TRIGGER fill BEFORE INSERT ON lease_owners BEGIN INSERT INTO room VALUES (zeroblob(10000000)); END")
        }
        try test.site.database.write { _ = try $0.execute("PRAGMA max_page_count = 1") }
        try test.application.start()
        #expect(test.app.engine.statistics.failedWrites > 0)
        #expect(browser.get("/me").status == 200)
        try test.site.database.write { _ = try $0.execute("PRAGMA max_page_count = 1000000") }
        try test.site.database.write { _ = try $0.execute("DROP TRIGGER fill") }
        let deadline = ContinuousClock.now + .seconds(20)
        while test.app.engine.statistics.failedWrites > 0, ContinuousClock.now < deadline { usleep(20_000) }
        #expect(test.app.engine.statistics.failedWrites == 0)
        let owners = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM lease_owners", as: Int.self) }
        #expect(owners == 1)
    }
}
