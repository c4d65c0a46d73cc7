// Every deletion that people know of stands in the Deletion history once, in its own transaction, whoever asked for it: a person, a
// machine with its key, somebody at the machine, a job. Found by the routes and the jobs: a new one has to say here which it is.

import Cron
import Database
import Delivery
import Features
import Foundation
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Every deletion is on record", .serialized)
struct DeletionWalkTests {
    private struct Deed {
        let entity: DeletedEntity
        /// Whose name stands in the history, or how it begins.
        let actor: String
        /// It takes one transaction; a purge takes many, and is held against interruptions by tests of its own.
        var isWhole = true
        var prepare: () throws -> Void = {}
        /// What is there of it.
        let there: SQL
        /// Whether it was done.
        let act: () throws -> Bool
    }

    /// What changes something without a declared form and deletes nothing, or nothing that the history is about.
    private static let silent: [String: [String]] = [
        "a session ends by itself within a day; that somebody ended it is in the change log": [
            "POST /me/sessions/{id}/end", "POST /me/sessions/end-others", "POST /users/{id}/sessions/{session}/end",
            "POST /users/{id}/sessions/end", "POST /sign-out", "POST /operator/leave",
        ],
        "who signs in, and how; a second factor is no thing of the account's, and its owner is told": [
            "POST /sign-in", "POST /sign-in/account", "POST /sign-in/code", "POST /sign-in/unlock", "POST /password",
            "POST /password/link", "POST /password/forgotten", "POST /setup", "POST /users/{id}/factor/reset",
        ],
        "a state that can be taken back": [
            "POST /users/{id}/suspension", "POST /users/{id}/suspension/end", "POST /operator/accounts/{slug}/suspension/end",
            "POST /operator/accounts/{slug}/closing/end", "POST /alerts/{id}/dismissal",
            "POST /settings/limits/requests/{id}/withdrawal",
        ],
        "it makes or changes": [
            "POST /users/import/preview", "POST /users/{id}/link", "POST /operator/accounts/{slug}/invitations/{id}",
            "POST /settings/webhooks/test", "POST /settings/webhooks/endpoints/{id}/test", "POST /settings/webhooks/endpoints/{id}/secret",
            "POST /settings/webhooks/deliveries/{id}/retry", "POST /api/v1/accounts/{slug}/events",
            "POST /api/v1/accounts/{slug}/media", "PATCH /api/v1/accounts/{slug}/media/{id}",
            "PUT /api/v1/accounts/{slug}/playlists/{reference}", "PUT /api/v1/accounts/{slug}/queues/{reference}",
            "PUT /api/v1/accounts/{slug}/tracking-numbers/{reference}", "POST /api/v1/accounts/{slug}/email-domains/{domain}/blacklist",
        ],
        "what it lets go of is there, and on record when a purge takes it": ["POST /settings/retention/holds/{id}/release"],
    ]

    /// Jobs that write nothing in it.
    private static let silentJobs: [String: String] = [
        "deletion-history": "the history itself, which would never be empty",
        "records": "what the product notes for itself, for as long as its pages say; keys are on record when they are revoked",
        "sessions": "what has ended", "disk-reserve": "a file of the product's own",
        "media-inventory": "it compares, and moves what has no row aside", "limits": "it counts",
        "account-export": "it writes", "media-holds": "what it lets go of is there",
        "blacklist-removals": "the entry was made with the domain's, and grows",
        "account-deletion": "the account's history goes with it; its certificate says how much there was",
    ]

