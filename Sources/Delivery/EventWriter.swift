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
        """
        INSERT INTO events (id, account_id, event_type, idempotency_key, event_time, accepted_at, body, order_key, sequence, is_test)
        VALUES\u{20}
        """,
        row: """
            \(place), \(text), \(text), \(text), \(place), \(place), \(text), \(text), COALESCE((SELECT s.sequence FROM events s
            WHERE s.account_id = \(text) AND s.order_key = \(text) ORDER BY s.sequence DESC LIMIT 1) + 1,
            CASE WHEN \(text) IS NOT NULL THEN 1 END), 0
            """,
        " ON CONFLICT (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING")

    private static let place = Int?.none
    private static let text = String?.none

    private static let insertDeliveries = BulkStatement(
        """
        INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, state, next_at,
            accepted_at, attempt, manual) VALUES\u{20}
        """,
        columns: 11, constants: ", 0, 0")

    private static let insertDue = BulkStatement(
        "INSERT INTO due (delivery_id, webhook_id, due_at, ready_at, order_key, attempt, manual) VALUES ", columns: 5, constants: ", 0, 0",
        " ON CONFLICT (webhook_id, order_key) WHERE order_key IS NOT NULL DO NOTHING")

    private static let insertWaiting = BulkStatement("INSERT INTO waiting (delivery_id, webhook_id, order_key) VALUES ", columns: 3)

    private static let selectInserted = BulkStatement("SELECT id FROM events WHERE id IN (VALUES ", columns: 1, ")")
    private static let selectDue = BulkStatement("SELECT delivery_id FROM due WHERE delivery_id IN (VALUES ", columns: 1, ")")

    private static let selectEarlier = BulkStatement(
        "SELECT idempotency_key, id FROM events WHERE account_id = \(text) AND idempotency_key IN (VALUES ", columns: 1, ")")

    /// Ids are made here, on the writer's thread, so that their order is the order of acceptance.
    func write(_ entries: [EventEntry], on connection: any Connection) throws -> [Acceptance] {
        let eventIDs = entries.map { _ in ids.next(Event.self) }
        var count = 0
        for wave in waves(of: entries) {
            var values: [SQLValue] = []
            values.reserveCapacity(wave.count * 11)
            for index in wave {
                let entry = entries[index]
                let key = entry.orderKey.sqlValue
                values += [
                    eventIDs[index].sqlValue, account.sqlValue, .text(entry.event.type.name), entry.event.idempotencyKey.sqlValue,
                    entry.event.time.sqlValue, now.sqlValue, .text(entry.body), key, account.sqlValue, key, key,
                ]
            }
            count += try Self.insertEvents.execute(values, on: connection)
        }
        let duplicates = count == entries.count ? nil : try Duplicates(entries, eventIDs, self, on: connection)

        var rows = Rows()
        var acceptances: [Acceptance] = []
        acceptances.reserveCapacity(entries.count)
        for (entry, id) in zip(entries, eventIDs) {
            if let duplicates, !duplicates.inserted.contains(id) {
                let original = entry.event.idempotencyKey.flatMap { duplicates.earlier[ExactText($0)] }
                guard let original else { throw DatabaseError.engine("an event was neither inserted nor there") }
                acceptances.append(Acceptance(id: original, isDuplicate: true, deliveries: 0))
                continue
            }
            guard entry.recipients.count <= ID<Event>.maximumDeliveries else {
                throw DatabaseError.engine("an event for \(entry.recipients.count) webhooks")
            }
            for (index, recipient) in entry.recipients.enumerated() {
                rows.add(id.delivery(index + 1), entry, recipient, account: account, now: now)
            }
            acceptances.append(Acceptance(id: id, isDuplicate: false, deliveries: entry.recipients.count))
        }
        try Self.insertDeliveries.execute(rows.deliveries, on: connection)
        let queued = try Self.insertDue.execute(rows.due, on: connection)
        if queued * 5 < rows.due.count { try writeWaiting(rows, on: connection) }
        return acceptances
    }

    /// A statement sees nothing of what itself writes, so of a call's events that come together each has a statement of its own for
    /// its number. Most often there is one wave.
    private func waves(of entries: [EventEntry]) -> [[Int]] {
        guard entries.count > 1 else { return [Array(entries.indices)] }
        var waves: [[Int]] = [[]]
        var seen: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            guard let key = entry.orderKey else {
                waves[0].append(index)
                continue
            }
            let wave = seen[key, default: 0]
            seen[key] = wave + 1
            if wave == waves.count { waves.append([]) }
            waves[wave].append(index)
        }
        return waves
    }

    /// Those whose call has a head already: they are behind it.
    private func writeWaiting(_ rows: Rows, on connection: any Connection) throws {
        var heads: Set<ID<WebhookDelivery>> = []
        try Self.selectDue.forEachRow(rows.ordered.map(\.delivery.sqlValue), on: connection) { heads.insert(try $0.next()) }
        try Self.insertWaiting.execute(
            rows.ordered.filter { !heads.contains($0.delivery) }.flatMap { [$0.delivery.sqlValue, $0.webhook.sqlValue, .text($0.key)] },
            on: connection)
    }

    /// What is to be written for the events that are new.
    private struct Rows {
        var deliveries: [SQLValue] = []
        var due: [SQLValue] = []
        /// Of what is due, that which has an order.
        var ordered: [(delivery: ID<WebhookDelivery>, webhook: ID<Webhook>, key: String)] = []

        mutating func add(
            _ delivery: ID<WebhookDelivery>, _ entry: EventEntry, _ recipient: EventEntry.Recipient, account: ID<Account>, now: Timestamp
        ) {
            let webhook = recipient.webhook
            let isHeld = recipient.verdict == .paused
            deliveries += [
                delivery.sqlValue, account.sqlValue, webhook.id.sqlValue, .text(webhook.name), delivery.event.sqlValue,
                .text(entry.event.type.name), .text(webhook.url), webhook.authentication.kind.sqlValue,
                (isHeld ? DeliveryState.held : .pending).sqlValue, (isHeld ? nil : now).sqlValue, now.sqlValue,
            ]
            guard !isHeld else { return }
            due += [delivery.sqlValue, webhook.id.sqlValue, now.sqlValue, now.sqlValue, entry.orderKey.sqlValue]
            if let key = entry.orderKey { ordered.append((delivery, webhook.id, key)) }
        }
    }

    /// Which of the events are new, and what those of before are.
    private struct Duplicates {
        var inserted: Set<ID<Event>> = []
        var earlier: [ExactText: ID<Event>] = [:]

        init(_ entries: [EventEntry], _ ids: [ID<Event>], _ writer: EventWriter, on connection: any Connection) throws {
            try selectInserted.forEachRow(ids.map(\.sqlValue), on: connection) { inserted.insert(try $0.next()) }
            let keys = entries.compactMap(\.event.idempotencyKey).map(SQLValue.text)
            try selectEarlier.forEachRow(keys, before: [writer.account.sqlValue], on: connection) {
                earlier[ExactText(try $0.next())] = try $0.next(ID<Event>.self)
            }
        }
    }
}
