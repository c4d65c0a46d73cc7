// Rows of deliveries that are over, as the engine would have left them, their requests signed.

import Database
import Delivery
import HTTPClient
import JSON
import Time
import Web

struct DemoDeliveryWriter {
    let ids: IDGenerator
    let account: ID<Account>
    let connection: any Connection

    /// Gives the event's id and the bytes that its receivers got.
    func write(_ event: DemoEvent) throws -> (id: ID<Event>, sequence: Int?, body: [UInt8]) {
        let id = ids.next(Event.self)
        let body = NewEvent(type: event.type, time: event.time, context: event.context, data: event.data).body
        let call = event.data["call_id"]?.string
        let sequence = try call.map { call in
            try connection.value("SELECT COUNT(*) + 1 FROM events WHERE account_id = \(account) AND order_key = \(call)", as: Int.self) ?? 1
        }
        try connection.execute(
            """
            INSERT INTO events (id, account_id, event_type, event_time, accepted_at, order_key, sequence, body, is_test)
            VALUES (\(id), \(account), \(event.type.name), \(event.time), \(event.time), \(call), \(sequence),
                \(String(decoding: body, as: UTF8.self)), 0)
            """)
        return (id, sequence, body)
    }

    /// - Parameter delivery: one of the event's.
    func write(
        _ event: DemoEvent, _ delivery: ID<WebhookDelivery>, sequence: Int?, _ body: [UInt8], to webhook: WebhookConfiguration,
        _ outcome: DemoOutcome
    ) throws {
        let attempts = outcome.attempts(of: event)
        for (index, attempt) in attempts.enumerated() {
            let headers = webhook.recordedHeaders(of: delivery.event, sequence: sequence, body: body, at: attempt.startedAt)
            try write(attempt, number: index + 1, of: delivery, to: webhook.url, headers)
        }
        guard let last = attempts.last else { return }
        try connection.execute(
            """
            INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, state,
                attempt, manual, accepted_at, settled_at, last_status, last_fault)
            VALUES (\(delivery), \(account), \(webhook.id), \(webhook.name), \(delivery.event), \(event.type.name), \(webhook.url),
                \(webhook.authentication.kind), \(outcome.state), \(attempts.count), 0, \(event.time),
                \(last.finishedAt), \(last.status), \(last.fault.rawValue))
            """)
    }

    private func write(
        _ attempt: DemoOutcome.Attempt, number: Int, of delivery: ID<WebhookDelivery>, to url: String, _ headers: String
    ) throws {
        let isAnswered = attempt.status != nil
        let answer = isAnswered ? "content-type: application/json\nserver: nginx" : nil
        let body = attempt.status == 200 ? "{\"received\":true}" : "{\"error\":\"temporarily unavailable\"}"
        try connection.execute(
            """
            INSERT INTO attempts (delivery_id, number, account_id, started_at, finished_at, url, request_headers, status, response_headers,
                response_body, is_truncated, fault, detail, dns_us, connect_us, tls_us, first_byte_us, total_us, is_manual)
            VALUES (\(delivery), \(number), \(account), \(attempt.startedAt), \(attempt.finishedAt), \(url), \(headers), \(attempt.status),
                \(answer), \(isAnswered ? Array(body.utf8) : nil), 0, \(attempt.fault.rawValue), \(attempt.detail), \(attempt.dns),
                \(attempt.connect), \(attempt.tls), \(attempt.firstByte), \(attempt.total), 0)
            """)
    }
}
