// The account's settings as a platform service reads them.

import Database
import Features
import HTTPTypes
import JSON
import TestSupport
import Testing
import Web

@Suite("Settings API")
struct SettingsAPITests {
    private static let address = "/api/v1/accounts/acme/settings"
    private let test: TestApp
    private let key: String

    init() throws {
        test = try TestApp()
        key = try test.key(of: test.acme)
    }

    private func ask(_ tag: String? = nil, key: String? = nil) -> Browser.Page {
        test.call(.get, Self.address, key: key ?? self.key, fields: tag.map { [.ifNoneMatch: $0] } ?? [:])
    }

    @Test("Every setting is there as it was saved, off as null, a member a feature")
    func values() throws {
        let saved = try test.browser(test.alice).post(
            "/settings/account",
            [
                ("country", "FR"), ("account_language", "fr"), ("time_zone", "Europe/Paris"), ("playlist", ""),
                ("head_of_line", "01 42 68 53 00"), ("password_expiration", "yes"), ("password_days", "45"), ("supervision", "yes"),
                ("second_factor", "administrators"), ("version", "1"),
            ])
        #expect(saved.status == 303)
        let page = ask()
        #expect(page.status == 200 && page.fields[.contentType] == "application/json")
        let account = try #require(try JSONValue(parsing: page.bytes)["account"])
        #expect(
            account
                == [
                    "country": "FR", "account_language": "fr", "time_zone": "Europe/Paris", "playlist": nil,
                    "head_of_line": "+33142685300", "original_number": false, "national_trunk": nil, "password_expiration": 45,
                    "second_factor": "administrators", "supervision": true, "logo": nil,
                ])
    }

    @Test("Of the main webhook's secret a service reads that there is one")
    func secrets() throws {
        let saved = try test.browser(test.alice).post(
            "/settings/webhooks",
            [
                ("enabled", "yes"), ("url", "http://127.0.0.1:9009/main"), ("authentication", "basic"), ("login", "acme"),
                ("password", "s3cret-word"), ("version", "0.0"),
            ])
        #expect(saved.status == 303)
        let page = ask()
        #expect(!page.text.contains("s3cret-word"))
        #expect(
            try JSONValue(parsing: page.bytes)["webhook_settings"]
                == [
                    "enabled": true, "url": "http://127.0.0.1:9009/main",
                    "authentication": ["kind": "basic", "login": "acme", "password": ["is_set": true]],
                ])
    }

    @Test("A service that has the newest is told so, by a tag that changes with the settings and with nothing else")
    func tag() throws {
        let tag = try #require(ask().fields[.eTag])
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let page = ask(known)
            #expect(page.status == 304 && page.bytes.isEmpty && page.fields[.eTag] == tag, "\(known)")
        }
        #expect(ask("\"other\"").status == 200)
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET country = 'GB' WHERE id = \(test.acme)") }
        let changed = ask(tag)
        #expect(changed.status == 200 && changed.fields[.eTag] != tag)
    }

    @Test("Another account's settings are not there, and a key without the scope may not read them")
    func access() throws {
        #expect(ask(key: try test.key(of: test.globex)).status == 404)
        #expect(ask(key: try test.key(of: test.acme, scopes: [.readEvents, .writeEvents])).status == 403)
    }

    @Test("HEAD says what GET would, without a body; without a key, or with another method, there is nothing to read")
    func methods() {
        let page = ask()
        let head = test.call(.head, Self.address, key: key)
        #expect(head.status == 200 && head.bytes.isEmpty && head.fields[.eTag] == page.fields[.eTag])
        let known = test.call(.head, Self.address, key: key, fields: [.ifNoneMatch: page.fields[.eTag] ?? ""])
        #expect(known.status == 304 && known.fields[.eTag] == page.fields[.eTag])
        for none in [nil, "", "hsk_none", String(key.dropLast())] {
            let refused = test.call(.get, Self.address, key: none, fields: [.ifNoneMatch: "*"])
            #expect(refused.status == 401 && refused.fields[.eTag] == nil)
        }
        #expect(test.call(.post, Self.address, key: key).status == 405)
        #expect(page.fields[.cacheControl] == "private, no-cache")
    }

    @Test("Whatever a tab of settings edits can be read here")
    func complete() {
        let features = test.app.features
        let tabs = Set(features.flatMap(\.tabs).filter { $0.right != .operatorConsole }.map(\.path))
        let edited = test.application.pipeline.routes.filter { tabs.contains($0.pattern) }.compactMap { $0.form?.name }
        #expect(edited.contains("account"))
        // What is added in its list is no setting, and has, or will have, calls of its own; domains are read as lists.
        let added =
            ["webhooks.new", "user", "role", "key", "playlist", "queue", "tracking_number"]
            + ["chat_domain", "user_domain", "email_domain"]
        #expect(Set(edited).subtracting(features.flatMap(\.settings).map(\.name) + added).isEmpty)
    }
}
