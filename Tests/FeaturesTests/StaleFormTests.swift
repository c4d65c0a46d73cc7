// Two people have the same page open, and the second to press overwrites nothing: they see both values, and choose. Of every form that
// is declared and every page that asks before something is deleted; found by the routes, so that a new one has to say here how it is.

import Database
import Delivery
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Stale forms")
struct StaleFormTests {
    /// Where a form is, and two values of one of its fields.
    private struct Recipe {
        let page: String
        let action: String
        let field: String
        let values: (String, String)
        /// As the page words them.
        let words: (String, String)

        init(_ page: String, to action: String? = nil, _ field: String, _ values: (String, String), words: (String, String)? = nil) {
            (self.page, self.action, self.field, self.values) = (page, action ?? page, field, values)
            self.words = words ?? values
        }
    }

    /// Forms that overwrite nothing of anybody's.
    private static let otherwise: [String: String] = [
        "webhooks.new": "it makes something new", "new_account": "it makes something new", "key": "it makes something new",
        "chat_domain": "it makes something new", "user_domain": "it makes something new", "email_domain": "it makes something new",
        "media_hold": "it makes something new, beside what others have made",
        "media_release": "of a hold that is placed or released: the second is told that it is released already",
        "limit_request": "it makes something new", "user_import": "it makes something new; what its preview changes is tested beside it",
        "sms_test": "it sends a message, and keeps nothing but that",
        "factor": "one's own, with a code that is good once",
        "operator.visit": "it opens an account, and changes nothing in it",
        "operator.suspension": "of a state that is one or the other: the second is told that it is so already",
        "operator.closing": "of a state that is one or the other: the second is told that it is so already",
        "webhooks.pause": "of a state that is one or the other: the second is told that it is so already",
        "webhooks.resume": "of a state, too; what it discards is counted, and tested below",
        "limit_answer": "of a request that is open or not; the limit beside it is tested below",
    ]

    private let test: TestApp

    init() throws {
        test = try TestApp { try $0.addSmallTab() }
    }

