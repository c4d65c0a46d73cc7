// An account that is closed: exported, deleted after thirty days with all that was its own, and a certificate that outlives it.

import Database
import Delivery
import Features
import Foundation
import HTTP
import HTTPTypes
import JSON
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Closing an account")
struct ClosingTests {
    private struct PowerCut: Error {}

    private let test: TestApp
    private let path = "/operator/accounts/acme"

    init() throws {
        test = try TestApp()
        try test.fillAcme()
        try test.fillEverything(of: test.acme)
    }

    private func close() throws {
        #expect(try test.browser(test.olivia).post(path + "/closing", [("slug", "acme")]).location == path)
        try waitForExport()
    }

    private func closure() throws -> Closure? {
        try test.site.database.read { try ClosureStore.closure(of: self.test.acme, on: $0) }
    }

    /// It is made on a thread of its own.
    private func waitForExport() throws {
        let end = ContinuousClock.now + .seconds(20)
        while try closure()?.export == nil, ContinuousClock.now < end { usleep(5_000) }
        let found = try closure()
        #expect(found?.export != nil, "\(found?.exportProblem ?? "no problem")")
    }

    private func rows(_ account: ID<Account>) throws -> [String: Int] {
        try test.site.database.read { connection in
            try test.tablesOfAccounts(on: connection).reduce(into: [:]) { counts, table in
                counts[table] = try connection.value(AccountRows.count(table, of: account))
            }
        }.filter { $0.value > 0 }
    }

    private func deletion(reached: @escaping @Sendable (AccountDeletion.Step) throws -> Void = { _ in }) -> AccountDeletion {
        AccountDeletion(test.app, AccountExport(test.app), reached: reached)
    }

    @Test("Every table with rows of accounts, or of their people, is one that a deletion empties, and has a row here to be deleted")
    func schema() throws {
        let known = Set(AccountTable.all.map(\.name.description)).union([
            "events", "deliveries", "attempts", "media_files", "account_closures",
        ])
        let (accounts, users) = try test.site.database.read {
            (try test.tablesOfAccounts(on: $0), try test.tables(with: "user_id", on: $0))
        }
        #expect(accounts.count > 20)
        #expect(Set(accounts).subtracting(known) == [], "Add it to AccountTable.all")
        #expect(Set(users).subtracting(known).subtracting(accounts) == [], "Add it to AccountTable.all")
        let empty = Set(accounts).subtracting(try rows(test.acme).keys).subtracting(["account_closures"])
        #expect(empty == [], "Let fillEverything make a row")
    }

    @Test("It is asked for by its short name typed; then nobody gets in, its page says when it is deleted, and its export can be fetched")
    func close_() throws {
        let olivia = try test.browser(test.olivia)
        #expect(olivia.get(path + "/closing").text.contains("Type it to confirm"))
        let wrong = olivia.post(path + "/closing", [("slug", "globex")])
        #expect(
            wrong.status == 422 && wrong.text.contains("This is not the account’s short name") && wrong.text.contains("value=\"globex\""))
        let alice = try test.browser(test.alice)
        try close()
        #expect(alice.get("/settings/account").location?.hasPrefix("/sign-in") == true)
        let page = olivia.get(path).text
        #expect(page.contains("This account is being closed") && page.contains("22 Dec 2026") && page.contains("Download the export"))
        #expect(olivia.post(path + "/closing", [("slug", "acme")]).location == path)
        let archive = olivia.get(path + "/export")
        #expect(archive.status == 200 && archive.fields[.contentType] == "application/x-tar")
        let export = try #require(try closure()?.export)
        #expect(archive.bytes.count == export.bytes)
        #expect(try test.audit().filter { $0 == "account.export" }.count == 1)
        #expect(try test.browser(test.mallory).get(path + "/export").status == 404)
        let text = String(decoding: archive.bytes, as: UTF8.self)
        for name in [
            "settings.json", "users.jsonl", "webhooks.jsonl", "events.jsonl", "deliveries.jsonl", "attempts.jsonl", "media.jsonl",
            "deletions.jsonl", "audit.jsonl", "README.txt",
        ] { #expect(text.contains("./\(name)"), "\(name)") }
        #expect(text.contains("alice@acme.example") && text.contains("sound of Acme") && text.contains("call:end"))
        #expect(!text.contains("mallory@globex.example") && !text.contains("whsec_"))
        let hashes = try test.site.database.read {
            try $0.rows("SELECT password_hash FROM users WHERE account_id = \(test.acme) AND password_hash <> ''") {
                try $0.next(String.self)
            }
        }
        #expect(hashes.allSatisfy { !text.contains($0) })
    }

