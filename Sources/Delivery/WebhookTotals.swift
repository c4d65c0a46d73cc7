// What a batch of results changes about its webhooks: counts, the last result, how it is paced, and whether they go on at all.

import Database
import Time

struct WebhookTotals {
    private struct Change {
        var delivered = 0
        var lastResult = ""
        var lastAt: Timestamp
        var pacing: Pacing
        /// That of the webhook for which all this holds.
        var version: Int
        var disabled: WebhookConfiguration.DisabledReason?

        /// Disabling raises it, which has been done.
        var storedVersion: Int { version + (disabled == nil ? 0 : 1) }
    }

    private var changes: [ID<Webhook>: Change] = [:]
    /// What was delivered to what webhooks were before a change, which is all that counts of it.
    private var late: [ID<Webhook>: Int] = [:]

    /// - Parameter pacing: nil for what was sent before the webhook was changed.
    mutating func add(_ record: AttemptRecord, pacing: Pacing?, disabled: WebhookConfiguration.DisabledReason?) {
        let webhook = record.completion.claim.webhook
        let delivered = record.settlement.effect == .success ? 1 : 0
        guard let pacing else { return late[webhook, default: 0] += delivered }
        let version = record.completion.version
        var change = changes[webhook] ?? Change(lastAt: record.finishedAt, pacing: pacing, version: version)
        if version != change.version {
            late[webhook, default: 0] += change.delivered
            change = Change(lastAt: record.finishedAt, pacing: pacing, version: version)
        }
        change.delivered += delivered
        change.lastResult = record.shownResult
        change.lastAt = record.finishedAt
        change.pacing = pacing
        change.disabled = disabled ?? change.disabled
        changes[webhook] = change
    }

    func write(on connection: any Connection) throws {
        var values: [SQLValue] = []
        for (webhook, change) in changes {
            values += [
                webhook.sqlValue, change.storedVersion.sqlValue, change.delivered.sqlValue, .text(change.lastResult),
                change.lastAt.sqlValue, change.pacing.failuresInRow.sqlValue, change.pacing.firstFailureAt.sqlValue,
                change.pacing.failingFor.stored.sqlValue, change.pacing.restingSince.sqlValue, change.pacing.probeAt.sqlValue,
                (change.pacing.probeInterval?.stored).sqlValue,
            ]
        }
        var late = late
        if try Self.update.execute(values, on: connection) < changes.count {
            // Somebody changed or deleted one of them a moment ago.
            for (webhook, change) in changes {
                let version = try connection.value("SELECT version FROM webhooks WHERE id = \(webhook)", as: Int.self)
                if version != change.storedVersion { late[webhook, default: 0] += change.delivered }
            }
        }
        for (webhook, delivered) in late where delivered > 0 {
            try connection.execute("UPDATE webhooks SET delivered_count = delivered_count + \(delivered) WHERE id = \(webhook)")
        }
        for (webhook, change) in changes where change.disabled != nil {
            try Self.settleDisabled(webhook, at: change.lastAt, on: connection)
        }
    }

    /// Switches the webhook off, which is a change like any other: whoever has it open in a form is told.
    ///
    /// - Returns: false when it is not at that version any more.
    static func disable(
        _ webhook: ID<Webhook>, _ reason: WebhookConfiguration.DisabledReason, version: Int, on connection: any Connection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE webhooks SET is_enabled = 0, disabled_reason = \(reason), version = version + 1
            WHERE id = \(webhook) AND version = \(version)
            """) == 1
    }

    /// What a disabled webhook had still to send has failed: the history shows it, and it can be sent again from there.
    static func settleDisabled(_ webhook: ID<Webhook>, at time: Timestamp, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE deliveries SET state = \(DeliveryState.failed.unlessDelivered), next_at = NULL, settled_at = \(time)
            WHERE webhook_id = \(webhook) AND settled_at IS NULL AND state <> \(DeliveryState.leased)
            """)
    }

    /// One under way is settled when it ends, with the outcome that it had.
    static func discardDeleted(_ webhook: ID<Webhook>, at time: Timestamp, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE deliveries SET state = \(DeliveryState.discarded.unlessDelivered), settled_at = \(time), next_at = NULL
            WHERE webhook_id = \(webhook) AND settled_at IS NULL AND state <> \(DeliveryState.leased)
            """)
    }

    private static let update = BulkStatement(
        """
        WITH change (id, version, delivered, last_result, last_at, failures, first_failure_at, failing_for, resting_since, probe_at,
            probe_interval) AS (VALUES\u{20}
        """,
        columns: 11,
        """
        ) UPDATE webhooks SET delivered_count = webhooks.delivered_count + change.delivered, last_result = change.last_result,
            last_at = change.last_at, failures_in_row = change.failures, first_failure_at = change.first_failure_at,
            failing_for = change.failing_for, resting_since = change.resting_since, probe_at = change.probe_at,
            probe_interval = change.probe_interval
        FROM change WHERE webhooks.id = change.id AND webhooks.version = change.version
        """)
}

extension Duration {
    /// As a column has it: in milliseconds.
    var stored: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
