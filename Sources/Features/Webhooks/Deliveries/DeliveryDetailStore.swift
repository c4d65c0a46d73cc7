// The SQL of one delivery in full.

import Database
import Delivery
import HTTPClient
import Time

struct DeliveryDetail {
    private(set) var id = ID<WebhookDelivery>(value: 0)
    private(set) var webhook = ID<Webhook>(value: 0)
    private(set) var webhookName = ""
    private(set) var event = ID<Event>(value: 0)
    private(set) var eventType = ""
    private(set) var url = ""
    private(set) var authentication = Credential.Kind.none
    private(set) var orderKey: String?
    /// Its event's number among those of the call.
    private(set) var sequence: Int?
    private(set) var state = DeliveryState.pending
    private(set) var nextAt: Timestamp?
    private(set) var acceptedAt = Timestamp(milliseconds: 0)
    private(set) var eventTime: Timestamp?
    /// The `event_id` that the platform gave.
    private(set) var eventKey: String?
    /// Nil without the right to see it: it is not even read then.
    fileprivate(set) var body: String?
    fileprivate(set) var attempts: [Attempt] = []

    /// All but the body.
    fileprivate static let record = Record(DeliveryDetail()) {
        Column("d.id", \.id)
        Column("d.webhook_id", \.webhook)
        Column("d.webhook_name", \.webhookName)
        Column("d.event_id", \.event)
        Column("d.event_type", \.eventType)
        Column("d.url", \.url)
        Column("d.authentication", \.authentication)
        Column("e.order_key", \.orderKey)
        Column("e.sequence", \.sequence)
        Column(expression: DeliveryState.shown, \.state)
        Column("d.next_at", \.nextAt)
        Column("d.accepted_at", \.acceptedAt)
        Column("e.event_time", \.eventTime)
        Column("e.idempotency_key", \.eventKey)
    }

    private init() {}

    var isResendFailed: Bool { state.isResendFailed(attempts: attempts.first?.number ?? 0, status: attempts.first?.status) }

    struct Attempt {
        private(set) var number = 0
        private(set) var startedAt = Timestamp(milliseconds: 0)
        private(set) var finishedAt: Timestamp?
        private(set) var url = ""
        private(set) var isManual = false
        private(set) var requestHeaders: String?
        private(set) var status: Int?
        private(set) var responseHeaders: String?
        private(set) var isTruncated = false
        private(set) var fault: String?
        private(set) var detail: String?
        private var dns: Int?
        private var connect: Int?
        private var tls: Int?
        private var firstByte: Int?
        private var total: Int?
        /// Nil without the right: receivers repeat what they got.
        fileprivate(set) var responseBody: [UInt8]?

        /// All but the answer's body.
        fileprivate static let record = Record(Attempt()) {
            Column("number", \.number)
            Column("started_at", \.startedAt)
            Column("finished_at", \.finishedAt)
            Column("url", \.url)
            Column("is_manual", \.isManual)
            Column("request_headers", \.requestHeaders)
            Column("status", \.status)
            Column("response_headers", \.responseHeaders)
            Column("COALESCE(is_truncated, 0)", \.isTruncated)
            Column("fault", \.fault)
            Column("detail", \.detail)
            Column("dns_us", \.dns)
            Column("connect_us", \.connect)
            Column("tls_us", \.tls)
            Column("first_byte_us", \.firstByte)
            Column("total_us", \.total)
        }

        private init() {}

        /// One that is under way: all that is known of it is its lease.
        fileprivate init(number: Int, startedAt: Timestamp, url: String, isManual: Bool) {
            (self.number, self.startedAt, self.url, self.isManual) = (number, startedAt, url, isManual)
        }

        /// Nil while the attempt is under way.
        var timings: Timings? {
            total.map { Timings(dns: dns ?? 0, connect: connect ?? 0, tls: tls ?? 0, firstByte: firstByte ?? 0, total: $0) }
        }
    }

    /// In microseconds, each phase by itself.
    struct Timings {
        let dns: Int
        let connect: Int
        let tls: Int
        let firstByte: Int
        let total: Int
    }
}

enum DeliveryDetailStore {
    /// - Parameter withPayload: whether bodies are read at all.
    static func delivery(
        _ id: ID<WebhookDelivery>, of account: ID<Account>, withPayload: Bool, on connection: any Connection
    ) throws -> DeliveryDetail? {
        let body: SQL = withPayload ? "e.body" : "NULL"
        let responseBody: SQL = withPayload ? "response_body" : "NULL"
        var delivery = try connection.first(
            """
            SELECT \(DeliveryDetail.record.columns), \(body)
            FROM deliveries d LEFT JOIN events e ON e.id = d.event_id
            WHERE d.id = \(id) AND d.account_id = \(account)
            """
        ) { row in
            var delivery = try DeliveryDetail.record.decode(row)
            delivery.body = try row.next()
            return delivery
        }
        guard let found = delivery else { return nil }
        let underWay = try connection.first(
            "SELECT attempt, lease_until, manual <> 0 FROM due WHERE delivery_id = \(id) AND lease_owner IS NOT NULL"
        ) { row in
            DeliveryDetail.Attempt(
                number: try row.next(), startedAt: DeliveryEngine.start(ofLeaseUntil: try row.next()), url: found.url,
                isManual: try row.next() || found.eventType == EventType.test.name)
        }
        let ended = try connection.rows(
            """
            SELECT \(DeliveryDetail.Attempt.record.columns), \(responseBody)
            FROM attempts WHERE delivery_id = \(id) AND account_id = \(account) ORDER BY number DESC
            """
        ) { row in
            var attempt = try DeliveryDetail.Attempt.record.decode(row)
            attempt.responseBody = try row.next()
            return attempt
        }
        delivery?.attempts = (underWay.map { [$0] } ?? []) + ended
        return delivery
    }

    /// What a retry is of, and goes to.
    struct Target {
        let webhook: ID<Webhook>
        let webhookName: String
        let eventType: String
    }

    /// Nil when the account has no such delivery.
    static func target(of id: ID<WebhookDelivery>, in account: ID<Account>, on connection: any Connection) throws -> Target? {
        try connection.first(
            "SELECT webhook_id, webhook_name, event_type FROM deliveries WHERE id = \(id) AND account_id = \(account)"
        ) { row in
            Target(webhook: try row.next(), webhookName: try row.next(), eventType: try row.next())
        }
    }
}
