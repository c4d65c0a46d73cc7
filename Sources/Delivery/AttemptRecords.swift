// Writing down what came of attempts, many at a time. A result applies only while its lease still holds: the same owner,
// the same attempt. Anything else was given up for lost and may have been sent again since.

import Database
import HTTPClient
import Spelling
import Time

/// One attempt's result with its consequences. What is written of it is made ready here, not on the writer's thread, for which
/// everybody waits.
struct AttemptRecord: Sendable {
    let completion: Completion
    let settlement: Settlement
    let finishedAt: Timestamp
    fileprivate let deliveryValues: [SQLValue]
    fileprivate let attemptValues: [SQLValue]

    init(_ completion: Completion, _ settlement: Settlement, at finishedAt: Timestamp) {
        self.completion = completion
        self.settlement = settlement
        self.finishedAt = finishedAt
        deliveryValues = AttemptRecords.deliveryValues(completion, settlement, at: finishedAt)
        attemptValues = AttemptRecords.attemptValues(completion, settlement, at: finishedAt)
    }

    /// As the list of webhooks shows it: the status if there was one and nothing else went wrong, else the fault.
    var shownResult: String {
        switch settlement.fault {
        case .none, .receiverStatus: completion.result.status.map(String.init) ?? settlement.fault.rawValue
        default: settlement.fault.rawValue
        }
    }
}

enum AttemptRecords {
    /// Detail is for people, and a receiver's words in it are not to fill the disk.
    private static let maximumDetailBytes = 500
    private static let maximumHeaderLength = 16 * 1024

    /// - Returns: the deliveries whose lease held, and whose result is therefore written.
    static func write(_ records: [AttemptRecord], epoch: Int64, on connection: any Connection) throws -> Set<ID<WebhookDelivery>> {
        guard !records.isEmpty else { return [] }
        var values: [SQLValue] = []
        values.reserveCapacity(records.count * 7)
        for record in records { values += record.deliveryValues }
        var applied: Set<ID<WebhookDelivery>> = []
        try settle.forEachRow(values, after: [.integer(epoch)], on: connection) { applied.insert(try $0.next()) }
        values.removeAll(keepingCapacity: true)
        for record in records where applied.contains(record.completion.claim.delivery) { values += record.attemptValues }
        try finish.execute(values, on: connection)
        return applied
    }

    fileprivate static func deliveryValues(_ completion: Completion, _ settlement: Settlement, at finishedAt: Timestamp) -> [SQLValue] {
        [
            completion.claim.delivery.sqlValue, completion.claim.attempt.sqlValue, settlement.state.sqlValue,
            settlement.nextAt.sqlValue, (settlement.state.isSettled ? finishedAt : nil).sqlValue,
            completion.result.status.sqlValue, .text(settlement.fault.rawValue),
        ]
    }

    fileprivate static func attemptValues(_ completion: Completion, _ settlement: Settlement, at finishedAt: Timestamp) -> [SQLValue] {
        let result = completion.result
        var headers = ""
        for field in result.fields where headers.utf8.count < maximumHeaderLength { headers += "\(field.name): \(field.value)\n" }
        return [
            completion.claim.delivery.sqlValue, completion.claim.attempt.sqlValue, completion.startedAt.sqlValue,
            finishedAt.sqlValue, .text(completion.recordedHeaders), result.status.sqlValue, .text(headers),
            .blob(result.body), result.isBodyTruncated.sqlValue, .text(settlement.fault.rawValue),
            .text(TypedText.prefix(result.detail, maximumBytes: maximumDetailBytes)), microseconds(result.timings.dns),
            microseconds(result.timings.connect),
            microseconds(result.timings.tls), microseconds(result.timings.firstByte), microseconds(result.timings.total),
        ]
    }

    private static func microseconds(_ duration: Duration) -> SQLValue {
        let (seconds, attoseconds) = duration.components
        return .integer(seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000)
    }

    private static let settle = BulkStatement(
        "WITH done (id, attempt, state, next_at, settled_at, status, fault) AS (VALUES ", columns: 7,
        """
        ) UPDATE deliveries SET state = done.state, next_at = done.next_at, settled_at = done.settled_at, last_status = done.status,
            last_fault = done.fault, lease_owner = NULL, lease_until = NULL, manual = 0
        FROM done WHERE deliveries.id = done.id AND deliveries.attempt = done.attempt AND deliveries.state = 'leased'
            AND deliveries.lease_owner = \(Int?.none)
        RETURNING deliveries.id
        """)

    private static let finish = BulkStatement(
        """
        WITH done (delivery_id, number, started_at, finished_at, request_headers, status, response_headers, response_body, is_truncated, fault,
            detail, dns_us, connect_us, tls_us, first_byte_us, total_us) AS (VALUES\u{20}
        """,
        columns: 16,
        """
        ) UPDATE attempts SET started_at = done.started_at, finished_at = done.finished_at, request_headers = done.request_headers,
            status = done.status, response_headers = done.response_headers, response_body = done.response_body,
            is_truncated = done.is_truncated, fault = done.fault, detail = done.detail, dns_us = done.dns_us, connect_us = done.connect_us,
            tls_us = done.tls_us, first_byte_us = done.first_byte_us, total_us = done.total_us
        FROM done WHERE attempts.delivery_id = done.delivery_id AND attempts.number = done.number AND attempts.finished_at IS NULL
        """)
}