    private let test: TestApp
    private let alice: Browser
    private let olivia: Browser
    private let key: String

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
        olivia = try test.browser(test.olivia, account: test.acme)
        key = try test.key(of: test.acme)
    }

    private static func name(_ route: Route) -> String { "\(route.method.rawValue) \(route.pattern)" }

    private func count(_ sql: SQL) throws -> Int { try test.site.database.read { try $0.value(sql, as: Int.self) ?? 0 } }

    private func asked(_ browser: Browser, _ path: String) -> Bool { browser.submit(browser.get(path), to: path).status == 303 }

    private func byKey(_ path: String) -> Bool {
        test.call(.delete, "/api/v1/accounts/acme/\(path)", key: key).status == 204
    }

    // MARK: The deeds

    private func deeds() throws -> [(name: String, deed: Deed)] {
        try people() + reference() + domains() + media()
    }

    private func people() throws -> [(name: String, deed: Deed)] {
        let role = test.site.ids.next(RoleRow.self)
        let key = test.site.ids.next(APIKey.self)
        let webhook = try test.addWebhook(to: "http://127.0.0.1:9/acme", in: test.acme).id
        let (acme, bob) = (test.acme, test.bob.id)
        try test.site.database.write { connection in
            try connection.execute("INSERT INTO roles (id, account_id, name, rights) VALUES (\(role), \(acme), 'Going', '')")
            _ = try test.site.keys.create(
                NewKey(key, of: acme, name: "Going", scopes: [.readSettings], by: "Alice", expiresAt: nil), on: connection)
        }
        let logo: () throws -> Void = { [test] in
            try Data([0x89, 0x50, 0x4E, 0x47]).write(to: URL(filePath: "\(test.folder)/logos/going.png"))
            try test.site.database.write {
                _ = try $0.execute("UPDATE accounts SET logo_file = 'going.png', logo_name = 'Going.png' WHERE id = \(acme)")
            }
        }
        let hasLogo: SQL = "SELECT COUNT(*) FROM accounts WHERE logo_file = 'going.png'"
        return [
            (
                "POST /users/{id}/delete",
                Deed(entity: .user, actor: "Alice Martin", there: "SELECT COUNT(*) FROM users WHERE id = \(bob)") { [alice] in
                    asked(alice, "/users/\(bob)/delete")
                }
            ),
            (
                "POST /roles/{id}/delete",
                Deed(entity: .role, actor: "Alice Martin", there: "SELECT COUNT(*) FROM roles WHERE id = \(role)") { [alice] in
                    asked(alice, "/roles/\(role)/delete")
                }
            ),
            (
                "POST /keys/{id}/revoke",
                Deed(
                    entity: .key, actor: "Alice Martin", there: "SELECT COUNT(*) FROM api_keys WHERE id = \(key) AND revoked_at IS NULL"
                ) { [alice] in asked(alice, "/keys/\(key)/revoke") }
            ),
            (
                "POST /settings/webhooks/endpoints/{id}/delete",
                Deed(entity: .webhook, actor: "Alice Martin", there: "SELECT COUNT(*) FROM webhooks WHERE id = \(webhook)") { [alice] in
                    asked(alice, "\(WebhookPages.list)/\(webhook)/delete")
                }
            ),
            (
                "POST /settings/account",
                Deed(entity: .logo, actor: "Alice Martin", prepare: logo, there: hasLogo) { [alice] in
                    let path = "/settings/account"
                    return alice.submit(alice.get(path), to: path, "logo_remove", "yes").status == 303
                }
            ),
            (
                "POST /settings/account",
                Deed(entity: .logo, actor: "Alice Martin", prepare: logo, there: hasLogo) { [alice] in
                    let path = "/settings/account"
                    let fields = (alice.get(path).filled(path) ?? []).filter { $0.0 != "csrf" }
                    return alice.post(path, fields, file: ("logo", "new.png", SampleImages.png())).status == 303
                }
            ),
            (
                "job logo-sweep",
                Deed(
                    entity: .logo, actor: "System",
                    prepare: { [test] in
                        try logo()
                        try FileManager.default.removeItem(atPath: "\(test.folder)/logos/going.png")
                    }, there: hasLogo
                ) { [test] in
                    try? test.runJob("logo-sweep")
                    return try count(hasLogo) == 0
                }
            ),
        ]
    }

    private func reference() throws -> [(name: String, deed: Deed)] {
        func both<Item: ReferenceItem>(
            _ item: Item.Type, _ change: (inout Item, _ number: Int) -> Void = { _, _ in }
        ) throws -> [(name: String, deed: Deed)] {
            let ids = try (0..<2).map { number in
                try test.add(item, "Going \(number)", reference: "\(Item.kind.name).\(number)", to: test.acme) { change(&$0, number) }
            }
            func there(_ id: ID<Item>) -> SQL { "SELECT COUNT(*) FROM \(Item.kind.table) WHERE id = \(id)" }
            let (path, word) = (Item.kind.path, Item.kind.word)
            return [
                (
                    "POST \(path)/{id}/delete",
                    Deed(entity: Item.kind.entity, actor: "Olivia Stone", there: there(ids[0])) { [olivia] in
                        asked(olivia, "\(path)/\(ids[0])/delete")
                    }
                ),
                (
                    "DELETE /api/v1/accounts/{slug}/\(word)/{reference}",
                    Deed(entity: Item.kind.entity, actor: "key_", there: there(ids[1])) { byKey("\(word)/\(Item.kind.name).1") }
                ),
            ]
        }
        return try both(Playlist.self) + both(Queue.self) + both(TrackingNumber.self) { $0.number = "+3318765439\($1)" }
    }

    private func domains() throws -> [(name: String, deed: Deed)] {
        func there(_ table: SQL, _ id: some SQLConvertible) -> SQL { "SELECT COUNT(*) FROM \(table) WHERE id = \(id)" }
        let chat = try test.add(ChatDomain.self, "www.acme.example", to: test.acme)
        let user = try test.add(UserDomain.self, "acme.example", to: test.acme)
        let (mail, listed) = (try test.addEmailDomain("acme-mail.example"), try test.addEmailDomain("acme-news.example"))
        let entry = try test.blacklist(.email("reader@outside.example"), "news@acme-news.example", .unsubscribe, in: listed)
        let lists: [(path: String, entity: DeletedEntity, there: SQL, id: String)] = [
            (ChatDomain.path, .chatDomain, there("chat_domains", chat), "\(chat)"),
            (UserDomain.path, .userDomain, there("user_domains", user), "\(user)"),
            (EmailDomainController.path, .emailDomain, there("email_domains", mail.id), "\(mail.id)"),
        ]
        let onPages = lists.map { list in
            (
                name: "POST \(list.path)/{id}/delete",
                deed: Deed(entity: list.entity, actor: "Alice Martin", there: list.there) { [alice] in
                    asked(alice, "\(list.path)/\(list.id)/delete")
                }
            )
        }
        let byMachine = (
            name: "DELETE /api/v1/accounts/{slug}/email-domains/{domain}/blacklist/{entry}",
            deed: Deed(entity: .blacklistEntry, actor: "key_", there: there("blacklist_entries", entry)) {
                byKey("email-domains/acme-news.example/blacklist/\(entry)")
            }
        )
        return onPages + [byMachine]
    }

    private func media() throws -> [(name: String, deed: Deed)] {
        let acme = test.acme
        for kind in MediaKind.allCases { try test.setPolicy(kind, days: 30) }
        let files: SQL = "SELECT COUNT(*) FROM media_files WHERE account_id = \(acme)"
        func purge(_ kind: MediaKind, by actor: String, _ act: @escaping () throws -> Bool) -> Deed {
            Deed(
                entity: kind.entity, actor: actor, isWhole: false, prepare: { [test] in try test.addMedia(kind, days: 40) }, there: files,
                act: act)
        }
        let job: (String) -> Bool = { [test] name in (try? test.runJob(name)) != nil }
        return [
            (
                "POST /settings/retention/purge",
                purge(.recordings, by: "Alice Martin") { [alice] in asked(alice, "/settings/retention/purge") }
            ),
            (
                "verb purge",
                purge(.voiceMailbox, by: "Command line") { [test] in
                    _ = try ControlVerb.purge(account: "acme", isRehearsal: false, isConfirmed: true).run(on: test.app)
                    return true
                }
            ),
            ("job purge", purge(.personalVoicemail, by: "System") { job(RetentionPurge.job(of: acme)) }),
            ("job purge", purge(.ivrRecorder, by: "System") { job(RetentionPurge.job(of: acme)) }),
            (
                "job webhook-history",
                Deed(
                    entity: .webhookHistory, actor: "System", isWhole: false,
                    prepare: { [test] in
                        _ = try test.accept("cdr", in: acme)
                        test.clock.advance(by: .seconds(93 * 86400))
                    }, there: "SELECT COUNT(*) FROM events WHERE account_id = \(acme) AND event_type = 'cdr'"
                ) { job("webhook-history") }
            ),
        ]
    }

    // MARK: Nothing is forgotten here

    @Test("Every route that changes something and every job has said whether it deletes, and every kind of thing that goes is met")
    func complete() throws {
        let deeds = try deeds()
        let names = Set(deeds.map(\.name))
        let silent = Set(Self.silent.values.flatMap(\.self))
        let words: Set<Substring> = ["delete", "end", "off", "remove", "removal", "revoke", "clear", "release", "purge"]
        let changing = test.application.pipeline.routes.filter { ![.get, .head].contains($0.method) }
        // A form that is declared makes something, or changes it, with its row in the change log.
        let unknown = changing.filter { route in
            let isPlain = route.form != nil && !words.contains(route.pattern.split(separator: "/").last ?? "")
            return !isPlain && !names.contains(Self.name(route)) && !silent.contains(Self.name(route))
        }.map(Self.name)
        // Of one's own second factor the same is true as of an administrator's act.
        #expect(
            Set(unknown).subtracting(["POST /me/factor/off"]) == [], "Add a deed that shows its entry, or the reason for none to `silent`")
        #expect(silent.subtracting(changing.map(Self.name)) == [], "There is no such route")

        let jobs = try test.application.running.flatMap { try $0.jobs() }.map(\.name)
        let unknownJobs = jobs.filter { name in
            !name.hasPrefix("purge:") && !names.contains("job \(name)") && Self.silentJobs[name] == nil
        }
        #expect(unknownJobs == [], "Add a deed that shows its entry, or the reason for none to `silentJobs`")

        let met = Set(deeds.map(\.deed.entity.rawValue))
        #expect(Set(test.app.features.flatMap(\.deletes).map(\.rawValue)).subtracting(met) == [], "No deed deletes it")
    }

    // MARK: Each deed

    private struct Entry: Equatable {
        let entity: String
        let user: String
        let items: Int
    }

    private func entries() throws -> [Entry] {
        try test.site.database.read { connection in
            try connection.rows("SELECT entity, user_name, items FROM deletions WHERE account_id = \(test.acme) ORDER BY id") {
                Entry(entity: try $0.next(), user: try $0.next(), items: try $0.next())
            }
        }
    }

    @Test("Each writes one entry with whose doing it was; when the commit fails, neither is the entry there nor the thing gone")
    func walk() throws {
        // A promise that each entry makes and nobody keeps: it is looked at when the transaction commits.
        try test.site.database.write { connection in
            try connection.execute("CREATE TABLE kept (id TEXT PRIMARY KEY)")
            try connection.execute("CREATE TABLE promised (id TEXT REFERENCES kept (id) DEFERRABLE INITIALLY DEFERRED)")
        }
        for (name, deed) in try deeds() {
            try deed.prepare()
            let (before, there) = (try entries(), try count(deed.there))
            #expect(there == 1, "\(name)")
            if deed.isWhole {
                try test.site.database.write {
                    _ = try $0.execute(
                        "CREATE TRIGGER promise AFTER INSERT ON deletions BEGIN INSERT INTO promised VALUES ('never'); END")
                }
                #expect(try !deed.act(), "\(name) says that it is done")
                #expect(try entries() == before && count(deed.there) == there, "\(name) left something behind")
                try test.site.database.write { _ = try $0.execute("DROP TRIGGER promise") }
            }
            #expect(try deed.act(), "\(name)")
            let new = Array(try entries().dropFirst(before.count))
            #expect(new.count == 1 && new.first?.entity == deed.entity.rawValue, "\(name): \(new)")
            #expect(new.first?.user.hasPrefix(deed.actor) == true, "\(name): \(new)")
            #expect(try count(deed.there) == 0, "\(name)")
        }
    }
}