    @Test("Within thirty days it can be reopened, and nothing was deleted")
    func reopen() throws {
        let before = try rows(test.acme)
        try close()
        test.clock.advance(by: .seconds(29 * 86400))
        try deletion().run()
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post(path + "/closing/end").location == path)
        let after = try rows(test.acme)
        #expect(try test.browser().signIn(test.alice.email).location == "/")
        for table in before.keys where !["sessions", "audit", "devices"].contains(table) {
            #expect(after[table] == before[table], "\(table)")
        }
        test.clock.advance(by: .seconds(40 * 86400))
        try deletion().run()
        #expect(try test.browser(test.olivia).get(path).status == 200)
        // The archive is nobody's now.
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.folder + "/exports") == [])
        #expect(try test.browser(test.olivia).post(path + "/closing/end").location == path)
    }

    @Test("One that was suspended when it was closed is suspended still when it is taken back, and says why")
    func reopenSuspended() throws {
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post(path + "/suspension", [("reason", "An unpaid bill")]).status == 303)
        try close()
        #expect(try test.browser(test.olivia).post(path + "/closing/end").location == path)
        let page = try test.browser(test.olivia).get(path).text
        #expect(page.contains("An unpaid bill") && page.contains("Olivia Stone"))
        #expect(try test.site.database.read { try AccountState.of(test.acme, on: $0) } == .suspended)
        #expect(try test.browser(test.olivia).post(path + "/suspension/end").status == 303)
        #expect(try test.site.database.read { try AccountState.of(test.acme, on: $0) } == .active)
    }

    @Test("After thirty days nothing of it is left, another account is as it was, and the certificate tells what was deleted")
    func delete() throws {
        let other = try rows(test.globex)
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post(path + "/open").location == "/")
        try close()
        let export = try #require(try closure()?.export)
        test.clock.advance(by: .seconds(30 * 86400 - 60))
        try deletion().run()
        #expect(try test.browser(test.olivia).get(path).status == 200)
        test.clock.advance(by: .seconds(120))
        try test.runJob("account-deletion")
        #expect(try rows(test.acme) == [:])
        #expect(try rows(test.globex).filter { $0.key != "sessions" } == other.filter { $0.key != "sessions" })
        for table in ["due", "waiting"] {
            let left = try test.site.database.read { try $0.value(AccountRows.all(table), as: Int.self) }
            #expect(left == 0, "\(table)")
        }
        for folder in ["media/\(test.acme.stored)", "media-inbox/acme"] {
            #expect(!FileManager.default.fileExists(atPath: "\(test.folder)/\(folder)"), "\(folder)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.folder + "/exports") == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.folder + "/logos") == [])
        let staff = try test.browser(test.olivia)
        #expect(staff.get(path).status == 404)
        let list = staff.get("/operator/certificates").text
        let address = try #require(list.firstMatch(of: #/href="(/operator/certificates/cert_[^"]+)"/#)?.output.1)
        let page = staff.get(String(address)).text
        #expect(
            page.contains("Acme Télécom") && page.contains("Olivia Stone") && page.contains(export.sha256) && page.contains("Media files"))
        let json = staff.get("\(address)/json").text
        #expect(
            json.contains("\"account\":\"acme\"") && json.contains("\"media\":{\"items\":2,") && json.contains("\"events\":{\"items\":"))
        #expect(try test.browser(test.mallory).get(String(address)).status == 404)
        #expect(test.call(.get, "/api/v1/accounts/acme/settings", key: "hsk_gone").status == 401)
    }

    @Test("Killed at any step, it goes on and counts nothing twice", arguments: AccountDeletion.Step.allCases)
    func killed(_ step: AccountDeletion.Step) throws {
        try close()
        test.clock.advance(by: .seconds(31 * 86400))
        let (users, events) = (try rows(test.acme)["users"], try rows(test.acme)["events"])
        #expect(throws: PowerCut.self) { try deletion { if $0 == step { throw PowerCut() } }.run() }
        // There is no way back by then.
        #expect(try test.browser(test.olivia).post(path + "/closing/end").location == path)
        #expect(try test.browser(test.olivia).post(path + "/open").location == "/operator/accounts")
        try deletion().run()
        #expect(try rows(test.acme) == [:])
        let counts = try test.site.database.read {
            try $0.rows("SELECT kind, items FROM deletion_certificate_counts") { (try $0.next(String.self), try $0.next(Int.self)) }
        }
        #expect(counts.first { $0.0 == "people" }?.1 == users)
        #expect(counts.first { $0.0 == "media" }?.1 == 2)
        #expect(counts.first { $0.0 == "events" }?.1 == events)
        // And once more, for nothing.
        try deletion().run()
        let certificates = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM deletion_certificates", as: Int.self) }
        // Beside that of `fillAcme`.
        #expect(certificates == 2)
    }

    @Test("What is under legal hold keeps the account from being deleted, and its page says so")
    func held() throws {
        try test.site.database.write { try $0.execute("UPDATE media_files SET is_held = 1 WHERE account_id = \(test.acme)") }
        try close()
        test.clock.advance(by: .seconds(31 * 86400))
        try deletion().run()
        #expect(try rows(test.acme)["media_files"] == 2)
        #expect(try test.browser(test.olivia).get(path).text.contains("under legal hold: the deletion waits"))
        try test.site.database.write { try $0.execute("UPDATE media_files SET is_held = 0 WHERE account_id = \(test.acme)") }
        try deletion().run()
        #expect(try rows(test.acme) == [:])
    }

    @Test("An export that was interrupted is made anew; one that cannot be made says why, is tried again, and nothing is deleted before it")
    func interrupted() throws {
        let exports = test.folder + "/exports"
        // No folder, no export.
        try FileManager.default.removeItem(atPath: exports)
        try Data().write(to: URL(filePath: exports))
        #expect(try test.browser(test.olivia).post(path + "/closing", [("slug", "acme")]).status == 303)
        let end = ContinuousClock.now + .seconds(20)
        while try closure()?.exportProblem == nil, ContinuousClock.now < end { usleep(5_000) }
        #expect(try test.browser(test.olivia).get(path).text.contains("The last attempt failed"))
        test.clock.advance(by: .seconds(31 * 86400))
        #expect(try test.site.database.read { try ClosureStore.countDue(at: test.clock.clock.now(), on: $0) } == 0)
        try FileManager.default.removeItem(atPath: exports)
        let certificate = try #require(try closure()?.certificate.stored)
        let leftover = "\(exports)/\(certificate).tar.folder/media"
        try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(filePath: "\(exports)/\(certificate).tar.part"))
        try AccountExport(test.app).run()
        #expect(try closure()?.export != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: exports) == ["\(certificate).tar"])
    }

    @Test("A clock that is months ahead deletes no account before a person has looked")
    func clockAhead() throws {
        try close()
        try test.site.database.write { try PurgeGuardStore.note("account-deletion", at: test.clock.clock.now(), on: $0) }
        test.clock.advance(by: .seconds(93 * 86400))
        let excess = try PurgeGuard(site: test.site).excess("account-deletion", due: ClosureStore.countDue)
        #expect(excess?.items == 1)
    }

    @Test("The health page says in words what the process does, and what it does next")
    func health() throws {
        let page = try test.browser(test.olivia).get("/operator/health")
        #expect(page.status == 200)
        for words in [
            "Deliveries", "Deletion of closed accounts", "Media purge · Globex", "Not configured", "Running since", "Reserve",
        ] {
            #expect(page.text.contains(words), "\(words)")
        }
        #expect(try test.browser(test.alice).get("/operator/health").status == 404)
    }
}

