// What the tests of the webhooks' pages stand on: a webhook made as a person makes it, and a member with some rights only.

import Database
import Delivery
import Features
import HTTPClient
import JSON
import TestSupport
import Testing
import Time
import Web

struct WebhookPages {
    static let settings = "/settings/webhooks"
    static let list = "/settings/webhooks/endpoints"

    let test: TestApp
    let alice: Browser

    init(policy: AddressPolicy? = nil) throws {
        test = try TestApp(policy: policy)
        alice = try test.browser(test.alice)
    }

    /// Fields of a form that is right as it is, with some put in place of others.
    static func form(_ changes: [(String, String)] = [], version: Int? = nil) -> [(String, String)] {
        let usual = [
            ("name", "CRM synchronisation"), ("target", "http://127.0.0.1:9009/hook"), ("events", "cdr"), ("authentication", "none"),
            ("headers", ""), ("restriction", "none"), ("enabled", "yes"),
        ]
        let kept = usual.filter { field in !changes.contains { $0.0 == field.0 } }
        return kept + changes.filter { !$0.1.isEmpty } + (version.map { [("version", "\($0)")] } ?? [])
    }

    /// Added by the form; its address.
    func add(_ changes: [(String, String)] = []) throws -> String {
        let page = alice.post(Self.list, Self.form(changes))
        #expect(page.status == 303)
        return try #require(page.location)
    }

    func id(_ address: String) throws -> ID<Webhook> {
        try #require(ID<Webhook>(address.dropFirst(Self.list.count + 1)))
    }

    func stored(_ address: String) throws -> WebhookConfiguration {
        let store = WebhookStore(vault: test.app.vault)
        return try #require(try test.site.database.read { try store.webhook(try id(address), of: test.acme, on: $0) })
    }

    func all(of account: ID<Account>) throws -> [WebhookConfiguration] {
        let store = WebhookStore(vault: test.app.vault)
        return try test.site.database.read { try store.webhooks(of: account, on: $0) }
    }

    /// Bob, with these rights.
    func bob(_ rights: Set<Right>) throws -> Browser {
        try test.site.database.write { connection in
            try connection.execute(
                "UPDATE roles SET rights = \(rights.stored) WHERE account_id = \(test.acme) AND id = (SELECT role_id FROM users WHERE id = \(test.bob.id))"
            )
        }
        return try test.browser(test.bob)
    }

    func accept(_ type: String, in account: ID<Account>? = nil) throws {
        _ = try test.app.acceptor.accept(
            [
                NewEvent(
                    type: try #require(EventCatalogue.standard.type(named: type)), idempotencyKey: nil, time: test.clock.clock.now(),
                    data: [:])
            ], for: account ?? test.acme)
    }

    func enableIntegration() throws {
        #expect(
            alice.post(Self.settings, [("enabled", "yes"), ("url", ""), ("authentication", "none"), ("version", "0.0")]).status == 303)
    }

    func states(of address: String) throws -> [DeliveryState] {
        let webhook = try id(address)
        return try test.site.database.read { connection in
            try connection.rows("SELECT state FROM deliveries WHERE webhook_id = \(webhook) ORDER BY id") { try $0.next() }
        }
    }

    func audited(_ action: String) throws -> Int {
        try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action = \(action)") ?? 0 }
    }

    /// What the change log has of the last one of these, as it is stored.
    func changes(_ action: String) throws -> String {
        try test.site.database.read { connection in
            try connection.value("SELECT changes FROM audit WHERE action = \(action) ORDER BY id DESC LIMIT 1", as: String.self) ?? ""
        }
    }
}
