// Rows of deliveries that are over, as the engine would have left them.

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

    func event(_ data: JSONObject, _ type: EventType, at time: Timestamp) throws -> ID<Event> {
        let id = ids.next(Event.self)
        let event = NewEvent(type: type, time: time, context: type.sampleContext, data: data)
        try connection.execute(
            """
            INSERT INTO events (id, account_id, event_type, event_time, accepted_at, order_key, body, is_test)
            VALUES (\(id), \(account), \(type.name), \(time), \(time), \(data["call_id"]?.string), \(String(decoding: event.body, as: UTF8.self)), 0)
            """)
        return id
    }

    func delivery(
        of event: ID<Event>, _ type: EventType, to webhook: WebhookConfiguration, at time: Timestamp, _ outcome: DemoOutcome, call: Int
    ) throws {
        let id = ids.next(WebhookDelivery.self)
        var started = time + .milliseconds(Int64(3 + call % 40))
        var last: (status: Int?, fault: TransferFault) = (nil, .none)
        for number in 1...outcome.attempts {
            let isLast = number == outcome.attempts
            let isSuccess = if case .delivered = outcome { isLast } else { false }
            last = isSuccess ? (200, .none) : Self.failures[(call + number) % Self.failures.count]
            try attempt(number, of: id, event, webhook, at: started, last, seed: call + number)
            if !isLast, let wait = RetrySchedule.delay(afterAttempt: number, freshness: type.freshness, random: Double(call % 100) / 100) {
                started = started + wait
            }
        }
        try connection.execute(
            """
            INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, order_key, state,
                attempt, manual, accepted_at, settled_at, last_status, last_fault)
            VALUES (\(id), \(account), \(webhook.id), \(webhook.name), \(event), \(type.name), \(webhook.url), \(webhook.authentication.kind),
                \(type.name.hasPrefix("call") ? "c-\(call)" : nil), \(outcome.state), \(outcome.attempts), 0, \(time), \(started + .milliseconds(180)),
                \(last.status), \(last.fault.rawValue))
            """)
    }

    private static let failures: [(status: Int?, fault: TransferFault)] = [
        (503, .receiverStatus), (nil, .connect), (502, .receiverStatus), (nil, .timeout), (500, .receiverStatus),
    ]

    private func attempt(
        _ number: Int, of delivery: ID<WebhookDelivery>, _ event: ID<Event>, _ webhook: WebhookConfiguration, at time: Timestamp,
        _ result: (status: Int?, fault: TransferFault), seed: Int
    ) throws {
        let isAnswered = result.status != nil
        let dns = 900 + seed % 700
        let connect = result.fault == .connect ? 5_000_000 : 11_000 + seed * 7 % 6000
        let total = result.fault == .timeout ? 15_000_000 : connect + 22_000 + 38_000 + seed * 13 % 90_000
        let headers = """
            content-type: application/json
            user-agent: Hookswitch/\(Application.version)
            webhook-id: \(event)
            webhook-timestamp: \(time.seconds)
            """
        let answer = isAnswered ? "content-type: application/json\nserver: nginx" : nil
        let body = result.status == 200 ? "{\"received\":true}" : "{\"error\":\"temporarily unavailable\"}"
        try connection.execute(
            """
            INSERT INTO attempts (delivery_id, number, account_id, started_at, finished_at, url, request_headers, status, response_headers,
                response_body, is_truncated, fault, detail, dns_us, connect_us, tls_us, first_byte_us, total_us, is_manual)
            VALUES (\(delivery), \(number), \(account), \(time), \(time + .microseconds(Int64(total))), \(webhook.url), \(headers), \(result.status),
                \(answer), \(isAnswered ? Array(body.utf8) : nil), 0, \(result.fault.rawValue), \(Self.detail(result)), \(dns), \(connect),
                \(isAnswered ? 22_000 : nil), \(isAnswered ? total - 400 : nil), \(total), 0)
            """)
    }

    private static func detail(_ result: (status: Int?, fault: TransferFault)) -> String {
        switch result.fault {
        case .connect: "Connection refused"
        case .timeout: "No answer within 15 s"
        default: ""
        }
    }
}
