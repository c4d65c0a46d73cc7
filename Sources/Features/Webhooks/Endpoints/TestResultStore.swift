// The one attempt of a test, as the history has it.

import Database
import Delivery
import HTTPClient

enum TestResultStore {
    /// Nil for what is no test of this webhook.
    static func exchange(
        _ delivery: ID<WebhookDelivery>, of webhook: ID<Webhook>, in account: ID<Account>, on connection: any Connection
    ) throws -> Exchange? {
        try connection.first(
            """
            SELECT \(Exchange.record.columns)
            FROM attempts a JOIN deliveries d ON d.id = a.delivery_id JOIN events e ON e.id = d.event_id
            WHERE a.delivery_id = \(delivery) AND a.account_id = \(account) AND d.account_id = \(account) AND d.webhook_id = \(webhook)
                AND e.is_test = 1
            ORDER BY a.number LIMIT 1
            """, Exchange.record.decode)
    }
}

extension Exchange {
    fileprivate static let record = Record(Exchange()) {
        Column("a.started_at", \.startedAt)
        Column("a.url", \.url)
        Column("COALESCE(a.request_headers, '')", \.requestHeaders)
        Column("a.status", \.status)
        Column("COALESCE(a.response_headers, '')", \.responseHeaders)
        Column("a.response_body", \.storedBody)
        Column("COALESCE(a.is_truncated, 0)", \.isTruncated)
        Column("a.fault", \.storedFault)
        Column("COALESCE(a.detail, '')", \.detail)
        Column("COALESCE(a.dns_us, 0)", \.dns)
        Column("COALESCE(a.connect_us, 0)", \.connect)
        Column("COALESCE(a.tls_us, 0)", \.tls)
        Column("COALESCE(a.first_byte_us, 0)", \.firstByte)
        Column("COALESCE(a.total_us, 0)", \.total)
    }

    private var storedBody: [UInt8]? {
        get { responseBody }
        set { responseBody = newValue ?? [] }
    }

    /// One that an earlier version named is still a fault.
    private var storedFault: String? {
        get { fault.rawValue }
        set { fault = newValue.flatMap { TransferFault(rawValue: $0) } ?? .unknown }
    }
}