/// Counts by a table's name, which no statement of the product has: of tests alone.
private enum AccountRows {
    static func count(_ table: String, of account: ID<Account>) -> SQL {
        "SELECT COUNT(*) FROM \(SQL.named(table)) WHERE account_id = \(account)"
    }

    static func all(_ table: String) -> SQL { "SELECT COUNT(*) FROM \(SQL.named(table))" }
}

extension SQL {
    /// Of the schema's own names.
    fileprivate static func named(_ table: String) -> SQL {
        AccountTable.all.map(\.name).first { $0.description == table }.map { SQL(stringLiteral: $0) } ?? further(table)
    }

    private static func further(_ table: String) -> SQL {
        switch table {
        case "events": "events"
        case "deliveries": "deliveries"
        case "attempts": "attempts"
        case "media_files": "media_files"
        case "account_closures": "account_closures"
        case "due": "due"
        case "waiting": "waiting"
        default: "no_such_table_\(table)"
        }
    }
}

extension TestApp {
    fileprivate func tables(with column: String, on connection: any Connection) throws -> [String] {
        try connection.rows(
            """
            SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = \(column) WHERE m.type = 'table' ORDER BY m.name
            """
        ) { try $0.next() }
    }

    fileprivate func tablesOfAccounts(on connection: any Connection) throws -> [String] { try tables(with: "account_id", on: connection) }

