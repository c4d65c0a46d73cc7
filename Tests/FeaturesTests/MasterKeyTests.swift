// A database and its key belong together: apart, nothing starts, and the check says what is missing.

import Database
import Delivery
import Foundation
import HTTPClient
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Master key")
final class MasterKeyTests {
    private let folder = NSTemporaryDirectory() + "hookswitch-test-\(UUID().uuidString)"
    private let clock = ManualClock(Timestamp(iso8601: "2026-11-22T13:05:09Z") ?? Timestamp(milliseconds: 0))
    private var key: String { folder + "/master.key" }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A process that does this and ends.
    private func run(_ body: (App) throws -> Void = { _ in }) throws {
        let application = try TestApp.empty(folder: folder, clock: clock.clock)
        defer { application.stop(within: .seconds(1)) }
        try body(application.app)
    }

    private func addWebhook(_ app: App) throws {
        let site = app.site
        try site.database.write { connection in
            let account = try PeopleStore(site: site).create(NewAccount(name: "Acme", slug: "acme"), on: connection)
            var webhook = WebhookConfiguration(
                id: site.ids.next(), account: account, name: "CRM", url: "http://127.0.0.1/", secret: WebhookSecret.generate(),
                createdAt: site.clock.now())
            webhook.previousSecret = .init(secret: WebhookSecret.generate(), until: site.clock.now() + .seconds(60))
            webhook.headers = [.init(name: "X-Token", value: "hidden")]
            webhook.authentication = .bearer(token: "hidden")
            try WebhookStore(vault: app.vault).insert(webhook, on: connection)
        }
    }

    private func replaceKey() throws {
        try FileManager.default.removeItem(atPath: key)
        try Data((0..<32).map { UInt8($0) }).write(to: URL(filePath: key))
        chmod(key, 0o400)
    }

    /// What `hookswitch check` says of the database.
    private func check() -> [Finding] {
        InstallationCheck(dataFolder: folder, resourceFolder: "/nowhere", socketPath: "\(folder)/run/hookswitch.sock").run().filter {
            $0.text.contains("database")
        }
    }

    @Test("Without its key a database is not served, with the reason, and no new key is made")
    func missing() throws {
        try run(addWebhook)
        #expect(check() == [Finding(.good, "The database is whole, and the master key opens its secrets (4 kinds tried).")])
        let kept = try Data(contentsOf: URL(filePath: key))
        try FileManager.default.removeItem(atPath: key)
        for _ in 0..<2 {
            let error = #expect(throws: MasterKey.Unusable.self) { try run() }
            let failure = try #require(error.map { VerbFailure($0) })
            #expect(failure.kind == .data && failure.message.contains("Put that key back"), "\(failure)")
            #expect(!FileManager.default.fileExists(atPath: key))
            #expect(check().map(\.grade) == [.problem])
        }
        // The name by which one of several keys is found is the same as the backup told.
        let name = try #require(check().first?.text.firstMatch(of: /with the key ([0-9a-f]{16}),/)?.output.1)
        try kept.write(to: URL(filePath: key))
        try run { app in
            let answer = try ControlVerb.backup(path: "\(self.folder)/copy.sqlite").run(on: app)
            #expect(answer.notes.joined().contains(name))
        }
    }

    @Test("Another key is refused at the start and by the check, not found at the first secret")
    func another() throws {
        try run(addWebhook)
        try replaceKey()
        let error = #expect(throws: MasterKey.Unusable.self) { try run() }
        let failure = try #require(error.map { VerbFailure($0) })
        #expect(failure.kind == .data && failure.message.contains("is another one"))
        #expect(check().map(\.grade) == [.problem])
    }

    @Test("A start that ended between making the key and noting it goes on with that key")
    func interrupted() throws {
        try run(addWebhook)
        let kept = try Data(contentsOf: URL(filePath: key))
        try run { app in try app.site.database.write { _ = try $0.execute("DELETE FROM master_keys") } }
        try run()
        #expect(try Data(contentsOf: URL(filePath: key)) == kept)
        #expect(check().map(\.grade) == [.good])
    }

    @Test("The check opens one secret of each kind, and names the kind that does not open", arguments: 0..<4)
    func eachKind(index: Int) throws {
        let columns = ["secret", "previous_secret", "auth_secret", "headers"]
        #expect(SealedColumn.ofWebhooks.map(\.description) == columns.map { "webhooks.\($0)" })
        let spoil: [SQL] = [
            "UPDATE webhooks SET secret = auth_secret", "UPDATE webhooks SET previous_secret = secret",
            "UPDATE webhooks SET auth_secret = secret", "UPDATE webhooks SET headers = secret",
        ]
        try run(addWebhook)
        try run { app in
            try app.site.database.write { _ = try $0.execute(spoil[index]) }
            let failure = #expect(throws: VerbFailure.self) { try ControlVerb.verifyDatabase.run(on: app) }
            #expect(failure?.message.contains("webhooks.\(columns[index])") == true, "\(failure?.message ?? "")")
        }
        #expect(check().map(\.grade) == [.problem])
    }

    @Test("A database that was cut, or written over, is told in words by the check and by the start; an empty file is told too")
    func damagedFile() throws {
        let (path, copy) = ("\(folder)/hookswitch.sqlite", "\(folder)/copy.sqlite")
        try run { app in
            try addWebhook(app)
            _ = try ControlVerb.backup(path: copy).run(on: app)
        }
        let whole = try Data(contentsOf: URL(filePath: copy))
        for damaged in [whole.prefix(10_000), Data(repeating: 0x41, count: whole.count)] {
            for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + name) }
            try damaged.write(to: URL(filePath: path))
            let error = #expect(throws: DatabaseError.self) { try run() }
            let failure = try #require(error.map { VerbFailure($0) })
            #expect(failure.kind == .data && failure.message.hasPrefix("The database is damaged ("), "\(failure)")
            #expect(check().contains { $0.grade == .problem && $0.text.hasPrefix("The database is damaged (") })
        }
        try Data().write(to: URL(filePath: path))
        #expect(check().contains { $0.grade == .warning && $0.text.contains("is empty") })
    }

    @Test("A table that was dropped is seen by the check, beside a process that serves too, and stops the next start")
    func dropped() throws {
        try run { app in
            try app.site.database.write { _ = try $0.execute("DROP TABLE deletions") }
            let failure = #expect(throws: VerbFailure.self) { try ControlVerb.verifyDatabase.run(on: app) }
            #expect(failure?.message.contains("the table deletions is missing") == true)
        }
        #expect(check().first?.text.contains("the table deletions is missing") == true)
        let error = #expect(throws: DatabaseError.self) { try run() }
        #expect(error.map { VerbFailure($0).kind } == .data)
    }
}
