// Keys for machines: shown once, good for what their maker may do, until they expire or are revoked.

import Database
import Features
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Keys")
struct KeysTests {
    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    private func form(_ name: String, _ scopes: [String], days: String? = nil) -> [(String, String)] {
        [("name", name)] + scopes.map { ("scopes", $0) } + (days.map { [("expiry", "yes"), ("expiry_days", $0)] } ?? [])
    }

    private func make(_ name: String = "PBX", _ scopes: [String] = ["settings:read"], days: String? = nil, by browser: Browser? = nil)
        -> Browser.Page
    {
        let browser = browser ?? alice
        return browser.post("/keys", browser.get("/keys/new").hiddenInputs + form(name, scopes, days: days))
    }

    private func secret(on page: Browser.Page) throws -> String {
        String(try #require(page.text.firstMatch(of: /hsk_[0-9a-f]{64}/)).output)
    }

    private func made(_ name: String = "PBX", _ scopes: [String] = ["settings:read"], days: String? = nil) throws -> String {
        try secret(on: alice.get(try #require(make(name, scopes, days: days).location)))
    }

    private func status(_ key: String) -> Int { test.call(.get, "/api/v1/accounts/acme/settings", key: key).status }

    private func revocation() throws -> String {
        let id = try test.site.database.read { try $0.value("SELECT id FROM api_keys ORDER BY id DESC LIMIT 1", as: ID<APIKey>.self) }
        return "/keys/\(try #require(id))/revoke"
    }

    /// Bob, with these rights.
    private func bob(_ rights: String) throws -> Browser {
        try test.site.database.write { connection in
            try connection.execute("UPDATE roles SET rights = \(rights) WHERE account_id = \(self.test.acme) AND preset = 'user'")
        }
        return try test.browser(test.bob)
    }

    @Test("A key is shown once, by no address, by no reload and to nobody else, and opens what it was made for")
    func once() throws {
        let answer = make("PBX", ["settings:read"])
        #expect(answer.status == 303 && !(answer.location ?? "").contains("hsk_") && answer.fields[values: .setCookie].isEmpty)
        let path = try #require(answer.location)
        #expect(try test.browser(test.alice).get(path).location == "/keys", "another session of the same person")
        let page = alice.get(path)
        #expect(page.status == 200 && page.fields[.cacheControl] == "no-store")
        let secret = try secret(on: page)
        #expect(status(secret) == 200)
        #expect(test.call(.post, "/api/v1/accounts/acme/events", key: secret, body: Array("[]".utf8)).status == 403)
        #expect(alice.get(path).location == "/keys")
        let list = alice.get("/keys").text
        #expect(!list.contains(secret) && list.contains("…\(secret.suffix(4))") && list.contains("Alice Martin"))
        #expect(list.contains("Read the account’s settings"))
        let columns = try test.site.database.read {
            try $0.rows("SELECT changes FROM audit WHERE action = 'key.create'") { try $0.next(String.self) }
        }
        #expect(columns.count == 1 && !columns[0].contains("hsk_") && columns[0].contains("settings:read"))
    }

    @Test("A form sent twice, or twice at once, makes one key, and whichever answer the browser follows shows it")
    func twice() throws {
        let fields = alice.get("/keys/new").hiddenInputs + form("PBX", ["settings:read"])
        let paths = Set(test.sendAtOnce(Array(repeating: Post("/keys", fields), count: 4), as: alice).map(\.location))
        #expect(paths.count == 1)
        let path = try #require(paths.first ?? nil)
        #expect(try status(secret(on: alice.get(path))) == 200)
        // Sent again much later, by a step back: the same key, which is not shown again.
        #expect(alice.post("/keys", fields).location == path && alice.get(path).location == "/keys")
        #expect(try test.audit() == ["key.create"])
    }

    @Test("What nobody has fetched within five minutes is forgotten")
    func notFetched() throws {
        let path = try #require(make().location)
        test.clock.advance(by: .seconds(301))
        #expect(alice.get(path).location == "/keys")
        #expect(alice.get("/keys").text.contains("revoke it and make another"))
    }

    @Test("However many keys one session makes, the secret of another's is kept; of its own the last are")
    func flood() throws {
        let fresh = FreshSecrets(clock: test.site.clock)
        let (flooding, other) = (test.site.ids.next(SessionRow.self), test.site.ids.next(SessionRow.self))
        let keys = (0..<1100).map { _ in test.site.ids.next(APIKey.self) }
        for key in keys { fresh.keep("hsk_\(key)", of: key, for: flooding) }
        let own = test.site.ids.next(APIKey.self)
        fresh.keep("hsk_own", of: own, for: other)
        #expect(fresh.take(own, for: other) == "hsk_own")
        #expect(fresh.take(keys[0], for: flooding) == nil)
        #expect(fresh.take(keys[1099], for: flooding) == "hsk_\(keys[1099])")
    }

    @Test("From its day on an expired key is refused, and says so in the list")
    func expiry() throws {
        // In words, with the figures as the reader's language groups them.
        let refused = make(days: "0").text.replacing("\u{2068}", with: "").replacing("\u{2069}", with: "")
        #expect(refused.contains("Enter a number of days from 1 to 3,650"))
        let secret = try made(days: "1")
        #expect(status(secret) == 200)
        test.clock.advance(by: .seconds(86_399))
        #expect(status(secret) == 200)
        test.clock.advance(by: .seconds(1))
        #expect(status(secret) == 401)
        let alice = try test.browser(test.alice)
        #expect(alice.get("/keys").text.contains("Expired"))
        #expect(alice.post(try revocation()).location == "/keys")
        #expect(try test.audit() == ["key.create"])
    }

    @Test("A revoked key is refused from the next call on, stays in the list, and stands in the Deletion history, once")
    func revoking() throws {
        let secret = try made("Old PBX")
        let path = try revocation()
        let page = alice.get(path)
        #expect(page.text.contains("Old PBX") && page.text.contains("refused from the next call"))
        #expect(status(secret) == 200)
        for _ in 0..<2 { #expect(alice.post(path, page.hiddenInputs).location == "/keys") }
        #expect(status(secret) == 401)
        #expect(alice.get("/keys").text.contains("Revoked") && alice.get(path).location == "/keys")
        #expect(alice.get("/settings/deletions").text.contains("Old PBX"))
        #expect(try test.audit() == ["key.create", "key.revoke"])
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM deletions", as: Int.self) } == 1)
    }

    @Test("Keys that opened nothing for three months leave the list; good ones stay")
    func ended() throws {
        _ = try made("Short-lived", days: "1")
        _ = try made("Revoked one")
        _ = alice.post(try revocation())
        _ = try made("Good one")
        test.clock.advance(by: .seconds(94 * 86400))
        try RecordPurge(site: test.site).run()
        let list = try test.browser(test.alice).get("/keys").text
        #expect(list.contains("Good one") && !list.contains("Short-lived") && !list.contains("Revoked one"))
    }

    @Test("When a key was last used is written once a minute at most, and shown")
    func lastUse() throws {
        let secret = try made()
        #expect(alice.get("/keys").text.contains("Not yet"))
        func used() throws -> Timestamp? {
            // Behind the answer: what is written now comes after it.
            try test.site.database.write { _ in }
            return try test.site.database.read { try $0.value("SELECT last_used_at FROM api_keys LIMIT 1") }
        }
        let first = test.clock.clock.now()
        #expect(status(secret) == 200)
        #expect(try used() == first)
        test.clock.advance(by: .seconds(59))
        #expect(status(secret) == 200)
        #expect(try used() == first)
        test.clock.advance(by: .seconds(1))
        #expect(status(secret) == 200)
        #expect(try used() == first + .seconds(60))
        #expect(!(try test.browser(test.alice).get("/keys").text.contains("Not yet")))
        // One that is refused has not used it.
        #expect(test.call(.get, "/api/v1/accounts/acme/settings", key: secret + "0").status == 401)
    }

    @Test("Nobody gives a machine what they may not do themselves, whatever the form sends")
    func noMoreThanOneHas() throws {
        let bob = try bob("keys.manage webhooks.payloads")
        let page = bob.get("/keys/new")
        #expect(page.text.contains("value=\"events:read\""))
        for scope in ["events:write", "media:write", "settings:read"] { #expect(!page.text.contains("value=\"\(scope)\""), "\(scope)") }
        #expect(make("Mine", ["events:write"], by: bob).status == 422)
        #expect(make("Mine", ["events:read", "events:write"], by: bob).status == 303)
        let scopes = try test.site.database.read { try $0.value("SELECT scopes FROM api_keys", as: String.self) }
        #expect(scopes == "events:read")
        // Nor with a form from before a right was taken away.
        let hidden = bob.get("/keys/new").hiddenInputs
        _ = try self.bob("keys.manage")
        #expect(bob.post("/keys", hidden + form("Late", ["events:read"])).status == 422)
        for scope in test.scopes {
            #expect(Authority(isAdministrator: true, rights: []).covers(scope.needs))
            #expect(!Authority(isAdministrator: false, rights: [.manageKeys]).covers(scope.needs), "\(scope.rawValue)")
        }
    }

    @Test("Whoever reads all settings by a key could read each of them on its page")
    func settingsScope() {
        for feature in test.app.features where !feature.settings.isEmpty {
            #expect(Set(feature.tabs.map(\.right)).isSubset(of: Scope.readSettings.needs))
        }
    }

    @Test("Staff who have opened an account make keys for it, under their name")
    func operators() throws {
        let operators = try test.browser(test.olivia, account: test.acme)
        let answer = make("Platform", ["events:write"], by: operators)
        let secret = try secret(on: operators.get(try #require(answer.location)))
        #expect(test.call(.post, "/api/v1/accounts/acme/events", key: secret, body: Array("[]".utf8)).status != 401)
        #expect(alice.get("/keys").text.contains("Olivia Stone"))
    }

    @Test("The twenty and first key is refused; revoked and expired ones do not count, and two at once do not pass")
    func limit() throws {
        for number in 0..<18 { #expect(make("Key \(number)").status == 303) }
        #expect(make("Short", days: "1").status == 303)
        let posts = (0..<2).map { Post("/keys", alice.get("/keys/new").hiddenInputs + form("Last \($0)", ["settings:read"])) }
        #expect(test.sendAtOnce(posts, as: alice).map(\.status).sorted() == [303, 422])
        let refused = make("One more")
        #expect(refused.status == 422 && refused.text.contains("20") && refused.text.contains("One more"))
        #expect(throws: VerbFailure.self) {
            _ = try ControlVerb.createKey(account: "acme", name: "k", scopes: ["events:write"], days: nil).run(on: test.app)
        }
        #expect(alice.post(try revocation()).location == "/keys")
        #expect(make("In its place").status == 303 && make("Too many").status == 422)
        test.clock.advance(by: .seconds(86_400))
        #expect(make("Where one expired", by: try test.browser(test.alice)).status == 303)
    }

    @Test(
        "Without a name, a scope, or with days that are none, the form comes back with what was typed",
        arguments: [
            ("", ["settings:read"], nil), ("PBX", [], nil), ("PBX", ["settings:read"], "0"), ("PBX", ["nothing"], nil),
            ("PBX", ["settings:read"], "3651"), ("PBX", ["settings:read"], "soon"),
        ] as [(String, [String], String?)])
    func refused(_ name: String, _ scopes: [String], _ days: String?) throws {
        let page = make(name, scopes, days: days)
        #expect(page.status == 422 && page.text.contains("Error: ") && page.text.contains("value=\"\(name)\""))
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM api_keys", as: Int.self) } == 0)
    }

    @Test("Keys of another account are not there, and whoever lacks the right sees neither menu nor page")
    func others() throws {
        _ = try made()
        let path = try revocation()
        let mallory = try test.browser(test.mallory)
        #expect(mallory.get(path).status == 404 && mallory.post(path).status == 404)
        #expect(mallory.get(path.replacing("/revoke", with: "/secret")).status == 404 && !mallory.get("/keys").text.contains("PBX"))
        let viewer = try bob("keys.view")
        #expect(viewer.get("/keys").status == 200 && !viewer.get("/keys").text.contains("/revoke"))
        #expect(viewer.get("/keys/new").status == 403 && viewer.get(path).status == 403 && viewer.post(path).status == 403)
        let nobody = try bob("webhooks.view")
        #expect(nobody.get("/keys").status == 403 && !nobody.get("/settings/webhooks").text.contains("href=\"/keys\""))
    }

    @Test("The command line's key expires after the days that were asked for, and not at all without")
    func commandLine() throws {
        let secret = try ControlVerb.createKey(account: "acme", name: "PBX", scopes: ["settings:read"], days: 2).run(on: test.app).lines[0]
        #expect(status(secret) == 200)
        #expect(alice.get("/keys").text.contains("Command line"))
        test.clock.advance(by: .seconds(2 * 86400))
        #expect(status(secret) == 401)
        #expect(throws: VerbFailure.self) {
            _ = try ControlVerb.createKey(account: "acme", name: "k", scopes: ["settings:read"], days: 0).run(on: test.app)
        }
    }
}
