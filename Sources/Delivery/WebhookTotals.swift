// What a batch of results changes about its webhooks: counts, the last result, the circuit, and whether they go on at all.

import Database
import Time

struct WebhookTotals {
    private struct Change {
        var delivered = 0
        var lastResult = ""
        var lastAt: Timestamp
        var circuit: Circuit
        var disabled: WebhookConfiguration.DisabledReason?
    }

    private var changes: [ID<Webhook>: Change] = [:]

    mutating func add(_ record: AttemptRecord, circuit: Circuit, disabled: WebhookConfiguration.DisabledReason?) {
        let webhook = record.completion.claim.webhook
        var change = changes[webhook] ?? Change(lastAt: record.finishedAt, circuit: circuit)
        if record.settlement.effect == .success { change.delivered += 1 }
        change.lastResult = record.shownResult
        change.lastAt = record.finishedAt
        change.circuit = circuit
        change.disabled = disabled ?? change.disabled
        changes[webhook] = change
    }

    func write(on connection: any Connection) throws {
        var values: [SQLValue] = []
        for (webhook, change) in changes {
            values += [
                webhook.sqlValue, change.delivered.sqlValue, .text(change.lastResult), change.lastAt.sqlValue,
                change.circuit.failuresInRow.sqlValue, change.circuit.firstFailureAt.sqlValue,
                change.circuit.probeAt.sqlValue,
                change.circuit.probeInterval.map { $0.components.seconds * 1000 }.sqlValue,
                change.disabled.sqlValue,
            ]
        }
        try Self.update.execute(values, on: connection)
        for (webhook, change) in changes where change.disabled != nil {
            try Self.settleDisabled(webhook, at: change.lastAt, on: connection)
        }
    }

    /// What a disabled webhook had still to send has failed: the history shows it, and it can be sent again from there.
    static func settleDisabled(_ webhook: ID<Webhook>, at time: Timestamp, on connection: any Connection) throws {
        try DeliveryQueue.settle(all: webhook, as: .failed, at: time, on: connection)
    }

    /// One under way is settled when it ends, with the outcome that it had.
    static func discardDeleted(_ webhook: ID<Webhook>, at time: Timestamp, on connection: any Connection) throws {
        try DeliveryQueue.settle(all: webhook, as: .discarded, at: time, on: connection)
    }

    private static let update = BulkStatement(
        """
        WITH change (id, delivered, last_result, last_at, failures, first_failure_at, probe_at, probe_interval, disabled) AS (VALUES\u{20}
        """,
        columns: 9,
        """
        ) UPDATE webhooks SET delivered_count = webhooks.delivered_count + change.delivered, last_result = change.last_result,
            last_at = change.last_at, failures_in_row = change.failures, first_failure_at = change.first_failure_at,
            probe_at = change.probe_at, probe_interval = change.probe_interval,
            is_enabled = CASE WHEN change.disabled IS NULL THEN webhooks.is_enabled ELSE 0 END,
            disabled_reason = COALESCE(change.disabled, webhooks.disabled_reason)
        FROM change WHERE webhooks.id = change.id
        """)
}