    /// The forms, by whose browsers: of an account's administrator and staff of the platform, or of the one who has it.
    private func recipes() throws -> [String: (recipe: Recipe, first: Browser, second: Browser)] {
        try test.setPolicy(days: 30)
        let webhook = try test.addWebhook(to: "http://127.0.0.1:9009/acme", in: test.acme)
        let playlist = try test.add(Playlist.self, "Welcome", reference: "ivr.welcome", to: test.acme)
        let queue = try test.add(Queue.self, "Support", reference: "acd.support", to: test.acme)
        let number = try test.add(TrackingNumber.self, "Sales", reference: "did.sales", to: test.acme) { $0.number = "+33187654399" }
        let role = try #require(
            try test.site.database.read {
                try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND preset = 'user'", as: ID<RoleRow>.self)
            })
        let names = ("First name", "Second name")
        let ofAccount: [String: Recipe] = [
            "account": Recipe("/settings/account", "country", ("BE", "CH"), words: ("Belgium", "Switzerland")),
            "retention": Recipe("/settings/retention", "recordings_days", ("60", "90")),
            "sms": Recipe("/settings/sms", "url", ("http://127.0.0.1:9009/one", "http://127.0.0.1:9009/two")),
            "webhook_settings": Recipe("/settings/webhooks", "url", ("http://127.0.0.1:9009/one", "http://127.0.0.1:9009/two")),
            "webhooks.edit": Recipe(
                "\(WebhookPages.list)/\(webhook.id)/edit", to: "\(WebhookPages.list)/\(webhook.id)", "name", names),
            "user": Recipe("/users/\(test.bob.id)/edit", to: "/users/\(test.bob.id)", "name", names),
            "role": Recipe("/roles/\(role)/edit", to: "/roles/\(role)", "name", names),
            "voicemail": Recipe("/settings/voicemail", "greeting", names),
        ]
        let ofStaff: [String: Recipe] = [
            "client_account": Recipe("/operator/accounts/acme/name", "name", names),
            "account_limit": Recipe("/operator/accounts/acme/limits/limit.users", "maximum", ("2001", "2002")),
            "playlist": Recipe("/operator/playlists/\(playlist)/edit", to: "/operator/playlists/\(playlist)", "name", names),
            "queue": Recipe("/operator/queues/\(queue)/edit", to: "/operator/queues/\(queue)", "name", names),
            "tracking_number": Recipe(
                "/operator/tracking-numbers/\(number)/edit", to: "/operator/tracking-numbers/\(number)", "name", names),
        ]
        let me = Recipe("/me", "country", ("BE", "CH"), words: ("Belgium", "Switzerland"))
        var all = ["me": (recipe: me, first: try test.browser(test.alice), second: try test.browser(test.alice))]
        for (name, recipe) in ofAccount {
            all[name] = (recipe, try test.browser(test.alice), try test.browser(test.olivia, account: test.acme))
        }
        for (name, recipe) in ofStaff {
            all[name] = (
                recipe, try test.browser(test.olivia, account: test.acme), try test.browser(test.olivia, account: test.acme)
            )
        }
        return all
    }

    /// What the page shows of both.
    private func conflict(_ page: Browser.Page) -> String {
        guard let start = page.text.firstRange(of: "id=\"conflict-title\"") else { return "" }
        let rest = page.text[start.upperBound...]
        return String(rest.firstRange(of: "</table>").map { rest[..<$0.lowerBound] } ?? rest)
    }

    @Test(
        "Whoever saves second sees both values, nothing is overwritten, and their second press saves: of every form that changes something")
    func forms() throws {
        let recipes = try recipes()
        let declared = Set(test.application.pipeline.routes.compactMap { $0.form?.name })
        #expect(declared.subtracting(recipes.keys).subtracting(Self.otherwise.keys) == [], "Say in `recipes` how it is changed")
        #expect(Set(recipes.keys).isSubset(of: declared) && Set(Self.otherwise.keys).isSubset(of: declared))
        for (name, (recipe, first, second)) in recipes.sorted(by: { $0.key < $1.key }) {
            func stored() -> String? { first.get(recipe.page).filled(recipe.action)?.last { $0.0 == recipe.field }?.1 }
            let (mine, theirs) = (first.get(recipe.page), second.get(recipe.page))
            #expect(mine.filled(recipe.action) != nil && theirs.filled(recipe.action) != nil, "\(name): no form at \(recipe.page)")
            let saved = first.submit(mine, to: recipe.action, recipe.field, recipe.values.0)
            let faults = saved.text.matches(of: /href="#[^"]*">([^<]*)/).map { String($0.1) }
            #expect(saved.status == 303, "\(name): \(saved.status) \(faults)")
            #expect(stored() == recipe.values.0, "\(name)")
            let refused = second.submit(theirs, to: recipe.action, recipe.field, recipe.values.1)
            #expect([409, 422].contains(refused.status), "\(name): \(refused.status)")
            let shown = conflict(refused)
            #expect(shown.contains(recipe.words.0) && shown.contains(recipe.words.1), "\(name): \(shown)")
            #expect(stored() == recipe.values.0, "\(name)")
            #expect(second.submit(refused, to: recipe.action).status == 303, "\(name)")
            #expect(stored() == recipe.values.1, "\(name)")
        }
    }

    // MARK: Pages that ask before something goes

    @Test("What has become another thing since a page asked about it is not deleted: the page shows what was and what is, and asks again")
    func deletions() throws {
        let (alice, olivia) = (try test.browser(test.alice), try test.browser(test.olivia, account: test.acme))
        let webhook = try test.addWebhook(to: "http://127.0.0.1:9009/acme", in: test.acme)
        let role = test.site.ids.next(RoleRow.self)
        try test.site.database.write {
            _ = try $0.execute("INSERT INTO roles (id, account_id, name, rights) VALUES (\(role), \(test.acme), 'Old name', 'people.view')")
        }
        let things: [(pattern: String, path: String, edit: String?, browser: Browser)] = [
            ("/users/{id}/delete", "/users/\(test.bob.id)", nil, alice), ("/roles/{id}/delete", "/roles/\(role)", nil, alice),
            ("\(WebhookPages.list)/{id}/delete", "\(WebhookPages.list)/\(webhook.id)", nil, alice),
            (
                "/operator/playlists/{id}/delete", "/operator/playlists/\(try test.add(Playlist.self, "Old name", to: test.acme))", nil,
                olivia
            ),
            ("/operator/queues/{id}/delete", "/operator/queues/\(try test.add(Queue.self, "Old name", to: test.acme))", nil, olivia),
            (
                "/operator/tracking-numbers/{id}/delete",
                "/operator/tracking-numbers/\(try test.add(TrackingNumber.self, "Old name", to: test.acme) { $0.number = "+33187654399" })",
                nil, olivia
            ),
        ]
        let asking = Set(test.application.pipeline.routes.filter { $0.method == .get && $0.pattern.hasSuffix("/delete") }.map(\.pattern))
        // What cannot be changed cannot have become another thing; what its going means can, see below.
        let unchanging = Set([ChatDomain.path, UserDomain.path, EmailDomainController.path].map { "\($0)/{id}/delete" })
        #expect(asking.subtracting(things.map(\.pattern)) == unchanging, "Say in `things` what it asks about")
        for thing in things {
            let action = thing.path + "/delete"
            let asked = thing.browser.get(action)
            #expect(asked.status == 200 && asked.filled(action) != nil, "\(thing.pattern)")
            let other = try test.browser(test.olivia, account: test.acme)
            let changed = other.submit(other.get(thing.path + "/edit"), to: thing.path, "name", "Quite another")
            #expect(changed.status == 303, "\(thing.pattern)")
            let refused = thing.browser.submit(asked, to: action)
            #expect(refused.status == 409, "\(thing.pattern): \(refused.status)")
            #expect(conflict(refused).contains("Quite another"), "\(thing.pattern)")
            #expect(thing.browser.get(thing.path).status == 200, "\(thing.pattern)")
            #expect(thing.browser.submit(refused, to: action).status == 303, "\(thing.pattern)")
            #expect(thing.browser.get(thing.path).status == 404, "\(thing.pattern)")
        }
    }

    @Test("Of the last two domains nobody deletes the second who was not told that it is the last, nor one that nothing covers any more")
    func consequences() throws {
        let (alice, olivia) = (try test.browser(test.alice), try test.browser(test.olivia, account: test.acme))
        func deletion<Item: DomainItem>(_ item: Item.Type, _ domain: String) throws -> String {
            "\(Item.path(of: try test.add(item, domain, to: test.acme)))/delete"
        }
        let lists = [
            (try deletion(UserDomain.self, "acme.example"), try deletion(UserDomain.self, "acme.test"), "any domain will be allowed"),
            (try deletion(ChatDomain.self, "*.acme.example"), try deletion(ChatDomain.self, "www.acme.example"), "no longer work"),
        ]
        for (first, second, words) in lists {
            let asked = alice.get(second)
            #expect(asked.status == 200 && !asked.text.contains(words))
            #expect(olivia.submit(olivia.get(first), to: first).status == 303)
            let refused = alice.submit(asked, to: second)
            #expect(refused.status == 409 && conflict(refused).contains(words), "\(second): \(refused.status)")
            #expect(alice.submit(refused, to: second).status == 303)
            #expect(alice.get(second).status == 404)
        }
    }

    // MARK: Answers and acts beside a number

    @Test("An answer that was typed beside another limit is shown with both numbers, and is a decision when it is sent again")
    func answer() throws {
        let request = test.site.ids.next(LimitRequestRow.self)
        try test.site.database.write { connection in
            try LimitRequestStore.insert(
                LimitRequest(
                    id: request, name: "webhooks", had: 20, wanted: 60, reason: "One for each agency", user: test.alice.id,
                    userName: "Alice Martin", createdAt: test.clock.clock.now()), in: test.acme, on: connection)
        }
        let (first, second) = (try test.browser(test.olivia), try test.browser(test.olivia))
        let path = "/operator/requests/\(request)"
        let open = second.get(path)
        let limit = "/operator/accounts/acme/limits/limit.webhooks"
        #expect(first.submit(first.get(limit), to: limit, "maximum", "30").status == 303)
        let refused = second.submit(open, to: path, "decision", "approve")
        #expect(refused.status == 422 && conflict(refused).contains(">20<") && conflict(refused).contains(">30<"))
        func maximum() throws -> Int { try test.site.database.read { try Limit.webhooks.maximum(of: test.acme, on: $0) } }
        #expect(try maximum() == 30)
        #expect(second.submit(refused, to: path).status == 303)
        #expect(try maximum() == 60)
    }

    @Test("What a table would change is asked about again when somebody of it has been changed meanwhile; what is the same is not")
    func table() throws {
        let (alice, olivia) = (try test.browser(test.alice), try test.browser(test.olivia, account: test.acme))
        let table = Array("name,email\nRobert Durand,bob@acme.example\n".utf8)
        #expect(alice.post("/users/import", [], file: ("table", "people.csv", table)).location == "/users/import/preview")
        let action = "/users/import/preview"
        let preview = alice.get(action)
        #expect(preview.text.contains("Robert Durand"))
        let bob = "/users/\(test.bob.id)"
        #expect(olivia.submit(olivia.get(bob + "/edit"), to: bob, "name", "Bobby Durand").status == 303)
        func name() throws -> String? {
            try test.site.database.read { try $0.value("SELECT name FROM users WHERE id = \(test.bob.id)", as: String.self) }
        }
        let refused = alice.submit(preview, to: action)
        #expect(refused.status == 409 && refused.text.contains("Bobby Durand") && refused.text.contains("Nothing was imported"))
        #expect(try name() == "Bobby Durand")
        #expect(alice.submit(refused, to: action).status == 303)
        #expect(try name() == "Robert Durand")
    }

    @Test("Nobody gives up thousands of deliveries who was told of a few, neither by turning a webhook on nor by deleting it")
    func waiting() throws {
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "http://127.0.0.1:9009/acme", in: test.acme)
        let alice = try test.browser(test.alice)
        let path = "\(WebhookPages.list)/\(webhook.id)"
        #expect(alice.submit(alice.get(path + "/pause"), to: path + "/pause", "meanwhile", "keep").status == 303)
        for _ in 0..<2 { _ = try test.accept("cdr", in: test.acme) }
        let (resume, delete) = (alice.get(path + "/resume"), alice.get(path + "/delete"))
        #expect(resume.hidden("waiting") == "2" && delete.hidden("waiting") == "2")
        for _ in 0..<30 { _ = try test.accept("cdr", in: test.acme) }
        for (asked, action) in [(resume, path + "/resume"), (delete, path + "/delete")] {
            let refused = alice.submit(asked, to: action, "held", "discard")
            #expect([409, 422].contains(refused.status), "\(action): \(refused.status)")
            #expect(conflict(refused).contains(">2<") && conflict(refused).contains(">32<"), "\(action)")
            let held = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM deliveries WHERE state = 'held'", as: Int.self) }
            #expect(held == 32, "\(action)")
        }
        let again = alice.submit(alice.get(path + "/delete"), to: path + "/delete")
        #expect(again.status == 303 && alice.get(path).status == 404)
    }
}
