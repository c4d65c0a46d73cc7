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
        var applied: Set<ID<WebhookDelivery>> = []
        let leases = records.flatMap { [$0.completion.claim.delivery.sqlValue, $0.completion.claim.attempt.sqlValue] }
        try selectLeased.forEachRow(leases, after: [.integer(epoch)], on: connection) { applied.insert(try $0.next()) }
        let records = applied.count == records.count ? records : records.filter { applied.contains($0.completion.claim.delivery) }
        try settle.execute(records.flatMap(\.deliveryValues), on: connection)
        try insertAttempts.execute(records.flatMap(\.attemptValues), on: connection)

        var ended: [SQLValue] = []
        var again: [SQLValue] = []
        var freed: [Timestamp: [DeliveryQueue.Call]] = [:]
        for record in records {
            let claim = record.completion.claim
            if record.settlement.state == .pending, let nextAt = record.settlement.nextAt {
                again += [claim.delivery.sqlValue, nextAt.sqlValue, claim.stepsAside.sqlValue]
                guard claim.stepsAside else { continue }
            } else {
                ended.append(claim.delivery.sqlValue)
            }
            if let call = claim.call { freed[record.finishedAt, default: []].append(call) }
        }
        try DeliveryQueue.deleteDue.execute(ended, on: connection)
        try putBack.execute(again, on: connection)
        for (time, calls) in freed { try DeliveryQueue.stepUp(calls, at: time, on: connection) }
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
            completion.claim.delivery.sqlValue, completion.claim.attempt.sqlValue, completion.claim.account.sqlValue,
            completion.startedAt.sqlValue, finishedAt.sqlValue, .text(completion.url),
            (completion.claim.manual != .no || completion.claim.isTest).sqlValue, .text(completion.recordedHeaders),
            result.status.sqlValue, .text(headers), .blob(result.body), result.isBodyTruncated.sqlValue, .text(settlement.fault.rawValue),
            .text(TypedText.prefix(result.detail, maximumBytes: maximumDetailBytes)), microseconds(result.timings.dns),
            microseconds(result.timings.connect),
            microseconds(result.timings.tls), microseconds(result.timings.firstByte), microseconds(result.timings.total),
        ]
    }

    private static func microseconds(_ duration: Duration) -> SQLValue {
        let (seconds, attoseconds) = duration.components
        return .integer(seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000)
    }

    private static let selectLeased = BulkStatement(
        "WITH done (id, attempt) AS (VALUES ", columns: 2,
        """
        ) SELECT due.delivery_id FROM done JOIN due ON due.delivery_id = done.id AND due.attempt = done.attempt
        WHERE due.lease_owner = \(Int?.none)
        """, isRepeatable: true)

    private static let settle = BulkStatement(
        "WITH done (id, attempt, state, next_at, settled_at, status, fault) AS (VALUES ", columns: 7,
        """
        ) UPDATE deliveries SET state = done.state, attempt = done.attempt, next_at = done.next_at, settled_at = done.settled_at,
            last_status = done.status, last_fault = done.fault, manual = 0
        FROM done WHERE deliveries.id = done.id
        """, isRepeatable: true)

    private static let putBack = BulkStatement(
        "WITH failed (id, next_at, steps_aside) AS (VALUES ", columns: 3,
        """
        ) UPDATE due SET due_at = failed.next_at, ready_at = failed.next_at, manual = 0, lease_owner = NULL, lease_until = NULL,
            order_key = CASE WHEN failed.steps_aside = 0 THEN due.order_key END
        FROM failed WHERE due.delivery_id = failed.id
        """, isRepeatable: true)

    private static let insertAttempts = BulkStatement(
        """
        INSERT INTO attempts (delivery_id, number, account_id, started_at, finished_at, url, is_manual, request_headers, status,
            response_headers, response_body, is_truncated, fault, detail, dns_us, connect_us, tls_us, first_byte_us, total_us) VALUES\u{20}
        """,
        columns: 19)
}
