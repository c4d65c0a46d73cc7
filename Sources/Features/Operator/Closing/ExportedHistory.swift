// The history of an account's webhooks and its media files, as its export has them: rows in pages that end.

import Database
import Delivery
import JSON
import Web

enum ExportedHistory: String, CaseIterable {
    case events, deliveries, attempts

    /// Rows behind the one with the number `last`, and behind which to go on; nil when these were the last.
    func page(
        of account: ID<Account>, after last: Int64, on connection: any Connection
    ) throws -> (rows: [JSONObject], next: Int64?) {
        switch self {
        // Of all accounts' events, a thousand at a time: none has an index of its own.
        case .events:
            return try page(
                ["event_type", .number("event_time"), .number("accepted_at"), "order_key", .number("sequence"), "body"],
                """
                SELECT id, account_id, event_type, event_time, accepted_at, order_key, sequence, body FROM events
                WHERE id > \(last) ORDER BY id LIMIT \(AccountHistory.window)
                """, account, on: connection
            ) { JSONValue.string(ID<Event>(value: UInt128($0)).description) }
        case .deliveries:
            return try page(
                [
                    "webhook_id", "webhook_name", "event_type", "url", "state", .number("attempt"), .number("accepted_at"),
                    .number("settled_at"), .number("last_status"), "last_fault",
                ],
                """
                SELECT id, account_id, webhook_id, webhook_name, event_type, url, state, attempt, accepted_at, settled_at, last_status,
                    last_fault
                FROM deliveries WHERE account_id = \(account) AND id > \(last) ORDER BY id LIMIT \(AccountHistory.window)
                """, account, on: connection
            ) { JSONValue.string(ID<WebhookDelivery>(value: UInt128($0)).description) }
        case .attempts:
            // A delivery's attempts stay together: a page is of so many deliveries.
            let deliveries = try connection.rows(
                "SELECT id FROM deliveries WHERE account_id = \(account) AND id > \(last) ORDER BY id LIMIT \(AccountHistory.batch)"
            ) { try $0.next(Int64.self) }
            guard let end = deliveries.last else { return ([], nil) }
            let found = try page(
                [
                    .number("number"), .number("started_at"), .number("finished_at"), "url", "request_headers", .number("status"),
                    "response_headers", "fault", "detail",
                ],
                """
                SELECT delivery_id, account_id, number, started_at, finished_at, url, request_headers, status, response_headers, fault, detail
                FROM attempts WHERE delivery_id > \(last) AND delivery_id <= \(end) ORDER BY delivery_id, number
                """, account, on: connection
            ) { JSONValue.string(ID<WebhookDelivery>(value: UInt128($0)).description) }
            return (found.rows, deliveries.count == AccountHistory.batch ? end : nil)
        }
    }

    private func page(
        _ columns: [ExportedColumn], _ sql: SQL, _ account: ID<Account>, on connection: any Connection, id: (Int64) -> JSONValue
    ) throws -> (rows: [JSONObject], next: Int64?) {
        var count = 0
        var last: Int64 = 0
        var rows: [JSONObject] = []
        try connection.forEachRow(sql) { row in
            count += 1
            last = try row.next()
            guard try row.next(ID<Account>.self) == account else { return }
            rows.append(
                JSONObject(members: [("id", id(last))] + (try columns.map { ($0.name.description, try $0.value(row)) })))
        }
        return (rows, count == AccountHistory.window ? last : nil)
    }
}

enum ExportedMedia {
    static let batch = 500

    struct File {
        let id: ID<MediaFile>
        let fileExtension: String
        let row: JSONObject
    }

    private static let columns: [ExportedColumn] = [
        "kind", "user_name", "tracking_number", "connector", "external_id", .number("bytes"), .number("recorded_at"), .number("is_held"),
    ]

    static func page(of account: ID<Account>, after last: String, on connection: any Connection) throws -> [File] {
        let files = try connection.rows(
            """
            SELECT id, extension, kind, user_name, tracking_number, connector, external_id, bytes, recorded_at, is_held FROM media_files
            WHERE account_id = \(account) AND state = 'live' AND id > \(last) ORDER BY id LIMIT \(batch)
            """
        ) { row in
            let (id, fileExtension) = (try row.next(ID<MediaFile>.self), try row.next(String.self))
            let members = [("id", JSONValue.string(id.description))] + (try columns.map { ($0.name.description, try $0.value(row)) })
            return File(id: id, fileExtension: fileExtension, row: JSONObject(members: members))
        }
        // Why each is kept; media_holds.jsonl has those.
        let holds = try HoldStore.inForce(on: files.map(\.id), of: account, on: connection)
        return files.map { file in
            var row = file.row
            row["holds"] = .array((holds[file.id] ?? []).map { .string($0.stored) })
            return File(id: file.id, fileExtension: file.fileExtension, row: row)
        }
    }
}
