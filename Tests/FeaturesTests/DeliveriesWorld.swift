// Webhooks, events and history for the tests of deliveries, in an account of the cast.

import Database
import Delivery
import Foundation
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

extension TestApp {
    func turnIntegrationOn(in account: ID<Account>) throws {
        try site.database.write { connection in
            try connection.execute(
                "INSERT INTO webhook_settings (account_id, is_enabled, version) VALUES (\(account), 1, 1)")
        }
        app.directory.invalidate(account: account)
    }

    @discardableResult
    func addWebhook(
        to url: String, in account: ID<Account>, _ change: (inout WebhookConfiguration) -> Void = { _ in }
    ) throws -> WebhookConfiguration {
        var webhook = WebhookConfiguration(
            id: site.ids.next(), account: account, name: "CRM <1>", url: url, secret: WebhookSecret.generate(), createdAt: site.clock.now())
        change(&webhook)
        try site.database.write { try WebhookStore(vault: self.app.vault).insert(webhook, on: $0) }
        app.directory.invalidate(account: account)
        return webhook
    }

    @discardableResult
    func accept(_ type: String = "cdr", key: String? = nil, data: JSONObject = [:], in account: ID<Account>) throws -> Acceptance {
        let event = NewEvent(
            type: try #require(EventCatalogue.standard.type(named: type)), idempotencyKey: key, time: site.clock.now(), data: data)
        return try #require(try app.acceptor.accept([event], for: account).first)
    }

    func delivery(of event: ID<Event>) throws -> ID<WebhookDelivery> {
        try #require(try site.database.read { try $0.value("SELECT id FROM deliveries WHERE event_id = \(event)") })
    }

    func state(of delivery: ID<WebhookDelivery>) throws -> DeliveryState? {
        try site.database.read { try $0.value("SELECT \(DeliveryState.shown) FROM deliveries d WHERE d.id = \(delivery)") }
    }

    /// Settles a delivery as if it had been sent.
    func settle(_ delivery: ID<WebhookDelivery>, _ state: DeliveryState, status: Int? = nil, fault: String = "none") throws {
        try site.database.write { connection in
            try connection.execute(
                """
                UPDATE deliveries SET state = \(state), settled_at = \(self.site.clock.now()), next_at = NULL, last_status = \(status),
                    last_fault = \(fault), attempt = 1 WHERE id = \(delivery)
                """)
            try connection.execute("DELETE FROM due WHERE delivery_id = \(delivery)")
        }
    }

    /// Gives `person` a role with exactly these rights.
    func give(_ person: Person, _ rights: Set<Right>) throws {
        let role = site.ids.next(RoleRow.self)
        try site.database.write { connection in
            try connection.execute(
                "INSERT INTO roles (id, account_id, name, rights) VALUES (\(role), \(person.account), \("special \(role)"), \(rights.stored))"
            )
            try connection.execute("UPDATE users SET role_id = \(role) WHERE id = \(person.id)")
        }
    }
}

/// Whether it becomes true in time; asked every millisecond.
func eventually(seconds: Double = 10, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        guard Date() < end else { return false }
        usleep(1_000)
    }
    return true
}

/// How often `part` stands in `text`.
func count(_ part: String, in text: String) -> Int {
    text.ranges(of: part).count
}
