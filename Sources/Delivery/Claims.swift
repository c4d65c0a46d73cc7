// Leasing: which deliveries may go now, taken with their bodies and marked as ours, in few statements. The lease is all that tells of
// an attempt until it has ended.

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
        try Self.markIdle.execute(claims.map(\.delivery.sqlValue), before: [.integer(epoch)], on: connection)
    }

    private func lease(_ candidates: [Candidate], on connection: any Connection) throws -> [ClaimedDelivery] {
        var leased: [SQLValue] = []
        var expired: [Claim] = []
        var claimed: [ClaimedDelivery] = []
        for candidate in candidates {
            let freshness = EventCatalogue.standard.type(named: candidate.eventType)?.freshness ?? .durable
            let claim = candidate.claim(freshness)
            if freshness == .live, candidate.manual == .no, candidate.acceptedAt + RetrySchedule.liveLifetime < now {
                expired.append(claim)
                continue
            }
            leased.append(claim.delivery.sqlValue)
            claimed.append(ClaimedDelivery(claim: claim, body: Array(candidate.body.utf8)))
        }
        try DeliveryQueue.expire(expired.map(\.delivery), at: now, on: connection)
        try DeliveryQueue.stepUp(expired.compactMap(\.call), at: now, on: connection)
        let count = try Self.markLeased.execute(leased, before: [.integer(epoch), (now + Self.lease).sqlValue], on: connection)
        // Somebody else was there first; all of it is undone, and what is left is found again.
        guard count == leased.count else { throw DatabaseError.engine("deliveries were taken by another process") }
        return claimed
    }

    /// A row of the selections below.
    private struct Candidate {
        let delivery: ID<WebhookDelivery>
        let webhook: ID<Webhook>
        let orderKey: String?
        let attempt: Int
        let manual: Claim.Manual
        let account: ID<Account>
        let eventType: String
        let acceptedAt: Timestamp
        let sequence: Int?
        let body: String

        init(_ row: Row) throws {
            delivery = try row.next()
            webhook = try row.next()
            orderKey = try row.next()
            attempt = try row.next()
            manual = Claim.Manual(rawValue: try row.next()) ?? .no
            account = try row.next()
            eventType = try row.next()
            acceptedAt = try row.next()
            sequence = try row.next()
            body = try row.next()
        }

        func claim(_ freshness: Freshness) -> Claim {
            Claim(
                delivery: delivery, webhook: webhook, account: account, freshness: freshness, attempt: attempt + 1,
                acceptedAt: acceptedAt, manual: manual, isTest: false, orderKey: orderKey, sequence: sequence)
        }
    }

    /// An event's id is its delivery's without the last six bits.
    private static let columns: SQL = """
        SELECT q.delivery_id, q.webhook_id, q.order_key, q.attempt, q.manual, e.account_id, e.event_type, e.accepted_at, e.sequence, e.body
        FROM due q JOIN events e ON e.id = q.delivery_id - q.delivery_id % 64\u{20}
        """

    /// One webhook's due deliveries. Of those about one call only the first is there.
    private static let selectDue: SQL =
        columns + """
            WHERE q.webhook_id = \(String?.none) AND q.due_at <= \(Int?.none) AND q.lease_owner IS NULL
            ORDER BY q.due_at, q.delivery_id LIMIT \(Int?.none)
            """

    /// For 1, 2, 4, 8 and 16 webhooks at once.
    private static let shapes: [SQL] = (0...4).map { exponent in
        Array(repeating: "SELECT * FROM (\(selectDue)) AS due" as SQL, count: 1 << exponent).joined(by: " UNION ALL ")
    }

    private static let selectForced = BulkStatement(columns + "WHERE q.lease_owner IS NULL AND q.delivery_id IN (VALUES ", columns: 1, ")")

    private static let markLeased = BulkStatement(
        """
        UPDATE due SET lease_owner = \(Int?.none), lease_until = \(Int?.none), attempt = attempt + 1
        WHERE lease_owner IS NULL AND delivery_id IN (VALUES\u{20}
        """,
        columns: 1, ")", isRepeatable: true)

    private static let markIdle = BulkStatement(
        """
        UPDATE due SET lease_owner = NULL, lease_until = NULL, attempt = attempt - 1
        WHERE lease_owner = \(Int?.none) AND delivery_id IN (VALUES\u{20}
        """,
        columns: 1, ")", isRepeatable: true)

    /// For tests: how a claim of one webhook goes about it.
    static func explained(_ webhook: ID<Webhook>, at now: Timestamp, on connection: any Connection) throws -> [String] {
        try connection.plan(of: shapes[0].binding([webhook.sqlValue, now.sqlValue, .integer(8)]))
    }
}
