// One transaction of the engine: what came of earlier attempts, leases that are not needed, and new leases.

import Database
import Synchronization
import Time

/// A result that is not written yet, with what it did to its webhook.
struct Unrecorded: Sendable {
    let record: AttemptRecord
    let circuit: Circuit
    let disabled: WebhookConfiguration.DisabledReason?
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
    let forced: [ID<WebhookDelivery>: ID<Webhook>]
    let givenBack: [Claim]
    let claims: Claims

    var isEmpty: Bool { records.isEmpty && demands.isEmpty && forced.isEmpty && givenBack.isEmpty }

    func run(on connection: any Connection) throws -> Outcome {
        let applied = try AttemptRecords.write(records.map { $0.record }, epoch: claims.epoch, on: connection)
        var totals = WebhookTotals()
        for one in records where applied.contains(one.record.completion.claim.delivery) {
            totals.add(one.record, circuit: one.circuit, disabled: one.disabled)
        }
        try totals.write(on: connection)
        if !givenBack.isEmpty { try claims.giveBack(givenBack, on: connection) }
        var outcome = Outcome()
        outcome.forced = try claims.take(Array(forced.keys), on: connection)
        (outcome.claimed, outcome.found) = try claims.take(demands, on: connection)
        return outcome
    }
}
