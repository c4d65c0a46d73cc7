// What is still to come of deliveries: `due` has what may go, each call's first alone; `waiting` has what comes behind it in its call;
// what a pause keeps is in neither. So the claim reads nothing in vain, however much waits.
//
// A row of `due` with an order key is the head of its call, and the index on it lets there be one. It loses the key when it steps aside
// (webhooks.md § Order), and the next of its call becomes the head.

import Database
import Time

enum DeliveryQueue {
    /// Those of a webhook that are not under way. What is under way ends as it ends.
    private static func idle(of webhook: ID<Webhook>) -> SQL {
        """
        SELECT delivery_id FROM due WHERE webhook_id = \(webhook) AND lease_owner IS NULL
        UNION ALL SELECT delivery_id FROM waiting WHERE webhook_id = \(webhook)
        """
    }

    /// All that a webhook has still to get, and is not under way: pending or kept by a pause.
    private static func unsent(of webhook: ID<Webhook>) -> SQL {
        idle(of: webhook) + " UNION ALL SELECT id FROM deliveries WHERE webhook_id = \(webhook) AND state = 'held'"
    }

    private static func clear(_ webhook: ID<Webhook>, on connection: any Connection) throws {
        try connection.execute("DELETE FROM due WHERE webhook_id = \(webhook) AND lease_owner IS NULL")
        try connection.execute("DELETE FROM waiting WHERE webhook_id = \(webhook)")
    }

    /// Ends all that a webhook has still to get.
    ///
    /// - Returns: how many deliveries that were.
    @discardableResult
    static func settle(
        all webhook: ID<Webhook>, as state: DeliveryState, at time: Timestamp, on connection: any Connection
    ) throws -> Int {
        let changed = try connection.execute(
            """
            UPDATE deliveries SET state = \(state.unlessDelivered), next_at = NULL, settled_at = \(time), manual = 0
            WHERE id IN (\(unsent(of: webhook)))
            """)
        try clear(webhook, on: connection)
        return changed
    }

    /// Keeps back what is not under way.
    static func hold(_ webhook: ID<Webhook>, on connection: any Connection) throws {
        try connection.execute("UPDATE deliveries SET state = 'held', next_at = NULL WHERE id IN (\(idle(of: webhook)))")
        try clear(webhook, on: connection)
    }

    /// Lets go what a pause has kept, each call in its order.
    ///
    /// - Returns: how many deliveries that were.
    static func release(_ webhook: ID<Webhook>, at now: Timestamp, on connection: any Connection) throws -> Int {
        let held: SQL = "FROM deliveries d JOIN events e ON e.id = d.event_id WHERE d.webhook_id = \(webhook) AND d.state = 'held'"
        // Accepted while the pause ended: younger than what was kept of the same call.
        let younger: SQL = """
            webhook_id = \(webhook) AND lease_owner IS NULL AND attempt = 0 AND order_key IN (SELECT e.order_key \(held))
            """
        let displaced = try connection.execute(
            "INSERT INTO waiting (delivery_id, webhook_id, order_key) SELECT delivery_id, webhook_id, order_key FROM due WHERE \(younger)")
        if displaced > 0 { try connection.execute("DELETE FROM due WHERE \(younger)") }
        let queued = try connection.execute(
            """
            INSERT INTO due (delivery_id, webhook_id, due_at, ready_at, order_key, attempt, manual)
            SELECT d.id, d.webhook_id, \(now), \(now), CASE WHEN d.attempt < \(RetrySchedule.orderedAttempts) THEN e.order_key END,
                d.attempt, d.manual \(held)
            ORDER BY d.id ON CONFLICT (webhook_id, order_key) WHERE order_key IS NOT NULL DO NOTHING
            """)
        // Everybody's writes wait for this: most often each is alone in its call, and looking for the others takes as long again.
        let all = try connection.value("SELECT COUNT(*) FROM deliveries WHERE webhook_id = \(webhook) AND state = 'held'", as: Int.self)
        if queued != all {
            try connection.execute(
                """
                INSERT INTO waiting (delivery_id, webhook_id, order_key) SELECT d.id, d.webhook_id, e.order_key \(held)
                    AND NOT EXISTS (SELECT 1 FROM due q WHERE q.delivery_id = d.id)
                """)
        }
        return try connection.execute(
            "UPDATE deliveries SET state = 'pending', next_at = \(now) WHERE webhook_id = \(webhook) AND state = 'held'")
    }

    /// Makes one due now that somebody asked for, whatever it waited for: settled, behind its call, or until its next attempt.
    static func bringForward(_ delivery: ID<WebhookDelivery>, at now: Timestamp, on connection: any Connection) throws {
        let moved = try connection.execute(
            """
            UPDATE due SET due_at = \(now), ready_at = \(now), manual = (SELECT d.manual FROM deliveries d WHERE d.id = due.delivery_id)
            WHERE delivery_id = \(delivery)
            """)
        guard moved == 0 else { return }
        try connection.execute("DELETE FROM waiting WHERE delivery_id = \(delivery)")
        try connection.execute(
            """
            INSERT INTO due (delivery_id, webhook_id, due_at, ready_at, attempt, manual)
            SELECT id, webhook_id, \(now), \(now), attempt, manual FROM deliveries WHERE id = \(delivery)
            """)
    }

