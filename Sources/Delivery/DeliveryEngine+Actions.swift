// What people ask of the engine from the pages: another attempt, a pause, its end.

package import Database
import HTTPClient
import Time

extension DeliveryEngine {
    /// One more attempt now, also of a delivery that is settled; in the history it is marked as asked for.
    ///
    /// Within the caller's transaction; after it, `hurry`.
    ///
    /// - Returns: its webhook; nil when there is nothing to be done: no such delivery in the account, an attempt of it is under way,
    ///   or its webhook is deleted, disabled or paused, or the account's integration is off or the account suspended.
    package func retry(_ delivery: ID<WebhookDelivery>, in account: ID<Account>, on connection: any Connection) throws -> ID<Webhook>? {
        guard try !directory.isSuspended(account, on: connection) else { return nil }
        let now = clock.now()
        // The webhook's state is asked for within the transaction: what is cached may have just changed.
        // Brought forward, an unsettled delivery continues with its schedule; a settled one gets this single attempt.
        let webhook = try connection.first(
            """
            UPDATE deliveries SET state = 'pending', next_at = \(now), settled_at = NULL,
                manual = CASE WHEN settled_at IS NULL AND manual > 0 THEN manual
                    WHEN settled_at IS NULL THEN \(Claim.Manual.early.rawValue)
                    WHEN state = 'delivered' THEN \(Claim.Manual.afterDelivery.rawValue)
                    ELSE \(Claim.Manual.again.rawValue) END
            WHERE id = \(delivery) AND account_id = \(account)
                AND NOT EXISTS (SELECT 1 FROM due WHERE due.delivery_id = deliveries.id AND due.lease_owner IS NOT NULL)
                AND EXISTS (SELECT 1 FROM webhooks w JOIN webhook_settings s ON s.account_id = w.account_id
                    WHERE w.id = deliveries.webhook_id AND w.is_enabled = 1 AND w.is_paused = 0 AND s.is_enabled = 1)
            RETURNING webhook_id
            """
        ) { try $0.next(ID<Webhook>.self) }
        if webhook != nil { try DeliveryQueue.bringForward(delivery, at: now, on: connection) }
        return webhook
    }

    /// Sends a delivery that `retry` has made due, without waiting for its turn.
    package func hurry(_ delivery: ID<WebhookDelivery>, to webhook: ID<Webhook>) {
        inbox.force(delivery, to: webhook)
    }

    /// How long what comes while a webhook is paused is kept (product.md § 8).
    package static let maximumPause = Duration.seconds(7 * 24 * 3600)

    /// Pauses: what is still to come, and what is accepted from now on, is kept. Attempts under way end as they end. Within the
    /// caller's transaction; after it, `directory.invalidate`.
    ///
    /// - Returns: false when there is no such webhook in the account, or it is paused already.
    package func hold(_ webhook: ID<Webhook>, of account: ID<Account>, on connection: any Connection) throws -> Bool {
        let now = clock.now()
        let changed = try connection.execute(
            """
            UPDATE webhooks SET is_paused = 1, version = version + 1, updated_at = \(now)
            WHERE id = \(webhook) AND account_id = \(account) AND is_paused = 0
            """)
        guard changed == 1 else { return false }
        try DeliveryQueue.hold(webhook, on: connection)
        return true
    }

    /// Ends a pause, and either lets everything kept go, in its order, or gives it up. Real-time events that are too old by now expire.
    /// Within the caller's transaction; after it, `directory.invalidate` and `wake`.
    ///
    /// - Returns: how many deliveries were released or discarded; nil when there is no such webhook or it is not paused.
    package func resume(
        _ webhook: ID<Webhook>, of account: ID<Account>, discarding: Bool, on connection: any Connection
    ) throws -> Int? {
        let now = clock.now()
        let changed = try connection.execute(
            """
            UPDATE webhooks SET is_paused = 0, version = version + 1, updated_at = \(now)
            WHERE id = \(webhook) AND account_id = \(account) AND is_paused = 1
            """)
        guard changed == 1 else { return nil }
        if discarding { return try DeliveryQueue.settle(all: webhook, as: .discarded, at: now, on: connection) }
        try DeliveryQueue.expireLive(of: webhook, at: now, on: connection)
        return try DeliveryQueue.release(webhook, at: now, on: connection)
    }
}
