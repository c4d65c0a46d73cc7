// The Test button: a real delivery, signed and recorded like any other, sent at once whatever the webhook's state.

package import Database
import HTTPClient
package import JSON
import Threading
import Time

extension DeliveryEngine {
    /// Sends a `test` event and waits for the answer, 15 s at most. It is not retried, and does not count for its pacing.
    ///
    /// - Parameter context: the account and who pressed the button, as of any event of theirs.
    package func test(_ webhook: ID<Webhook>, context: JSONObject = EventType.test.sampleContext) throws -> TestResult {
        guard let (configuration, _) = try directory.webhook(webhook) else { throw TestFailure.webhookGone }
        return try test(configuration, context: context)
    }

    /// As above, for a configuration that need not be saved yet.
    ///
    /// - Parameter within: what else happens in the transaction that begins it.
    ///
    /// A caller's thread waits for the receiver, so an account has few at a time, and all accounts a quarter of the workers: receivers that
    /// hang must not take every worker.
    package func test(
        _ webhook: WebhookConfiguration, context: JSONObject = EventType.test.sampleContext,
        within: (any Connection) throws -> Void = { _ in }
    ) throws -> TestResult {
        guard webhook.disabledReason != .unreadable else { throw TestFailure.unreadable }
        do {
            return try testsUnderWay.withPlace(of: webhook.account) { try performTest(webhook, context, within) }
        } catch let full as Places<ID<Account>>.Full {
            throw full == .owner ? TestFailure.tooMany : .full
        }
    }

    private func performTest(
        _ webhook: WebhookConfiguration, _ context: JSONObject, _ within: (any Connection) throws -> Void
    ) throws -> TestResult {
        let now = clock.now()
        let event = NewEvent(type: .test, time: now, context: context, data: EventType.test.sample)
        let body = event.body
        let claim = Claim(
            delivery: ids.next(Event.self).delivery(1), webhook: webhook.id, account: webhook.account, freshness: .durable, attempt: 1,
            acceptedAt: now, manual: .no, isTest: true, orderKey: nil, sequence: nil)
        try database.write { connection in
            try connection.execute(
                """
                INSERT INTO events (id, account_id, event_type, event_time, accepted_at, body, is_test)
                VALUES (\(claim.event), \(claim.account), \(event.type.name), \(now), \(now), \(String(decoding: body, as: UTF8.self)), 1)
                """)
            try connection.execute(
                """
                INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, state, next_at,
                    attempt, manual, accepted_at)
                VALUES (\(claim.delivery), \(claim.account), \(claim.webhook), \(webhook.name), \(claim.event), \(event.type.name),
                    \(webhook.url), \(webhook.authentication.kind), 'pending', \(now), 0, 0, \(now))
                """)
            try connection.execute(
                """
                INSERT INTO due (delivery_id, webhook_id, due_at, ready_at, attempt, manual, lease_owner, lease_until)
                VALUES (\(claim.delivery), \(claim.webhook), \(now), \(now), 1, 0, \(epoch), \(now + Claims.lease))
                """)
            try within(connection)
        }
        let request = DeliveryRequest(webhook, keys: SigningKeys(webhook), event: claim.event, sequence: nil, body: body, at: now)
        let transfer = client.send(request.outgoing)
        let completion = Completion(
            claim: claim, version: webhook.version, startedAt: now, url: webhook.url, recordedHeaders: request.recordedHeaders,
            result: transfer)
        let end = clock.now()
        let settlement = Settlement(transfer, of: claim, at: end, random: { 0.5 })
        try database.write { connection in
            _ = try AttemptRecords.write([AttemptRecord(completion, settlement, at: end)], epoch: epoch, on: connection)
        }
        return TestResult(
            event: claim.event, delivery: claim.delivery, isSuccess: settlement.state == .delivered, transfer: transfer,
            requestHeaders: request.recordedHeaders, body: body)
    }
}
