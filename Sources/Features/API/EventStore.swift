// All the SQL of the event API's look-up.

import Database
import Delivery
import JSON
import Time

struct EventRecord {
    struct Delivery {
        let id: ID<WebhookDelivery>
        let webhook: ID<Webhook>
        let webhookName: String
        let state: DeliveryState
        let attempts: Int
        let lastStatus: Int?
        let lastFault: String?
        let nextAt: Timestamp?
        let settledAt: Timestamp?
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

struct EventStore {
    let database: Database

    func event(_ id: ID<Event>, of account: ID<Account>) throws -> EventRecord? {
        try database.read { connection in
            var event = try connection.first(
                "SELECT event_type, idempotency_key, event_time, accepted_at FROM events WHERE id = \(id) AND account_id = \(account)"
            ) { row in
                EventRecord(id: id, type: try row.next(), key: try row.next(), time: try row.next(), acceptedAt: try row.next())
            }
            event?.deliveries = try connection.rows(
                """
                SELECT id, webhook_id, webhook_name, state, attempt, last_status, last_fault, next_at, settled_at FROM deliveries
                WHERE event_id = \(id) AND \(SQL.unindexed("account_id")) = \(account) ORDER BY id
                """
            ) { row in
                EventRecord.Delivery(
                    id: try row.next(), webhook: try row.next(), webhookName: try row.next(), state: try row.next(),
                    attempts: try row.next(),
                    lastStatus: try row.next(), lastFault: try row.next(), nextAt: try row.next(), settledAt: try row.next())
            }
            return event
        }
    }
}
