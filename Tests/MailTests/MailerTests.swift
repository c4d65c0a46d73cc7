// What people were promised by mail comes to them once the relay takes it, and what it says of it is kept.

import Crypto
import Database
import Foundation
import Logging
import Mail
import Synchronization
import TestSupport
import Testing
import Time

@Suite("Mail", .timeLimit(.minutes(2)))
struct MailerTests {
    final class World {
        let disk: FillingEngine
        let folder = "/tmp/hookswitch-mail-\(UUID().uuidString)"
        let clock: ManualClock
        let database: Database
        let vault = Vault(key: SymmetricKey(size: .bits256))
        let ids: IDGenerator
        let user: ID<User>
        var mailers: [Mailer] = []

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            clock = ManualClock(try #require(Timestamp(iso8601: "2026-11-27T16:05:09Z")))
            disk = FillingEngine(try SQLiteEngine(path: folder + "/test.sqlite", readers: 4))
            database = Database(engine: disk)
            try database.migrate(MailSchema.migrations, at: clock.clock.now())
            ids = IDGenerator(clock: clock.clock)
            user = ids.next()
        }

        deinit {
            mailers.forEach { $0.stop(within: .seconds(5)) }
            database.close()
            try? FileManager.default.removeItem(atPath: folder)
        }

        func mailer(
            _ url: String, isStarted: Bool = true, pausing pauses: ClosedRange<Duration> = .milliseconds(20) ... .milliseconds(50)
        ) throws -> Mailer {
            var pace = Mailer.Pace()
            pace.interval = .milliseconds(1)
            (pace.firstPause, pace.longestPause) = (pauses.lowerBound, pauses.upperBound)
            let mailer = Mailer(
                relay: try MailRelay(url), sender: MailSender(name: "Hookswitch", address: "console@hooks.example"), database: database,
                vault: vault, clock: clock.clock, ids: ids, pace: pace, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            mailers.append(mailer)
            if isStarted { try mailer.start() }
            return mailer
        }

        func post(
            _ mailer: Mailer, to address: String = "ana@acme.example", subject: String = "Your link",
            text: String = "Hello,\n\nthere it is.",
            within period: Duration = .seconds(7200), of account: ID<Account>? = nil
        ) throws {
            try database.write { connection in
                try mailer.post(
                    MailMessage(to: address, named: "Ana", subject: subject, text: text, html: "<p>Hello</p>"),
                    to: MailAddressee(account: account, user: user, address: address, name: "Ana"), within: period, on: connection)
            }
            mailer.wake()
        }

        func last(_ mailer: Mailer) throws -> MailReport? { try database.read { try mailer.last(of: user, on: $0) } }
    }

    private func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
        let end = Date(timeIntervalSinceNow: 20)
        while Date() < end {
            if try condition() { return true }
            usleep(2000)
        }
        return try condition()
    }

