// What was answered is written; what was not is not; the same event twice is one event.

import Database
import Delivery
import Foundation
import JSON
import Testing
import Time

@Suite("Accepting events")
struct AcceptingTests {
    private func counts(_ world: World) throws -> [Int] {
        try world.database.read { connection in
            try connection.first("SELECT (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM deliveries)") {
                [try $0.next(Int.self), try $0.next(Int.self)]
            } ?? []
        }
    }

    @Test("An event and a delivery for each webhook that matches are written together")
    func together() throws {
        let world = try World()
        try world.addWebhook(to: "http://127.0.0.1:9/")
        try world.addWebhook(to: "http://127.0.0.1:9/") { $0.events = EventSubscription(types: ["USER_LOGIN"]) }
        try world.addWebhook(to: "http://127.0.0.1:9/") { $0.isPaused = true }
        let acceptance = try world.accept("cdr", call: "c-1")
        #expect(acceptance.deliveries == 2)
        #expect(try world.states() == [.pending, .held])
        #expect(try counts(world) == [1, 2])
        let key = try world.database.read { try $0.value("SELECT order_key FROM events LIMIT 1", as: String.self) }
        #expect(key == "c-1")
    }

    @Test("An event that nobody wants is accepted all the same")
    func unwanted() throws {
        let world = try World()
        #expect(try world.accept().deliveries == 0)
        #expect(try counts(world) == [1, 0])
    }

    @Test("The same idempotency key is the same event, in one account")
    func idempotent() throws {
        let world = try World()
        try world.addWebhook(to: "http://127.0.0.1:9/")
        let first = try world.acceptor.accept([world.event(key: "k-1")], for: world.account)
        let again = try world.acceptor.accept([world.event(key: "k-1", data: ["other": true])], for: world.account)
        #expect(first.map(\.isDuplicate) == [false])
        #expect(again.map(\.isDuplicate) == [true])
        #expect(again.map(\.id) == first.map(\.id))
        #expect(try counts(world) == [1, 1])
        let stranger: ID<Account> = world.ids.next()
        let elsewhere = try world.acceptor.accept([world.event(key: "k-1")], for: stranger)
        #expect(elsewhere.map(\.isDuplicate) == [false])
    }

    @Test("A batch with events of before, and one twice, writes each once and answers in order")
    func batch() throws {
        let world = try World()
        try world.addWebhook(to: "http://127.0.0.1:9/")
        let before = try world.acceptor.accept([world.event(key: "b")], for: world.account)
        let keys: [String?] = ["a", "b", nil, "c", "a", nil]
        let answers = try world.acceptor.accept(keys.map { try world.event(key: $0) }, for: world.account)
        #expect(answers.map(\.isDuplicate) == [false, true, false, false, true, false])
        #expect(answers.map(\.deliveries) == [1, 0, 1, 1, 0, 1])
        #expect(answers[1].id == before[0].id)
        #expect(answers[4].id == answers[0].id)
        #expect(try counts(world) == [5, 5])
    }

    @Test("A thousand at once are one transaction, in order of acceptance")
    func thousand() throws {
        let world = try World()
        try world.addWebhook(to: "http://127.0.0.1:9/")
        let answers = try world.acceptor.accept((0..<1_000).map { try world.event(key: "k\($0)") }, for: world.account)
        #expect(answers.map(\.id) == answers.map(\.id).sorted())
        #expect(try counts(world) == [1_000, 1_000])
    }

    @Test(
        "Call ids are found where callers put them",
        arguments: [
            ("cdr", ["call_id": "x"] as JSONObject, "x"), ("cdr", ["callId": 7], "7"), ("cdr", ["call": ["id": "y"]], "y"),
            ("cdr", ["id": "z"], "z"),
            ("call:end", ["id": "z", "call_id": "x"], "x"), ("recording:ready", ["call_id": "x"], "x"),
            ("contact:created", ["id": "z"], nil),
            ("cdr", ["call_id": ""], nil), ("cdr", ["call_id": ["deep": true]], nil),
        ] as [(String, JSONObject, String?)])
    func orderKeys(_ type: String, _ data: JSONObject, _ key: String?) throws {
        let world = try World()
        try world.addWebhook(to: "http://127.0.0.1:9/")
        try world.accept(type, data: data)
        let found = try world.database.read { try $0.first("SELECT order_key FROM events") { try $0.next(String?.self) } }
        #expect(found == .some(key))
    }

    @Test("A change of the configuration counts from the moment it is made known")
    func invalidation() throws {
        let world = try World()
        let webhook = try world.addWebhook(to: "http://127.0.0.1:9/")
        #expect(try world.accept().deliveries == 1)
        _ = try world.database.write { connection in
            try connection.execute("INSERT INTO webhook_rights (account_id, event_type) VALUES (\(world.account), 'cdr')")
        }
        world.directory.invalidate(account: world.account)
        #expect(try world.accept().deliveries == 0)
        let verdicts = try world.directory.webhooks(of: world.account).verdicts(type: world.event().type, data: [:])
        #expect(verdicts.map(\.verdict) == [.notInRights])
        #expect(verdicts.map(\.webhook.id) == [webhook.id])
    }

    @Test("A full disk is told, nothing is accepted by halves, and it works again when there is room")
    func fullDisk() throws {
        let folder = "/tmp/hookswitch-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard geteuid() == 0, run("/bin/mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder) else {
            print("skipped: mounting a small tmpfs needs root")
            return
        }
        defer { _ = run("/bin/umount", "-l", folder) }
        try Data(count: 1 << 20).write(to: URL(fileURLWithPath: folder + "/ballast"))
        do {
            let world = try World(folder: folder + "/data")
            try world.addWebhook(to: "http://127.0.0.1:9/")
            let data: JSONObject = ["text": .string(String(repeating: "x", count: 10_000))]
            var accepted: [ID<Event>] = []
            var fault: DatabaseError?
            while fault == nil, accepted.count < 1_000 {
                do { accepted.append(try world.accept(data: data).id) } catch { fault = error as? DatabaseError }
            }
            #expect(fault == .full)
            #expect(try counts(world) == [accepted.count, accepted.count])
            try FileManager.default.removeItem(atPath: folder + "/ballast")
            accepted.append(try world.accept(data: data).id)
            let found = try world.database.read { try $0.rows("SELECT id FROM events ORDER BY id") { try $0.next(ID<Event>.self) } }
            #expect(found == accepted, "every event that was answered is there")
            print("the disk was full after \(accepted.count - 1) events")
        }
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
