// One transaction of the engine: what came of earlier attempts, leases that are not needed, and new leases.

import Database
import Synchronization
import Time

/// A result that is not written yet, with what it did to its webhook.
struct Unrecorded: Sendable {
    private(set) var record: AttemptRecord
    /// Nil for what was sent before the webhook was changed.
    let pacing: Pacing?
    private(set) var disabled: WebhookConfiguration.DisabledReason?

    init(record: AttemptRecord, pacing: Pacing?, disabled: WebhookConfiguration.DisabledReason?) {
        (self.record, self.pacing, self.disabled) = (record, pacing, disabled)
    }

    private var claim: Claim { record.completion.claim }
    var webhook: ID<Webhook> { claim.webhook }
    var account: ID<Account> { claim.account }
    var version: Int { record.completion.version }

    /// As it is when somebody changed the webhook before this was written: without effect on it, and to go on to what it is now.
    mutating func outdate(at now: Timestamp) {
        disabled = nil
        var settlement = record.settlement
        settlement.goOn(claim, at: now)
        record = AttemptRecord(record.completion, settlement, at: record.finishedAt)
    }

    /// Somebody set the clock.
    mutating func shift(by step: Duration) {
        guard let nextAt = record.settlement.nextAt else { return }
        var settlement = record.settlement
        settlement.nextAt = nextAt + step
        record = AttemptRecord(record.completion, settlement, at: record.finishedAt)
    }
}

struct Turn: Sendable {
    struct Outcome: Sendable {
        var claimed: [ClaimedDelivery] = []
        /// Of these a person asked for an attempt.
        var forced: [ClaimedDelivery] = []
        /// How many due deliveries were found for each webhook that had room.
        var found: [ID<Webhook>: Int] = [:]
    }

    let records: [Unrecorded]
    let demands: [Claims.Demand]
    /// Due, and known by name.
    let retries: [ID<WebhookDelivery>]
    let forced: [ID<WebhookDelivery>: ID<Webhook>]
    let givenBack: [Claim]
    let claims: Claims
    let whenDisabled: DeliveryEngine.WhenDisabled

    var isEmpty: Bool { records.isEmpty && demands.isEmpty && forced.isEmpty && givenBack.isEmpty }

    func run(on connection: any Connection) throws -> Outcome {
        let records = try disabling(on: connection)
        let applied = try AttemptRecords.write(records.map { $0.record }, epoch: claims.epoch, on: connection)
        var totals = WebhookTotals()
        for one in records where applied.contains(one.record.completion.claim.delivery) {
            totals.add(one.record, pacing: one.pacing, disabled: one.disabled)
        }
        try totals.write(on: connection)
        if !givenBack.isEmpty { try claims.giveBack(givenBack, on: connection) }
        var outcome = Outcome()
        outcome.forced = try claims.take(Array(forced.keys), on: connection)
        let retried = try claims.take(retries, on: connection)
        (outcome.claimed, outcome.found) = try claims.take(demands.filter { $0.limit > 0 }, on: connection)
        outcome.claimed += retried
        return outcome
    }

    /// Switches off what has to be. Somebody may just have changed the webhook: then it stays on, and what failed goes on to it.
    private func disabling(on connection: any Connection) throws -> [Unrecorded] {
        var records = records
        for one in self.records {
            guard let reason = one.disabled else { continue }
            if try WebhookTotals.disable(one.webhook, reason, version: one.version, on: connection) {
                try whenDisabled(one.webhook, one.account, reason, connection)
            } else {
                for index in records.indices where records[index].webhook == one.webhook { records[index].outdate(at: claims.now) }
            }
        }
        return records
    }
}
