// The demonstration is what most people see first: it must fill, be whole, and be believable.

import Database
import Delivery
import Features
import Foundation
import JSON
import TestSupport
import Testing
import Time
import Web

@Suite("Demonstration")
struct DemoTests {
    private static let now = "2026-11-22T13:05:09Z"

    @Test("It fills two accounts with people, files of real bytes and three months of deliveries, failed ones among them, and only once")
    func fills() throws {
        let folder = NSTemporaryDirectory() + "hookswitch-demo-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let application = try TestApp.empty(folder: folder, clock: .fixed(try #require(Timestamp(iso8601: Self.now))))
        defer { application.stop(within: .seconds(1)) }
        let demo = Demo(application.app)
        try demo.fill()
        let database = application.app.site.database
        func count(_ sql: SQL) throws -> Int { try database.read { try $0.value(sql) ?? 0 } }
        #expect(try count("SELECT COUNT(*) FROM accounts") == 2)
        #expect(try count("SELECT COUNT(*) FROM users") > 500)
        #expect(try count("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered'") > 3000)
        #expect(try count("SELECT COUNT(*) FROM deliveries WHERE state = 'failed'") > 10)
        #expect(try count("SELECT COUNT(*) FROM attempts WHERE fault = 'connect'") > 10)
        #expect(try count("SELECT COUNT(*) FROM media_files WHERE is_held = 1") > 0)
        let files = try database.read {
            try $0.rows("SELECT account_id, id, extension, bytes FROM media_files") { row in
                (
                    path: "\(try row.next(String.self))/\(try row.next(String.self)).\(try row.next(String.self))",
                    bytes: try row.next(Int.self)
                )
            }
        }
        for file in files {
            let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/media/\(file.path)")[.size] as? Int
            #expect(size == file.bytes)
        }
        #expect(throws: Demo.NotEmpty.self) { try demo.fill() }
        for person in Demo.signIns {
            #expect(try database.read { try $0.value("SELECT COUNT(*) FROM users WHERE email = \(person.email)") } == 1)
        }
    }

    @Test("What it shows could have happened: attempts one after the other, calls with one beginning, purges at 03:15, nothing overdue")
    func believable() throws {
        let folder = NSTemporaryDirectory() + "hookswitch-demo-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let now = try #require(Timestamp(iso8601: Self.now))
        let application = try TestApp.empty(folder: folder, clock: .fixed(now))
        defer { application.stop(within: .seconds(1)) }
        try Demo(application.app).fill()
        let database = application.app.site.database
        func count(_ sql: SQL) throws -> Int { try database.read { try $0.value(sql) ?? 0 } }

        // Attempts and deliveries.
        let pairs: SQL = "FROM attempts a JOIN attempts b ON b.delivery_id = a.delivery_id AND b.number = a.number + 1"
        #expect(try count("SELECT COUNT(*) \(pairs)") > 100)
        #expect(try count("SELECT COUNT(*) \(pairs) WHERE b.started_at <= a.finished_at") == 0)
        #expect(try count("SELECT COUNT(*) FROM attempts WHERE finished_at > \(now)") == 0)
        #expect(
            try count("SELECT COUNT(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE a.finished_at > d.settled_at") == 0)
        let recently = now - .seconds(4 * 86400)
        #expect(try count("SELECT COUNT(*) FROM deliveries WHERE state = 'failed' AND settled_at > \(recently)") > 0)
        #expect(try count("SELECT COUNT(*) FROM deliveries WHERE state = 'expired' AND settled_at > \(recently)") > 0)
        #expect(try count("SELECT COUNT(*) FROM attempts WHERE fault = 'connect' AND connect_us IS NOT NULL") == 0)

        // Calls.
        let bodies = try database.read {
            try $0.rows("SELECT event_time, body FROM events ORDER BY id") { row in
                (try row.next(Timestamp.self), try row.next(String.self))
            }
        }
        var beginnings: [String: Set<String>] = [:]
        for (time, body) in bodies {
            let event = try JSONValue(parsing: Array(body.utf8))
            #expect(["horizon", "pennine"].contains(event["current_context"]?["account"]?.string))
            guard let data = event["data"], let call = data["call_id"]?.string, let started = data["started_at"]?.string else { continue }
            let start = try #require(Timestamp(iso8601: started))
            #expect(start <= time && time < start + .seconds(900), "\(body)")
            if let ended = data["ended_at"]?.string { #expect(try #require(Timestamp(iso8601: ended)) <= time) }
            beginnings[call, default: []].insert(started)
        }
        #expect(beginnings.count > 500)
        // Five digits repeat now and then.
        #expect(beginnings.values.count { $0.count > 1 } < beginnings.count / 50)

        // Purges and media.
        let accounts = try database.read {
            try $0.rows("SELECT id, time_zone FROM accounts") { row in (try row.next(ID<Account>.self), try row.next(String.self)) }
        }
        for (account, zoneName) in accounts {
            let zone = try #require(Zone(identifier: zoneName))
            let purges = try database.read {
                try $0.rows("SELECT deleted_at FROM deletions WHERE account_id = \(account)") { try $0.next(Timestamp.self) }
            }
            #expect(purges.allSatisfy { zone.civil($0).hour == 3 && zone.civil($0).minute == 15 && $0 < now })
            #expect(Set(purges.map { zone.offset(at: $0) }).count == 2, "on both sides of the clock change")
            let today = zone.startOfDay(zone.civil(now).date) + .seconds(3 * 3600 + 15 * 60)
            for (kind, days) in [("recordings", 120), ("voice_mailbox", 90)] {
                let cutoff = today - .seconds(days * 86400)
                let due: SQL =
                    "SELECT COUNT(*) FROM media_files WHERE account_id = \(account) AND kind = \(kind) AND is_held = 0 AND recorded_at <"
                #expect(try count("\(due) \(cutoff)") == 0)
                #expect(try count("\(due) \(cutoff + .seconds(86400))") > 0)
            }
        }
        #expect(try count("SELECT AVG(bytes) FROM media_files WHERE kind = 'recordings'") > 1_000_000)
        #expect(try count("SELECT MIN(bytes) FROM media_files") > 50_000)

        // Signatures.
        let attempts = try database.read {
            try $0.rows(
                """
                SELECT d.webhook_id, e.body, a.request_headers FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
                JOIN events e ON e.id = d.event_id ORDER BY a.delivery_id DESC LIMIT 20
                """
            ) { row in (try row.next(ID<Webhook>.self), try row.next(String.self), try row.next(String.self)) }
        }
        for (webhook, body, headers) in attempts {
            let secret = try #require(try application.app.directory.webhook(webhook)).0.secret
            #expect(headers.contains("webhook-signature: v1,"))
            #expect(headers.contains("x-signature: \(Signatures.legacy(body: Array(body.utf8), secret: secret))"))
        }
    }
}
