// Events and their deliveries, written within the transaction that answers for them.

import Database
import HTTPClient
import Spelling
import Time

struct EventWriter {
    let ids: IDGenerator
    let account: ID<Account>
    let now: Timestamp

    private static let insertEvents = BulkStatement(
        "INSERT INTO events (id, account_id, event_type, idempotency_key, event_time, accepted_at, order_key, body, is_test) VALUES ",
        columns: 8, constants: ", 0",
        " ON CONFLICT (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id")

    private static let insertDeliveries = BulkStatement(
        """
        INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, order_key, state, next_at,
            accepted_at, attempt, manual) VALUES\u{20}
        """,
        columns: 12, constants: ", 0, 0")

    private static let selectEarlier = BulkStatement(
        "SELECT idempotency_key, id FROM events WHERE account_id = \(Int?.none) AND idempotency_key IN (VALUES ", columns: 1, ")")

    /// Ids are made here, on the writer's thread, so that their order is the order of acceptance.
    func write(_ entries: [EventEntry], on connection: any Connection) throws -> [Acceptance] {
        let eventIDs = entries.map { _ in ids.next(Event.self) }
        var values: [SQLValue] = []
        values.reserveCapacity(entries.count * 8)
        for (entry, id) in zip(entries, eventIDs) {
            values += [
                id.sqlValue, account.sqlValue, .text(entry.event.type.name), entry.event.idempotencyKey.sqlValue,
                entry.event.time.sqlValue, now.sqlValue, entry.orderKey.sqlValue, .text(entry.body),
            ]
        }
        var inserted: Set<ID<Event>> = []
        try Self.insertEvents.forEachRow(values, on: connection) { inserted.insert(try $0.next()) }
        let earlier = inserted.count == entries.count ? [:] : try earlierEvents(entries, on: connection)

        var deliveries: [SQLValue] = []
        var acceptances: [Acceptance] = []
        for (entry, id) in zip(entries, eventIDs) {
            guard inserted.contains(id) else {
                let original = entry.event.idempotencyKey.flatMap { earlier[ExactText($0)] }
                guard let original else { throw DatabaseError.engine("an event was neither inserted nor there") }
                acceptances.append(Acceptance(id: original, isDuplicate: true, deliveries: 0))
                continue
            }
            for (webhook, verdict) in entry.recipients {
                let isHeld = verdict == .paused
                deliveries += [
                    ids.next(WebhookDelivery.self).sqlValue, account.sqlValue, webhook.id.sqlValue, .text(webhook.name), id.sqlValue,
                    .text(entry.event.type.name), .text(webhook.url), webhook.authentication.kind.sqlValue,
                    entry.orderKey.sqlValue, (isHeld ? DeliveryState.held : .pending).sqlValue, (isHeld ? nil : now).sqlValue,
                    now.sqlValue,
                ]
            }
            acceptances.append(Acceptance(id: id, isDuplicate: false, deliveries: entry.recipients.count))
        }
        try Self.insertDeliveries.execute(deliveries, on: connection)
        return acceptances
    }

    private func earlierEvents(_ entries: [EventEntry], on connection: any Connection) throws -> [ExactText: ID<Event>] {
        let keys = entries.compactMap(\.event.idempotencyKey).map(SQLValue.text)
        var found: [(ExactText, ID<Event>)] = []
        try Self.selectEarlier.forEachRow(keys, before: [account.sqlValue], on: connection) {
            found.append((ExactText(try $0.next()), try $0.next()))
        }
        return Dictionary(found) { first, _ in first }
    }
}