    /// A row in each table that has rows of accounts, and two media files.
    fileprivate func fillEverything(of account: ID<Account>) throws {
        _ = try key(of: account)
        _ = try accept("call:end", data: ["call_id": "c-2"], in: account)
        let alice = try browser(self.alice)
        _ = alice.get("/settings/account")
        _ = try browser().signIn(self.alice.email)
        let now = site.clock.now()
        let media = (0..<2).map { _ in site.ids.next(MediaFile.self) }
        let folder = try MediaFolder.make(account, in: self.folder)
        withExtendedLifetime(folder) {}
        for file in media {
            try Data("sound of Acme".utf8).write(to: URL(filePath: "\(self.folder)/media/\(account.stored)/\(file.stored).wav"))
        }
        let delivery = try site.database.read { try $0.value("SELECT MIN(id) FROM deliveries", as: ID<WebhookDelivery>.self) }
        try site.database.write { connection in
            // That of `fillAcme` has no file.
            try connection.execute("DELETE FROM media_files WHERE account_id = \(account)")
            for file in media {
                try connection.execute(
                    """
                    INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, created_at)
                    VALUES (\(file), \(account), 'recordings', 'wav', 13, \(now), \(now))
                    """)
            }
            try connection.execute(
                """
                INSERT INTO attempts (delivery_id, number, account_id, started_at, finished_at, url, is_manual)
                VALUES (\(delivery), 90, \(account), \(now), \(now), 'http://127.0.0.1:9', 0)
                """)
            for statement: SQL in [
                "INSERT INTO webhook_rights (account_id, event_type) VALUES (\(account), 'cdr')",
                "INSERT INTO retention_policies (account_id, kind, days) VALUES (\(account), 'recordings', 365)",
                "INSERT INTO retention_versions (account_id, version) VALUES (\(account), 1)",
                "INSERT INTO media_checks (account_id, checked_at, quarantined, missing) VALUES (\(account), 1, 0, 0)",
                """
                INSERT INTO purge_runs (id, account_id, kind, cutoff, detail, planned, user_name, started_at)
                VALUES (\(site.ids.next(PurgeRun.self)), \(account), 'recordings', 1, '', 0, 'System', 1)
                """,
                """
                INSERT INTO user_imports (user_id, id, account_id, file_name, content, created_at)
                VALUES (\(self.olivia.id), 'i1', \(account), 'people.csv', '', 1)
                """,
                """
                INSERT INTO queue_members (queue_id, user_id, account_id)
                SELECT q.id, \(self.bob.id), \(account) FROM queues q WHERE q.account_id = \(account) LIMIT 1
                """,
                """
                INSERT INTO blacklist_removals (id, account_id, domain_id, planned, done)
                VALUES ('b1', \(account), 'none', 1, 0)
                """,
                "INSERT INTO recovery_codes (user_id, code_hash) VALUES (\(self.bob.id), \([UInt8](repeating: 2, count: 32)))",
                "INSERT INTO account_limits (account_id, name, maximum) VALUES (\(account), 'users', 7)",
                """
                INSERT INTO chat_domains (id, account_id, domain, user_name, created_at)
                VALUES ('c1', \(account), 'www.acme.example', 'A', 1)
                """,
                """
                INSERT INTO user_domains (id, account_id, domain, user_name, created_at) VALUES ('u1', \(account), 'acme.example', 'A', 1)
                """,
                "INSERT INTO account_measures (account_id, name, day, used, measured_at) VALUES (\(account), 'events', '2026-11-22', 7, 1)",
                """
                INSERT INTO refused_entries (hour, kind, subject, address, account_id, times, last_at)
                VALUES (1, 'sign_in', 'x', '127.0.0.1', \(account), 1, 1)
                """,
                """
                INSERT INTO mails (id, account_id, recipient, recipient_name, subject, state, expires_at, created_at)
                VALUES ('m1', \(account), 'a@acme.example', 'A', 'S', 'sent', 1, 1)
                """,
                """
                INSERT INTO sms_messages (id, account_id, user_id, recipient, state, attempts, expires_at, answer, created_at)
                VALUES ('s1', \(account), \(self.bob.id), '+33612345678', 'sent', 1, 1, '', 1)
                """,
                "INSERT INTO password_links (user_id, token_hash, created_at) VALUES (\(self.bob.id), \([UInt8](repeating: 1, count: 32)), 1)",
            ] { try connection.execute(statement) }
        }
    }
}
