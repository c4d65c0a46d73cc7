// The history is kept three months; what is older goes in small batches, so that nobody waits for it.

package import Database
package import Time

package enum HistoryPurge {
    private static let deleteAttempts = BulkStatement(
        "DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE event_id IN (VALUES ", columns: 1, "))")
    private static let deleteDeliveries = BulkStatement("DELETE FROM deliveries WHERE event_id IN (VALUES ", columns: 1, ")")
    private static let deleteEvents = BulkStatement("DELETE FROM events WHERE id IN (VALUES ", columns: 1, ")")

    /// How many events were accepted before `time`, those that a purge would leave for their open deliveries among them.
    package static func count(before time: Timestamp, on connection: any Connection) throws -> Int {
        try connection.value("SELECT COUNT(*) FROM events WHERE accepted_at < \(time)") ?? 0
    }

    /// Deletes up to `limit` events accepted before `time`, with their deliveries and attempts, in one transaction. Events of which
    /// a delivery is still pending, under way or held stay: what was accepted is never lost.
    ///
    /// - Parameter record: writes down, in the same transaction, how many events of each account were deleted.
    /// - Returns: how many events were deleted; call again until 0.
    package static func purge(
        before time: Timestamp, limit: Int, in database: Database,
        record: ([ID<Account>: Int], any Connection) throws -> Void = { _, _ in }
    ) throws -> Int {
        try database.write { connection in
            let old: [(event: ID<Event>, account: ID<Account>)] = try connection.rows(
                """
                SELECT e.id, e.account_id FROM events e WHERE e.accepted_at < \(time)
                    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.settled_at IS NULL)
                ORDER BY e.accepted_at LIMIT \(limit)
                """
            ) { (try $0.next(), try $0.next()) }
            let values = old.map(\.event.sqlValue)
            for statement in [deleteAttempts, deleteDeliveries, deleteEvents] { try statement.execute(values, on: connection) }
            if !old.isEmpty { try record(old.reduce(into: [:]) { $0[$1.account, default: 0] += 1 }, connection) }
            return old.count
        }
    }
}
