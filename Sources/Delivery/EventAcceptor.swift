// The door: an event and a delivery for each webhook that matches, in one transaction; only then is the caller answered.

package import Database
package import Time

package struct Acceptance: Sendable, Equatable {
    package let id: ID<Event>
    /// The idempotency key has been here before; `id` is that event's, and nothing was written.
    package let isDuplicate: Bool
    package let deliveries: Int
}

package struct EventAcceptor: Sendable {
    private let database: Database
    private let ids: IDGenerator
    private let clock: Clock
    private let directory: WebhookDirectory
    private let wake: @Sendable ([ID<Webhook>]) -> Void

    /// - Parameter wake: told which webhooks have something to send, after the commit: `DeliveryEngine.wake`.
    package init(
        database: Database, ids: IDGenerator, clock: Clock, directory: WebhookDirectory, wake: @escaping @Sendable ([ID<Webhook>]) -> Void
    ) {
        self.database = database
        self.ids = ids
        self.clock = clock
        self.directory = directory
        self.wake = wake
    }

    /// Returns when the events are durable, in the order given. Throws `DatabaseError.full` (507) with nothing accepted.
    package func accept(_ events: [NewEvent], for account: ID<Account>) throws -> [Acceptance] {
        guard !events.isEmpty else { return [] }
        // All that can be done outside the transaction is: everybody's writes wait for it.
        let entries = entries(of: events, to: try directory.webhooks(of: account))
        let now = clock.now()
        let acceptances = try database.write { connection in
            try EventWriter(ids: ids, account: account, now: now).write(entries, on: connection)
        }
        let woken = recipients(of: entries, acceptances)
        if !woken.isEmpty { wake(woken) }
        return acceptances
    }

    /// The product's own events, of what the same transaction does: they go out when that is durable, and only then.
    package func accept(_ events: [NewEvent], for account: ID<Account>, on connection: any Connection) throws {
        guard !events.isEmpty else { return }
        let entries = entries(of: events, to: try directory.webhooks(of: account, on: connection))
        let acceptances = try EventWriter(ids: ids, account: account, now: clock.now()).write(entries, on: connection)
        let woken = recipients(of: entries, acceptances)
        if !woken.isEmpty { connection.afterCommit { [wake] in wake(woken) } }
    }

    private func entries(of events: [NewEvent], to webhooks: AccountWebhooks) -> [EventEntry] {
        events.map { event in
            EventEntry(
                event: event, body: String(decoding: event.body, as: UTF8.self), orderKey: OrderKey.of(event.type, data: event.data),
                recipients: webhooks.verdicts(type: event.type, data: event.data).filter(\.verdict.hasDelivery))
        }
    }

    private func recipients(of entries: [EventEntry], _ acceptances: [Acceptance]) -> [ID<Webhook>] {
        var woken: Set<ID<Webhook>> = []
        for (entry, acceptance) in zip(entries, acceptances) where !acceptance.isDuplicate {
            for recipient in entry.recipients where recipient.verdict == .matched { woken.insert(recipient.webhook.id) }
        }
        return Array(woken)
    }
}

struct EventEntry {
    let event: NewEvent
    let body: String
    let orderKey: String?
    let recipients: [Recipient]

    typealias Recipient = (webhook: WebhookConfiguration, verdict: Verdict)
}
