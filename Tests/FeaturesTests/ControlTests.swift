// The command line's verbs: the same function in the command and in the process that serves, and a socket that nothing can hang.

import Database
import Features
import Foundation
import Logging
import TestSupport
import Testing
import Time
import Web

@Suite("Control")
struct ControlTests {
    private let stage: TestApp

    init() throws {
        stage = try TestApp()
    }

    private func server() throws -> ControlServer {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = ControlServer(stage.app, logger: logger)
        try server.start()
        return server
    }

    /// What a caller of its own making gets back; nil when nothing came within two seconds.
    private func exchange(_ bytes: [UInt8]) throws -> String? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(stage.folder)/run/control.sock".utf8)) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { return nil }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    // MARK: Verbs

    @Test("Every verb is the same after its way through JSON")
    func roundTrip() throws {
        let verbs: [ControlVerb] = [
            .createAccount(NewAccount(name: "Été", slug: "ete")),
            .createUser(NewUser(email: "a@b.example", name: "A", password: "p", role: .user), account: "acme"),
            .createUser(NewUser(email: "a@b.example", name: "A", password: "p", role: nil), account: nil),
            .createKey(account: "acme", name: "k", scopes: ["events:write"], days: nil),
            .unlockUser(email: "a@b.example"), .resetFactor(email: "a@b.example", account: nil),
            .resetFactor(email: "a@b.example", account: "acme"),
            .backup(path: "/tmp/b"), .purge(account: "acme", isRehearsal: true, isConfirmed: false), .verifyDatabase,
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for verb in verbs {
            let line = try encoder.encode(verb)
            #expect(!line.contains(10))
            #expect(try encoder.encode(JSONDecoder().decode(ControlVerb.self, from: line)) == line)
        }
    }

    @Test("A user with a role that is not known, or a role without an account, is no request: it must not become staff")
    func noAccidentalOperator() throws {
        let server = try server()
        defer { server.stop(within: .seconds(2)) }
        func count() throws -> Int? { try stage.site.database.read { try $0.value("SELECT COUNT(*) FROM users") } }
        let before = try count()
        let user = NewUser(email: "x@y.example", name: "X", password: TestApp.password, role: .user)
        let whole = String(decoding: try JSONEncoder().encode(ControlVerb.createUser(user, account: "acme")), as: UTF8.self)
        for (part, instead) in [
            ("\"role\":\"user\"", "\"role\":\"owner\""), ("\"role\":\"user\"", "\"role\":null"), ("\"role\":\"user\"", "\"rank\":\"user\""),
            ("\"account\":\"acme\"", "\"account\":null"), ("\"account\":\"acme\"", "\"place\":\"acme\""),
        ] {
            let line = whole.replacing(part, with: instead)
            #expect(line != whole)
            #expect(try exchange(Array((line + "\n").utf8))?.contains("failed") == true, "\(line)")
        }
        #expect(try count() == before)
        #expect(try exchange(Array((whole + "\n").utf8))?.contains("done") == true)
    }

    @Test("An account, its administrator and a key are made, and each has its audit row")
    func peopleAndKey() throws {
        var account = NewAccount(name: "Initech", slug: "initech")
        account.language = "en"
        _ = try ControlVerb.createAccount(account).run(on: stage.app)
        let user = NewUser(email: "Ann@Initech.example", name: "Ann", password: TestApp.password, role: .administrator)
        _ = try ControlVerb.createUser(user, account: "initech").run(on: stage.app)
        let answer = try ControlVerb.createKey(account: "\u{A0}initech\u{200B}", name: "pbx", scopes: ["events:write"], days: nil).run(
            on: stage.app)
        #expect(answer.lines.count == 1 && answer.lines[0].hasPrefix("hsk_"))
        let actions = try stage.site.database.read {
            try $0.rows("SELECT action FROM audit WHERE user_name = 'Command line' ORDER BY id") { try $0.next(String.self) }
        }
        #expect(actions == ["account.create", "user.create", "key.create"])
    }

    @Test("An email is taken within its account or among staff, and not by another account")
    func emails() throws {
        func make(_ role: RolePreset?, in account: String?) throws {
            let user = NewUser(email: "Alice@acme.example", name: "A", password: TestApp.password, role: role)
            _ = try ControlVerb.createUser(user, account: account).run(on: stage.app)
        }
        let here = #expect(throws: VerbFailure.self) { try make(.user, in: "acme") }
        #expect(here?.message.contains("a user of acme") == true)
        try make(.user, in: "globex")
        try make(nil, in: nil)
        let staff = #expect(throws: VerbFailure.self) { try make(nil, in: nil) }
        #expect(staff?.kind == .data && staff?.message.contains("an operator of the platform") == true)
    }

    @Test("What is wrong is said under the option's name, with the code for wrong data, and nothing is written")
    func wrongInput() throws {
        var abroad = NewAccount(name: "X", slug: "xx")
        abroad.country = "ZZ"
        let verbs: [(ControlVerb, String)] = [
            (.createAccount(NewAccount(name: "Acme", slug: "acme")), "“acme” already"),
            (.createAccount(NewAccount(name: "\n\u{200B}", slug: "ab")), "--name"),
            (.createAccount(NewAccount(name: "X", slug: "Not a slug")), "--slug"),
            (.createAccount(abroad), "--country"),
            (.createUser(NewUser(email: "nobody", name: "N", password: TestApp.password, role: .user), account: "acme"), "--email"),
            (.createUser(NewUser(email: "n@n.example", name: "N", password: "password", role: .user), account: "acme"), "password"),
            (
                .createUser(NewUser(email: stage.alice.email, name: "N", password: TestApp.password, role: .user), account: "acme"),
                "already"
            ),
            (
                .createUser(NewUser(email: "n@n.example", name: "N", password: TestApp.password, role: .user), account: "acm"),
                "There are: acme, globex"
            ),
            (.createKey(account: "acme", name: "k", scopes: ["events:delete"], days: nil), "events:write"),
            (.createKey(account: "acme", name: "k", scopes: [], days: nil), "--scope"),
        ]
        func counts() throws -> [Int?] {
            try stage.site.database.read {
                [
                    try $0.value("SELECT COUNT(*) FROM accounts"), try $0.value("SELECT COUNT(*) FROM users"),
                    try $0.value("SELECT COUNT(*) FROM audit"),
                ]
            }
        }
        let before = try counts()
        for (verb, words) in verbs {
            let failure = #expect(throws: VerbFailure.self) { try verb.run(on: stage.app) }
            #expect(failure?.kind == .data)
            #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
        }
        #expect(try counts() == before)
    }

    @Test("A backup is whole, readable by its owner alone, and never written over a file that is there")
    func backup() throws {
        let path = "\(stage.folder)/copy.sqlite"
        _ = try ControlVerb.backup(path: path).run(on: stage.app)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let copy = Database(engine: try SQLiteEngine(path: path, readers: 1))
        #expect(try copy.read { try $0.value("SELECT COUNT(*) FROM accounts", as: Int.self) } == 2)
        copy.close()
        let failure = #expect(throws: VerbFailure.self) { try ControlVerb.backup(path: path).run(on: stage.app) }
        #expect(failure?.kind == .cannotCreate)
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.folder).allSatisfy { !$0.hasPrefix(".hookswitch-backup") })
    }

    @Test("A path with a NUL, at which the system would end it, is refused")
    func nulInPath() throws {
        let server = try server()
        defer { server.stop(within: .seconds(2)) }
        for path in ["\(stage.folder)/copy\0.sqlite", "\(stage.folder)/copy\0", "\(stage.folder)\0/copy"] {
            let failure = #expect(throws: VerbFailure.self) { try ControlClient.send(.backup(path: path), toDataFolder: stage.folder) }
            #expect(failure?.kind == .usage && failure?.message.contains("NUL") == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.folder).allSatisfy { !$0.contains("copy") })
    }

    @Test("What a backup that was killed has left goes with the next one, and at the next start, and nothing else does")
    func killedBackup() throws {
        let files = FileManager.default
        let folder = "\(stage.folder)/copies"
        let leftover = "\(folder)/.hookswitch-backup-abcdef"
        let note = "\(stage.folder)/backup-under-way"
        func kill(_ target: String) throws {
            try files.createDirectory(atPath: target, withIntermediateDirectories: true)
            try Data(repeating: 1, count: 100).write(to: URL(filePath: target + "/hookswitch.sqlite"))
            try files.createSymbolicLink(atPath: note, withDestinationPath: target)
        }
        try kill(leftover)
        _ = try ControlVerb.backup(path: "\(folder)/a.sqlite").run(on: stage.app)
        #expect(try files.contentsOfDirectory(atPath: folder) == ["a.sqlite"])
        try kill("\(folder)/precious")
        _ = try ControlVerb.backup(path: "\(folder)/b.sqlite").run(on: stage.app)
        #expect(try Set(files.contentsOfDirectory(atPath: folder)) == ["a.sqlite", "b.sqlite", "precious"])
        #expect((try? files.destinationOfSymbolicLink(atPath: note)) == nil)
        // A start is the same: whoever opens the folder has it alone.
        let other = "\(stage.folder)/other"
        try files.createDirectory(atPath: other, withIntermediateDirectories: true)
        try files.createDirectory(atPath: leftover, withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: "\(other)/backup-under-way", withDestinationPath: leftover)
        try TestApp.empty(folder: other, clock: stage.clock.clock).stop(within: .seconds(1))
        #expect(!files.fileExists(atPath: leftover))
    }

    @Test("A purge for rehearsal says what would go and deletes nothing; the purge deletes it and is on record")
    func purge() throws {
        try stage.addMedia(days: 5)
        try stage.setPolicy(days: 3)
        let planned = try ControlVerb.purge(account: "acme", isRehearsal: true, isConfirmed: false).run(on: stage.app)
        #expect(planned.lines.first?.contains(": 1 recorded before 2026-11-19T13:05:09.000Z would be deleted") == true, "\(planned.lines)")
        #expect(try ControlVerb.purge(account: "acme", isRehearsal: true, isConfirmed: false).run(on: stage.app) == planned)
        let done = try ControlVerb.purge(account: "acme", isRehearsal: false, isConfirmed: false).run(on: stage.app)
        #expect(done.lines.first?.contains(": 1 recorded before") == true && done.notes.isEmpty, "\(done)")
        #expect(
            try ControlVerb.purge(account: "acme", isRehearsal: true, isConfirmed: false).run(on: stage.app).lines.first?.contains(
                ": 0 recorded") == true)
        let names = try stage.site.database.read { try $0.rows("SELECT user_name FROM deletions") { try $0.next(String.self) } }
        #expect(names == ["Command line"])
        let alice = try stage.browser(stage.alice)
        #expect(alice.get("/settings/deletions?q=command").text.contains("Command line"))
        #expect(!alice.get("/settings/deletions?q=system").text.contains("Command line"))
    }

    // MARK: The socket

    @Test("A verb sent over the socket does what it does here, and failures arrive with their words and code")
    func overTheSocket() throws {
        let server = try server()
        defer { server.stop(within: .seconds(2)) }
        let made = try ControlClient.send(.createAccount(NewAccount(name: "Hooli", slug: "hooli")), toDataFolder: stage.folder)
        #expect(made?.lines == ["Created the account Hooli (hooli)."])
        let failure = #expect(throws: VerbFailure.self) {
            try ControlClient.send(.createAccount(NewAccount(name: "Hooli", slug: "hooli")), toDataFolder: stage.folder)
        }
        #expect(failure?.kind == .data)
        #expect(try ControlClient.send(.verifyDatabase, toDataFolder: stage.folder)?.lines == ["The database is whole."])
    }

    @Test("The socket is open to its owner alone; nobody listens after the stop, and a socket left behind by a crash is replaced")
    func socketFile() throws {
        let path = "\(stage.folder)/run/control.sock"
        #expect(try ControlClient.send(.verifyDatabase, toDataFolder: stage.folder) == nil)
        let first = try server()
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(first.stop(within: .seconds(2)))
        #expect(!FileManager.default.fileExists(atPath: path))
        let crashed = try server()
        let second = try server()
        #expect(try ControlClient.send(.verifyDatabase, toDataFolder: stage.folder) != nil)
        second.stop(within: .seconds(2))
        crashed.stop(within: .seconds(2))
    }

    @Test("Nonsense, endless requests and silent callers get an answer or a closed connection, and the next caller is heard")
    func hostileCallers() throws {
        let server = try server()
        defer { server.stop(within: .seconds(2)) }
        #expect(try exchange(Array("{]\n".utf8))?.contains("failed") == true)
        #expect(try exchange(Array("{\"drop\":{}}\n".utf8))?.contains("failed") == true)
        #expect(try exchange([UInt8](repeating: 0xFF, count: 10) + [10])?.contains("failed") == true)
        // More than the limit without an end: the reply may be lost to the reset, the server is not.
        _ = try exchange([UInt8](repeating: 65, count: 200_000))
        #expect(try exchange([])?.contains("did not come in time") == true)
        #expect(try ControlClient.send(.verifyDatabase, toDataFolder: stage.folder) != nil)
    }
}
