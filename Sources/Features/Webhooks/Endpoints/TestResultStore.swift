// The one attempt of a test, as the history has it.

import Database
import Delivery
import HTTPClient
import Time
import Web

struct TestResult {
    let delivery: ID<WebhookDelivery>
    let exchange: Exchange
}

struct TestResultStore {
    let site: Site

    /// Nil for what is no test of this webhook.
    func result(_ delivery: ID<WebhookDelivery>, of webhook: ID<Webhook>, in account: ID<Account>) throws -> TestResult? {
        try site.database.read { connection in
            try connection.first(
                """
                SELECT a.delivery_id, a.started_at, a.url, a.request_headers, a.status, a.response_headers, a.response_body, a.is_truncated,
                    a.fault, a.detail, a.dns_us, a.connect_us, a.tls_us, a.first_byte_us, a.total_us
                FROM attempts a JOIN deliveries d ON d.id = a.delivery_id JOIN events e ON e.id = d.event_id
                WHERE a.delivery_id = \(delivery) AND a.account_id = \(account) AND d.account_id = \(account) AND d.webhook_id = \(webhook)
                    AND e.is_test = 1
                ORDER BY a.number LIMIT 1
                """
            ) { row in
                TestResult(
                    delivery: try row.next(),
                    exchange: Exchange(
                        startedAt: try row.next(), url: try row.next(),
                        requestHeaders: try row.next(String?.self) ?? "",
                        status: try row.next(), responseHeaders: try row.next(String?.self) ?? "",
                        responseBody: try row.next([UInt8]?.self) ?? [], isTruncated: try row.next(Bool?.self) ?? false,
                        fault: try row.next(String?.self).flatMap { TransferFault(rawValue: $0) } ?? .unknown,
                        detail: try row.next(String?.self) ?? "", dns: try row.next(Int?.self) ?? 0, connect: try row.next(Int?.self) ?? 0,
                        tls: try row.next(Int?.self) ?? 0, firstByte: try row.next(Int?.self) ?? 0, total: try row.next(Int?.self) ?? 0))
            }
        }
    }
}
