// The SQL of one delivery in full.

import Database
import Delivery
import HTTPClient
import Time

struct DeliveryDetail {
    let id: ID<WebhookDelivery>
    let webhook: ID<Webhook>
    let webhookName: String
    let event: ID<Event>
    let eventType: String
    let url: String
    let authentication: Credential.Kind
    let orderKey: String?
    let state: DeliveryState
    let nextAt: Timestamp?
    let acceptedAt: Timestamp
    let eventTime: Timestamp?
    /// The `event_id` that the platform gave.
    let eventKey: String?
    /// Nil without the right to see it: it is not even read then.
    let body: String?
    var attempts: [Attempt] = []

    /// An attempt arrived, whatever became of one that somebody asked for later.
    var wasDelivered: Bool { attempts.contains { $0.fault == TransferFault.none.rawValue } }

    var isResendFailed: Bool { wasDelivered && (state == .failed || state == .expired) }

    struct Attempt {
        let number: Int
        let startedAt: Timestamp
        let finishedAt: Timestamp?
        let url: String
        let isManual: Bool
        let requestHeaders: String?
        let status: Int?
        let responseHeaders: String?
        let isTruncated: Bool
        let fault: String?
        let detail: String?
        /// In microseconds; nil while the attempt is under way.
        let timings: Timings?
        /// Nil without the right: receivers repeat what they got.
        let responseBody: [UInt8]?
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

struct DeliveryDetailStore {
    let database: Database

    /// - Parameter withPayload: whether bodies are read at all.
    func delivery(_ id: ID<WebhookDelivery>, of account: ID<Account>, withPayload: Bool) throws -> DeliveryDetail? {
        let body: SQL = withPayload ? "e.body" : "NULL"
        let responseBody: SQL = withPayload ? "response_body" : "NULL"
        return try database.read { connection in
            var delivery = try connection.first(
                """
                SELECT d.webhook_id, d.webhook_name, d.event_id, d.event_type, d.url, d.authentication, d.order_key, d.state, d.next_at,
                    d.accepted_at, e.event_time, e.idempotency_key, \(body)
                FROM deliveries d LEFT JOIN events e ON e.id = d.event_id
                WHERE d.id = \(id) AND d.account_id = \(account)
                """
            ) { row in
                DeliveryDetail(
                    id: id, webhook: try row.next(), webhookName: try row.next(), event: try row.next(), eventType: try row.next(),
                    url: try row.next(), authentication: try row.next(), orderKey: try row.next(), state: try row.next(),
                    nextAt: try row.next(), acceptedAt: try row.next(), eventTime: try row.next(), eventKey: try row.next(),
                    body: try row.next())
            }
            guard delivery != nil else { return nil }
            delivery?.attempts = try connection.rows(
                """
                SELECT number, started_at, finished_at, url, is_manual, request_headers, status, response_headers, is_truncated, fault, detail,
                    dns_us, connect_us, tls_us, first_byte_us, total_us, \(responseBody)
                FROM attempts WHERE delivery_id = \(id) AND account_id = \(account) ORDER BY number DESC
                """, Self.attempt)
            return delivery
        }
    }

    /// What a retry is of, and goes to.
    struct Target {
        let webhook: ID<Webhook>
        let webhookName: String
        let eventType: String
    }

    /// Nil when the account has no such delivery.
    func target(of id: ID<WebhookDelivery>, in account: ID<Account>) throws -> Target? {
        try database.read { connection in
            try connection.first(
                "SELECT webhook_id, webhook_name, event_type FROM deliveries WHERE id = \(id) AND account_id = \(account)"
            ) { row in
                Target(webhook: try row.next(), webhookName: try row.next(), eventType: try row.next())
            }
        }
    }

    private static func attempt(_ row: Row) throws -> DeliveryDetail.Attempt {
        DeliveryDetail.Attempt(
            number: try row.next(), startedAt: try row.next(), finishedAt: try row.next(), url: try row.next(), isManual: try row.next(),
            requestHeaders: try row.next(), status: try row.next(), responseHeaders: try row.next(),
            isTruncated: try row.next(Bool?.self) ?? false, fault: try row.next(), detail: try row.next(), timings: try timings(row),
            responseBody: try row.next())
    }

    private static func timings(_ row: Row) throws -> DeliveryDetail.Timings? {
        let phases = try (0..<5).map { _ in try row.next(Int?.self) }
        guard let total = phases[4] else { return nil }
        return DeliveryDetail.Timings(
            dns: phases[0] ?? 0, connect: phases[1] ?? 0, tls: phases[2] ?? 0, firstByte: phases[3] ?? 0, total: total)
    }
}