    @Test("A message goes out with a head that every reader understands, in text and HTML, and its words are forgotten")
    func sent() throws {
        let world = try World()
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url)
        try world.post(
            mailer, subject: "Votre accès à Hookswitch, c’est par ici – suivez le lien avant deux heures", text: "Bonjour,\n.\nvoilà")
        #expect(try eventually { try world.last(mailer)?.state == .sent })
        let taken = try #require(relay.taken.first)
        #expect(taken.from.contains("<console@hooks.example>"))
        #expect(taken.recipients.count == 1 && taken.recipients.first?.contains("<ana@acme.example>") == true)
        let head = taken.data.components(separatedBy: "\n\n")[0]
        #expect(head.contains("Date: Fri, 27 Nov 2026 16:05:09 +0000"))
        #expect(head.contains("From: Hookswitch <console@hooks.example>") && head.contains("To: Ana <ana@acme.example>"))
        #expect(head.contains("Content-Type: multipart/alternative; boundary=") && head.lowercased().contains("mime-version: 1.0"))
        #expect(head.contains("Auto-Submitted: auto-generated") && head.contains("Message-ID: <"))
        #expect(head.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 || $0.hasPrefix("Content-Type") })
        #expect(taken.data.contains("Content-Type: text/plain; charset=utf-8") && taken.data.contains("voil=C3=A0"))
        #expect(taken.data.contains("Bonjour,\n.\n"))
        let kept = try world.database.read {
            try $0.value("SELECT COUNT(*) FROM mails WHERE text IS NOT NULL OR html IS NOT NULL", as: Int.self)
        }
        #expect(kept == 0)
    }

    @Test("Nothing that is typed adds a header or a recipient")
    func injection() throws {
        let world = try World()
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url)
        try world.post(mailer, subject: "A\r\nBcc: eve@evil.example\r\n\r\nbody")
        #expect(try eventually { try world.last(mailer)?.state == .sent })
        let taken = try #require(relay.taken.first)
        #expect(!taken.data.contains("\nBcc") && taken.recipients.count == 1)
    }

    @Test("Many messages go over one connection")
    func keptConnection() throws {
        let world = try World()
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url, isStarted: false)
        for _ in 0..<20 { try world.post(mailer) }
        try mailer.start()
        #expect(eventually { relay.taken.count == 20 })
        #expect(relay.connections == 1)
        #expect(try eventually { try world.database.read { try mailer.waiting(on: $0) } == 0 })
    }

    @Test("However much one account has to send, the others' messages go in between")
    func turns() throws {
        let world = try World()
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url, isStarted: false)
        let flooding: ID<Account> = world.ids.next()
        let other: ID<Account> = world.ids.next()
        for number in 0..<20 { try world.post(mailer, to: "flood-\(number)@one.example", of: flooding) }
        try world.post(mailer, to: "first@other.example", of: other)
        try world.post(mailer, to: "second@other.example", of: other)
        try world.post(mailer, to: "staff@platform.example")
        try mailer.start()
        #expect(eventually { relay.taken.count == 23 })
        let order = relay.taken.flatMap(\.recipients)
        func place(_ address: String) -> Int? { order.firstIndex { $0.contains(address) } }
        for address in ["first@other", "staff@platform", "flood-0@one"] { #expect(try #require(place(address)) < 3, "\(address)") }
        #expect(try #require(place("second@other")) < 6)
    }

    @Test("What the relay refuses for ever is told with its words, and does not keep others")
    func refused() throws {
        let world = try World()
        let relay = try ScriptedRelay { command, _ in
            command.hasPrefix("RCPT") && command.contains("nobody") ? .line("550 5.1.1 no such mailbox here") : nil
        }
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url, isStarted: false)
        try world.post(mailer, to: "ana@acme.example")
        try world.post(mailer, to: "nobody@acme.example")
        try mailer.start()
        #expect(try eventually { try world.last(mailer)?.state == .refused })
        #expect(try world.last(mailer)?.answer == "550 5.1.1 no such mailbox here")
        #expect(eventually { relay.taken.count == 1 })
        #expect(mailer.trouble == nil)
    }

    @Test("What the relay puts off goes again, later each time, until it is taken", arguments: ["RCPT", "."])
    func deferred(_ verb: String) throws {
        let world = try World()
        let relay = try ScriptedRelay { command, count in command.hasPrefix(verb) && count < 3 ? .line("451 4.7.1 try later") : nil }
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url)
        try world.post(mailer, within: .seconds(86_400))
        for (attempts, wait) in [(1, 60), (2, 120), (3, 240)] {
            #expect(try eventually { try world.last(mailer)?.attempts == attempts })
            #expect(try world.last(mailer)?.state == .waiting && world.last(mailer)?.answer == "451 4.7.1 try later")
            world.clock.advance(by: .seconds(wait - 1))
            mailer.wake()
            world.clock.advance(by: .seconds(1))
            mailer.wake()
        }
        #expect(try eventually { try world.last(mailer)?.state == .sent })
        #expect(relay.heard(verb) == 4)
    }

    @Test("A link is not sent after its end, and a relay that says later for a day is given up at the end, not before")
    func expired() throws {
        let world = try World()
        let relay = try ScriptedRelay { command, _ in command.hasPrefix("RCPT") ? .line("450 4.2.0 greylisted") : nil }
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url)
        try world.post(mailer, within: .seconds(7200))
        #expect(try eventually { try world.last(mailer)?.attempts == 1 })
        world.clock.advance(by: .seconds(7199))
        mailer.wake()
        #expect(try eventually { try world.last(mailer)?.attempts == 2 })
        #expect(try world.last(mailer)?.state == .waiting)
        world.clock.advance(by: .seconds(1))
        mailer.wake()
        #expect(try eventually { try world.last(mailer)?.state == .expired })
        #expect(relay.taken.isEmpty)
    }

    @Test(
        "While the relay is in trouble, no message counts it as its own, and all go when it is over",
        arguments: ["CONNECT", "EHLO", "MAIL", "DATA"])
    func trouble(_ verb: String) throws {
        let world = try World()
        let relay = try ScriptedRelay { command, count in
            guard command.hasPrefix(verb), count < 3 else { return nil }
            return verb == "MAIL" ? .line("550 5.7.1 sender not allowed") : .breakOff
        }
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url)
        try world.post(mailer)
        try world.post(mailer)
        #expect(eventually { relay.taken.count == 2 })
        #expect(try eventually { try world.last(mailer)?.state == .sent })
        #expect(try world.last(mailer)?.attempts == 1)
        #expect(eventually { mailer.trouble == nil })
    }

    @Test(
        "A message at which the relay breaks off each time keeps no other, and is told as its own trouble", arguments: ["RCPT", "DATA"])
    func brokenOff(_ verb: String) throws {
        let world = try World()
        let isPoison = Mutex(false)
        let relay = try ScriptedRelay { command, _ in
            if command.hasPrefix("RCPT") { isPoison.withLock { $0 = command.contains("poison") } }
            return command.hasPrefix(verb) && isPoison.withLock { $0 } ? .breakOff : nil
        }
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url, isStarted: false)
        try world.post(mailer, to: "poison@acme.example")
        try world.post(mailer, to: "ana@acme.example")
        try world.post(mailer, to: "poison@globex.example")
        try world.post(mailer, to: "bob@acme.example")
        try mailer.start()
        #expect(eventually { relay.taken.count == 2 })
        // Both wait for times of their own: the relay is in no trouble.
        let attempts = { try world.database.read { try $0.value("SELECT MIN(attempts) FROM mails", as: Int.self) } }
        #expect(try eventually { try attempts() == 1 })
        try world.post(mailer, to: "eve@acme.example")
        #expect(eventually { relay.taken.count == 3 && mailer.trouble == nil })
        let states = try world.database.read {
            try $0.rows("SELECT state FROM mails WHERE recipient LIKE 'poison%' AND answer <> ''") { try $0.next(String.self) }
        }
        #expect(states == ["waiting", "waiting"])
    }

    @Test("While the relay breaks off at one message and there is no other, one that is posted waits for the first pause, not for the last")
    func brokenOffAlone() throws {
        let world = try World()
        let relay = try ScriptedRelay { command, _ in command.hasPrefix("RCPT") && command.contains("poison") ? .breakOff : nil }
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url, pausing: .milliseconds(200) ... .seconds(60))
        try world.post(mailer, to: "poison@acme.example")
        // The pause by now: more than three seconds.
        #expect(eventually { relay.heard("RCPT") == 5 })
        let start = ContinuousClock.now
        try world.post(mailer, to: "ana@acme.example")
        #expect(eventually { relay.taken.count == 1 })
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test("A relay that hangs neither keeps the process from ending nor loses what it had; the next start sends it")
    func hanging() throws {
        let world = try World()
        let relay = try ScriptedRelay { command, count in command.hasPrefix("DATA") && count == 0 ? .hang : nil }
        defer { relay.stop() }
        let first = try world.mailer(relay.url)
        try world.post(first)
        #expect(eventually { relay.heard("DATA") == 1 })
        let start = ContinuousClock.now
        first.stop(within: .seconds(30))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(try world.last(first)?.state == .waiting && world.last(first)?.attempts == 0)
        let second = try world.mailer(relay.url)
        #expect(try eventually { try world.last(second)?.state == .sent })
        #expect(relay.taken.count == 1)
    }

    @Test("What was handed over and could not be written down, as on a full disk, is not sent again")
    func fullDisk() throws {
        let world = try World()
        let relay = try ScriptedRelay { [disk = world.disk] command, _ in
            if command == "." { disk.isFull.withLock { $0 = true } }
            return nil
        }
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url)
        try world.post(mailer)
        #expect(eventually { relay.taken.count == 1 })
        #expect(eventually { world.disk.refused.withLock { $0 } > 2 })
        #expect(try world.last(mailer)?.state == .waiting)
        world.disk.isFull.withLock { $0 = false }
        #expect(try eventually { try world.last(mailer)?.state == .sent })
        #expect(relay.taken.count == 1 && relay.heard("DATA") == 1)
    }

    @Test("A message that the master key does not open is given up, and keeps no other")
    func unreadable() throws {
        let world = try World()
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        let mailer = try world.mailer(relay.url, isStarted: false)
        try world.post(mailer, to: "ana@acme.example")
        try world.database.write { try $0.execute("UPDATE mails SET html = text") }
        try world.post(mailer, to: "bob@acme.example")
        try mailer.start()
        #expect(eventually { relay.taken.count == 1 })
        #expect(relay.taken.first?.recipients.first?.contains("bob@acme.example") == true)
        #expect(try eventually { try world.database.read { try mailer.waiting(on: $0) } == 0 })
        let states = try world.database.read { try $0.rows("SELECT state FROM mails ORDER BY id") { try $0.next(String.self) } }
        #expect(states == ["unreadable", "sent"])
    }

    @Test("A relay elsewhere is not told a word without TLS, and a password needs it")
    func encryption() throws {
        #expect(throws: MailRelay.Problem.self) { try MailRelay("smtp://user:secret@relay.example?tls=never") }
        #expect(throws: MailRelay.Problem.self) { try MailRelay("https://relay.example") }
        #expect(throws: MailRelay.Problem.self) { try MailRelay("smtp://relay.example/path") }
        #expect(throws: MailRelay.Problem.self) { try MailRelay("relay.example") }
        #expect(try MailRelay("smtp://relay.example").host == "relay.example:587")
        #expect(try MailRelay("smtps://me%40acme:p%3Aw@relay.example").host == "relay.example:465")
        let world = try World()
        let relay = try ScriptedRelay()
        defer { relay.stop() }
        // An address that is not among those of this machine, and leads there.
        let mailer = try world.mailer("smtp://[::ffff:127.0.0.1]:\(relay.port)")
        try world.post(mailer)
        #expect(eventually { mailer.trouble != nil })
        #expect(relay.taken.isEmpty && relay.heard("MAIL") == 0)
    }
}

/// SQLite on a disk that is full while the test says so.
final class FillingEngine: Engine {
    let isFull = Mutex(false)
    let refused = Mutex(0)
    private let engine: any Engine

    init(_ engine: any Engine) {
        self.engine = engine
    }

    func transaction(_ body: (any Connection) throws -> Void) throws {
        if isFull.withLock({ $0 }) {
            refused.withLock { $0 += 1 }
            throw DatabaseError.full
        }
        try engine.transaction(body)
    }

    var readers: Int { engine.readers }
    func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws { try engine.read(until: end, body) }
    func backup(to path: String) throws { try engine.backup(to: path) }
    func verify() throws -> Verification { try engine.verify() }
    func schemaDifferences(from migrations: [Migration]) throws -> [String] { try engine.schemaDifferences(from: migrations) }
    var statementCount: Int { engine.statementCount }
}
