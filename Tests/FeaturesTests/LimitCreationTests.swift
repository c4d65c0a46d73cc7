// Every limit that is declared is enforced where its things are made: by the sentence, for two at once, and with the notices from 80 % on.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Limits where things are made")
struct LimitCreationTests {
    /// How one is made on its page: by whom, where, and what is typed for the number-th of them.
    private struct Creation {
        let isStaffs: Bool
        let path: String
        let form: @Sendable (_ number: Int, _ role: String) -> [(String, String)]

        init(_ path: String, isStaffs: Bool = false, _ form: @escaping @Sendable (_ number: Int, _ role: String) -> [(String, String)]) {
            (self.path, self.isStaffs, self.form) = (path, isStaffs, form)
        }
    }

    private static let creations = [
        "users": Creation("/users") { [("name", "Person \($0)"), ("email", "person-\($0)@acme.example"), ("role", $1)] },
        "roles": Creation("/roles") { number, _ in [("name", "Role \(number)")] },
        "keys": Creation("/keys") { number, _ in [("name", "Key \(number)"), ("scopes", "settings:read")] },
        "webhooks": Creation(WebhookPages.list) { number, _ in WebhookPages.form([("name", "Webhook \(number)")]) },
        "playlists": Creation("/operator/playlists", isStaffs: true) { number, _ in [("name", "Playlist \(number)")] },
        "queues": Creation("/operator/queues", isStaffs: true) { number, _ in [("name", "Queue \(number)")] },
        "tracking_numbers": Creation("/operator/tracking-numbers", isStaffs: true) { number, _ in
            [("name", "Number \(number)"), ("number", "+3318765\(4300 + number)")]
        },
        "email_domains": Creation(EmailDomainController.path, isStaffs: true) { number, _ in [("domain", "mail-\(number).example")] },
        "chat_domains": Creation(ChatDomain.path) { number, _ in [("domain", "www\(number).acme.example")] },
        // That there are people with other addresses was said.
        "user_domains": Creation(UserDomain.path) { number, _ in [("domain", "mail\(number).acme.example"), ("confirmed", "outside")] },
    ]

    private let test: TestApp
    private let role: String

    init() throws {
        let test = try TestApp()
        self.test = test
        role = try #require(
            try test.site.database.read {
                try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND preset = 'user'", as: ID<RoleRow>.self)
            }
        ).description
    }

    private func usage(_ limit: Limit) throws -> LimitUsage {
        try test.site.database.read { try limit.usage(of: self.test.acme, on: $0) }
    }

    private func set(_ limit: Limit, to maximum: Int) throws {
        try test.site.database.write { try limit.setMaximum(maximum, of: self.test.acme, telling: self.test.app.alerts, on: $0) }
    }

    private func visitor(_ creation: Creation) throws -> Browser {
        creation.isStaffs ? try test.browser(test.olivia, account: test.acme) : try test.browser(test.alice)
    }

    private func notices() throws -> Set<String> {
        try test.site.database.read { connection in
            Set(
                try connection.rows(
                    "SELECT kind, subject FROM alerts WHERE account_id = \(self.test.acme) AND resolved_at IS NULL"
                ) { "\(try $0.next(String.self)) \(try $0.next(String.self))" })
        }
    }

    @Test("Every limit that is not only measured says its sentence where one more is made, and two at once never pass it")
    func walk() throws {
        let limits = test.app.features.flatMap(\.limits).filter { !$0.isMeasured }
        #expect(limits.count >= 7)
        let unknown = limits.map(\.name).filter { Self.creations[$0] == nil }
        #expect(unknown == [], "Say in `creations` how one is made")
        for limit in limits {
            let creation = try #require(Self.creations[limit.name])
            // Room for one, and two who have the page open.
            let before = try usage(limit).used
            try set(limit, to: before + 1)
            let browser = try visitor(creation)
            let posts = (0..<2).map { number in
                let page = browser.get(creation.path + "/new")
                #expect(page.status == 200 && !page.text.contains("has been reached"), "\(limit.name)")
                return Post(creation.path, page.hiddenInputs + creation.form(number, role))
            }
            #expect(test.sendAtOnce(posts, as: browser).map(\.status).sorted() == [303, 422], "\(limit.name)")
            #expect(try usage(limit) == LimitUsage(name: limit.name, used: before + 1, maximum: before + 1), "\(limit.name)")
            // What the one of them was told, and whoever comes next.
            let page = browser.get(creation.path + "/new")
            let sentence = "The limit “\(limit.title(test.site.locales[.english]))” has been reached: an account can have \(before + 1)."
            #expect(page.text.contains(sentence), "\(limit.name)")
            let refused = browser.post(creation.path, page.hiddenInputs + creation.form(2, role))
            #expect(refused.status == 422 && refused.text.contains(sentence), "\(limit.name)")
            #expect(try usage(limit).used == before + 1, "\(limit.name)")
            #expect(try notices().contains("limit_reached \(limit.name)"), "\(limit.name)")
        }
    }

    @Test(
        "The administrators are told from 80 % on and at the limit, once each until it has fallen below, and of nothing that was not made")
    func notice() throws {
        let browser = try test.browser(test.alice)
        let limit = Limit.roles
        let before = try usage(limit).used
        try set(limit, to: 10)
        func add(_ name: String) -> Int { browser.post("/roles", browser.get("/roles/new").hiddenInputs + [("name", name)]).status }
        for number in before..<7 { #expect(add("Role \(number)") == 303) }
        #expect(try notices() == [])
        // The one that would reach four fifths has a name that is taken.
        #expect(add("Role 5") == 422)
        #expect(try notices() == [])
        #expect(add("Role 8") == 303)
        #expect(try notices() == ["limit_near roles"])
        #expect(add("Role 9") == 303 && add("Role 10") == 303)
        #expect(add("Role 11") == 422)
        #expect(try notices() == ["limit_near roles", "limit_reached roles"])
        let page = browser.get("/alerts").text
        #expect(page.contains("Limit reached: Roles") && page.contains("8 of 10 are used") && page.contains("href=\"/settings/limits\""))
        #expect(!page.contains("times, last"))
        // A dismissed one stays quiet while it lasts.
        let times = try test.site.database.read { try $0.value("SELECT MAX(times) FROM alerts", as: Int.self) }
        #expect(times == 1)
        // One goes: that it is reached is over, the rest stays; then most go.
        let measures = LimitMeasures(test.app)
        try delete("Role 10")
        try measures.run()
        #expect(try notices() == ["limit_near roles"])
        try delete("Role 9")
        try delete("Role 8")
        try measures.run()
        #expect(try notices() == [])
        #expect(add("Role 8") == 303)
        #expect(try notices() == ["limit_near roles"])
        // More room ends it at once.
        try set(limit, to: 50)
        #expect(try notices() == [])
    }

    private func delete(_ role: String) throws {
        try test.site.database.write { _ = try $0.execute("DELETE FROM roles WHERE account_id = \(self.test.acme) AND name = \(role)") }
    }

    @Test("The command line makes nobody beyond the limit either, and says so")
    func commandLine() throws {
        try set(.users, to: try usage(.users).used)
        let user = NewUser(email: "eve@acme.example", name: "Eve", password: "orchid lantern mosaic", role: .user)
        #expect {
            _ = try ControlVerb.createUser(user, account: "acme").run(on: test.app)
        } throws: { error in
            "\(error)".contains("all the users that it may have: 2")
        }
        #expect(try usage(.users).used == 2)
    }
}
