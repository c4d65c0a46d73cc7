// Leasing: which deliveries may go now, taken with their bodies, marked as ours, and their attempts begun, in few statements.

import Database
import Time

/// A delivery to send: what is kept while it is under way, and its body, which is not.
struct ClaimedDelivery: Sendable {
    let claim: Claim
    let body: [UInt8]
}

struct Claims: Sendable {
    /// Longer than the longest request by half a minute (webhooks.md § From event to receiver).
    static let lease = DeliveryRequest.totalTimeout + .seconds(30)

    struct Demand: Sendable {
        let webhook: ID<Webhook>
        let limit: Int
    }

    let epoch: Int64
    let now: Timestamp
    /// The URL that the attempt goes to, which may have changed since the event was accepted.
    let urls: [ID<Webhook>: String]

    /// For each webhook as many as demanded and due, the longest due first.
    func take(_ demands: [Demand], on connection: any Connection) throws -> (claimed: [ClaimedDelivery], found: [ID<Webhook>: Int]) {
        var candidates: [Candidate] = []
        var start = 0
        while start < demands.count {
            let shape = min(Self.shapes.count - 1, Int.bitWidth - 1 - (demands.count - start).leadingZeroBitCount)
            let end = start + 1 << shape
            var values: [SQLValue] = []
            for demand in demands[start..<end] {
                values += [demand.webhook.sqlValue, now.sqlValue, demand.limit.sqlValue]
            }
            try connection.forEachRow(Self.shapes[shape].binding(values)) { candidates.append(try Candidate($0)) }
            start = end
        }
        var found: [ID<Webhook>: Int] = [:]
        for candidate in candidates { found[candidate.webhook, default: 0] += 1 }
        return (try lease(candidates, on: connection), found)
    }

    /// Those that people asked for, whatever else their webhook has under way.
    func take(_ deliveries: [ID<WebhookDelivery>], on connection: any Connection) throws -> [ClaimedDelivery] {
        var candidates: [Candidate] = []
        try Self.selectForced.forEachRow(deliveries.map(\.sqlValue), on: connection) { candidates.append(try Candidate($0)) }
        return try lease(candidates, on: connection)
    }

    /// Undoes leases of which nothing was sent: they were never attempts.
    func giveBack(_ claims: [Claim], on connection: any Connection) throws {
        try Self.markPending.execute(claims.map(\.delivery.sqlValue), before: [.integer(epoch)], on: connection)
        // Earlier attempts of these deliveries are finished.
        try Self.deleteAttempts.execute(claims.map(\.delivery.sqlValue), on: connection)
    }

    private func lease(_ candidates: [Candidate], on connection: any Connection) throws -> [ClaimedDelivery] {
        var leased: [SQLValue] = []
        var attempts: [SQLValue] = []
        var expired: [SQLValue] = []
        var claimed: [ClaimedDelivery] = []
        for candidate in candidates {
            let freshness = EventCatalogue.standard.type(named: candidate.eventType)?.freshness ?? .durable
            if freshness == .live, candidate.manual == .no, candidate.acceptedAt + RetrySchedule.liveLifetime < now {
                expired.append(candidate.delivery.sqlValue)
                continue
            }
            let claim = candidate.claim(freshness)
            leased.append(claim.delivery.sqlValue)
            attempts += [
                claim.delivery.sqlValue, claim.attempt.sqlValue, claim.account.sqlValue, now.sqlValue, .text(urls[claim.webhook] ?? ""),
                (claim.manual != .no).sqlValue,
            ]
            claimed.append(ClaimedDelivery(claim: claim, body: Array(candidate.body.utf8)))
        }
        try Self.markExpired.execute(expired, before: [now.sqlValue], on: connection)
        try Self.markLeased.execute(leased, before: [.integer(epoch), (now + Self.lease).sqlValue], on: connection)
        try Self.insertAttempts.execute(attempts, on: connection)
        return claimed
    }

    /// A row of the selections below.
    private struct Candidate {
        let delivery: ID<WebhookDelivery>
        let event: ID<Event>
        let webhook: ID<Webhook>
        let account: ID<Account>
        let eventType: String
        let isOrdered: Bool
        let attempt: Int
        let acceptedAt: Timestamp
        let manual: Claim.Manual
        let body: String

        init(_ row: Row) throws {
            delivery = try row.next()
            event = try row.next()
            webhook = try row.next()
            account = try row.next()
            eventType = try row.next()
            isOrdered = try row.next(String?.self) != nil
            attempt = try row.next()
            acceptedAt = try row.next()
            manual = Claim.Manual(rawValue: try row.next()) ?? .no
            body = try row.next()
        }

        func claim(_ freshness: Freshness) -> Claim {
            Claim(
                delivery: delivery, event: event, webhook: webhook, account: account, freshness: freshness, attempt: attempt + 1,
                acceptedAt: acceptedAt, manual: manual, isTest: false, isOrdered: isOrdered)
        }
    }

    private static let columns: SQL = """
        SELECT d.id, d.event_id, d.webhook_id, d.account_id, d.event_type, d.order_key, d.attempt, d.accepted_at, d.manual, e.body
        FROM deliveries d JOIN events e ON e.id = d.event_id\u{20}
        """

    /// One webhook's due deliveries. Of those about one call only the first that is not settled may go, and it alone.
    private static let selectDue: SQL =
        columns + """
            WHERE d.webhook_id = \(String?.none) AND d.settled_at IS NULL AND d.next_at <= \(Int?.none) AND d.state = 'pending'
                AND (d.order_key IS NULL OR NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.webhook_id = d.webhook_id
                    AND o.order_key = d.order_key AND o.settled_at IS NULL AND o.order_key IS NOT NULL AND o.id < d.id))
            ORDER BY d.next_at LIMIT \(Int?.none)
            """

    /// For 1, 2, 4, 8 and 16 webhooks at once.
    private static let shapes: [SQL] = (0...4).map { exponent in
        Array(repeating: "SELECT * FROM (\(selectDue)) AS due" as SQL, count: 1 << exponent).joined(by: " UNION ALL ")
    }

    private static let selectForced = BulkStatement(columns + "WHERE d.state = 'pending' AND d.id IN (VALUES ", columns: 1, ")")

    private static let markLeased = BulkStatement(
        """
        UPDATE deliveries SET state = 'leased', lease_owner = \(Int?.none), lease_until = \(Int?.none), attempt = attempt + 1
        WHERE id IN (VALUES\u{20}
        """,
        columns: 1, ")")

    private static let markPending = BulkStatement(
        """
        UPDATE deliveries SET state = 'pending', lease_owner = NULL, lease_until = NULL, attempt = attempt - 1
        WHERE state = 'leased' AND lease_owner = \(Int?.none) AND id IN (VALUES\u{20}
        """,
        columns: 1, ")")

    private static let deleteAttempts = BulkStatement(
        "DELETE FROM attempts WHERE finished_at IS NULL AND delivery_id IN (VALUES ", columns: 1, ")")

    private static let markExpired = BulkStatement(
        "UPDATE deliveries SET state = 'expired', next_at = NULL, settled_at = \(Int?.none) WHERE id IN (VALUES ", columns: 1, ")")

    private static let insertAttempts = BulkStatement(
        "INSERT INTO attempts (delivery_id, number, account_id, started_at, url, is_manual) VALUES ", columns: 6)
}