    /// Ends live news that is too old by now, wherever it waits.
    static func expireLive(of webhook: ID<Webhook>, at now: Timestamp, on connection: any Connection) throws {
        let live = EventCatalogue.standard.types.filter { $0.freshness == .live }.map(\.name)
        let expired = try connection.rows(
            """
            SELECT id FROM deliveries WHERE id IN (\(unsent(of: webhook))) AND event_type IN (\(list: live))
                AND accepted_at < \(now - RetrySchedule.liveLifetime) AND manual = 0
            """
        ) { try $0.next(ID<WebhookDelivery>.self) }
        try expire(expired, at: now, on: connection)
        if !expired.isEmpty { try stepUp(all: webhook, at: now, on: connection) }
    }

    /// Whoever calls this lets what waited behind them step up.
    static func expire(_ deliveries: [ID<WebhookDelivery>], at now: Timestamp, on connection: any Connection) throws {
        guard !deliveries.isEmpty else { return }
        let ids = deliveries.map(\.sqlValue)
        try markExpired.execute(ids, before: [now.sqlValue], on: connection)
        try deleteDue.execute(ids, on: connection)
        try deleteWaiting.execute(ids, on: connection)
    }

    /// Ends what a pause has kept, unless it was let go meanwhile.
    static func expireHeld(_ deliveries: [ID<WebhookDelivery>], at now: Timestamp, on connection: any Connection) throws -> Int {
        try markHeldExpired.execute(deliveries.map(\.sqlValue), before: [now.sqlValue], on: connection)
    }

    // MARK: Order

    /// A call of which the head has settled or stepped aside.
    struct Call: Hashable {
        let webhook: ID<Webhook>
        let key: String
    }

    /// What waited behind them is the new head.
    static func stepUp(_ calls: [Call], at now: Timestamp, on connection: any Connection) throws {
        guard !calls.isEmpty else { return }
        var next: [SQLValue] = []
        try selectNext.forEachRow(calls.flatMap { [$0.webhook.sqlValue, .text($0.key)] }, on: connection) { row in
            if let delivery = try row.next(ID<WebhookDelivery>?.self) { next.append(delivery.sqlValue) }
        }
        try stepUp(next, at: now, on: connection)
    }

    /// As above, of all calls of a webhook.
    private static func stepUp(all webhook: ID<Webhook>, at now: Timestamp, on connection: any Connection) throws {
        let next = try connection.rows(
            """
            SELECT MIN(w.delivery_id) FROM waiting w WHERE w.webhook_id = \(webhook)
                AND NOT EXISTS (SELECT 1 FROM due q WHERE q.webhook_id = w.webhook_id AND q.order_key = w.order_key)
            GROUP BY w.order_key
            """
        ) { try $0.next(ID<WebhookDelivery>.self).sqlValue }
        try stepUp(next, at: now, on: connection)
    }

    private static func stepUp(_ deliveries: [SQLValue], at now: Timestamp, on connection: any Connection) throws {
        guard !deliveries.isEmpty else { return }
        try insertNext.execute(deliveries, before: [now.sqlValue, now.sqlValue, now.sqlValue], on: connection)
        try deleteWaiting.execute(deliveries, on: connection)
    }

    // MARK: Statements

    private static let markExpired = BulkStatement(
        "UPDATE deliveries SET state = 'expired', next_at = NULL, settled_at = \(Int?.none), manual = 0 WHERE id IN (VALUES ", columns: 1,
        ")")

    private static let markHeldExpired = BulkStatement(
        """
        UPDATE deliveries SET state = CASE WHEN manual = 3 THEN 'delivered' ELSE 'expired' END, settled_at = \(Int?.none), manual = 0
        WHERE state = 'held' AND id IN (VALUES\u{20}
        """,
        columns: 1, ")")

    static let deleteDue = BulkStatement(
        "DELETE FROM due WHERE delivery_id IN (VALUES ", columns: 1, ")", isRepeatable: true)

    private static let deleteWaiting = BulkStatement("DELETE FROM waiting WHERE delivery_id IN (VALUES ", columns: 1, ")")

    private static let selectNext = BulkStatement(
        "WITH freed (webhook_id, order_key) AS (VALUES ", columns: 2,
        """
        ) SELECT (SELECT MIN(w.delivery_id) FROM waiting w WHERE w.webhook_id = freed.webhook_id AND w.order_key = freed.order_key)
        FROM freed
        """, isRepeatable: true)

    private static let insertNext = BulkStatement(
        """
        INSERT INTO due (delivery_id, webhook_id, due_at, ready_at, order_key, attempt, manual)
        SELECT w.delivery_id, w.webhook_id, CASE WHEN d.next_at < \(Int?.none) THEN d.next_at ELSE \(Int?.none) END, \(Int?.none),
            w.order_key, d.attempt, d.manual
        FROM waiting w JOIN deliveries d ON d.id = w.delivery_id WHERE w.delivery_id IN (VALUES\u{20}
        """,
        columns: 1, ")")
}
