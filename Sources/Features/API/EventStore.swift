// All the SQL of the event API's look-up.

import Database
import Delivery
import JSON
import Time

struct EventRecord {
    struct Delivery {
        private(set) var id = ID<WebhookDelivery>(value: 0)
        private(set) var webhook = ID<Webhook>(value: 0)
        private(set) var webhookName = ""
        private(set) var state = DeliveryState.pending
        private(set) var attempts = 0
        private(set) var lastStatus: Int?
        private(set) var lastFault: String?
        private(set) var nextAt: Timestamp?
        private(set) var settledAt: Timestamp?

        static let record = Record(Delivery()) {
            Column("d.id", \.id)
            Column("d.webhook_id", \.webhook)
            Column("d.webhook_name", \.webhookName)
            Column(expression: DeliveryState.shown, \.state)
            Column("d.attempt", \.attempts)
            Column("d.last_status", \.lastStatus)
            Column("d.last_fault", \.lastFault)
            Column("d.next_at", \.nextAt)
            Column("d.settled_at", \.settledAt)
        }

        private init() {}
    }

    let id: ID<Event>
    let type: String
    let key: String?
    let time: Timestamp
    let acceptedAt: Timestamp
    var deliveries: [Delivery] = []

    /// Members without a value are left out.
    var json: JSONValue {
        var json: JSONObject = ["id": .string(id.description), "event_type": .string(type)]
        if let key { json["event_id"] = .string(key) }
        json["event_time"] = .string(time.iso8601)
        json["accepted_at"] = .string(acceptedAt.iso8601)
        json["deliveries"] = .array(deliveries.map(\.json))
        return .object(json)
    }
}

extension EventRecord.Delivery {
    var json: JSONValue {
        var json: JSONObject = [
            "id": .string(id.description), "webhook": .string(webhook.description), "webhook_name": .string(webhookName),
            "state": .string(state.rawValue), "attempts": JSONValue(attempts),
        ]
        if let lastStatus { json["last_status"] = JSONValue(lastStatus) }
        if let lastFault { json["last_fault"] = .string(lastFault) }
        if state == .pending, let nextAt { json["next_attempt_at"] = .string(nextAt.iso8601) }
        if let settledAt { json["settled_at"] = .string(settledAt.iso8601) }
        return .object(json)
    }
}

enum EventStore {
    static func event(_ id: ID<Event>, of account: ID<Account>, on connection: any Connection) throws -> EventRecord? {
        var event = try connection.first(
            "SELECT event_type, idempotency_key, event_time, accepted_at FROM events WHERE id = \(id) AND account_id = \(account)"
        ) { row in
            EventRecord(id: id, type: try row.next(), key: try row.next(), time: try row.next(), acceptedAt: try row.next())
        }
        event?.deliveries = try connection.rows(
            """
            SELECT \(EventRecord.Delivery.record.columns) FROM deliveries d
            WHERE \(id.owns("d.id")) AND \(SQL.unindexed("d.account_id")) = \(account) ORDER BY d.id
            """, EventRecord.Delivery.record.decode)
        return event
    }
}
