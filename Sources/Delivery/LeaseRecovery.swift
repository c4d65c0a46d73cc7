// After a crash: what was under way may have arrived or not. It is sent again, with the same id, and the history says so.

import Database
import Time

enum LeaseRecovery {
    /// A few at a time, so that a large number does not hold the writer.
    private static let batch = 500

    /// - Returns: how many leases were released.
    static func releaseAll(except epoch: Int64, at now: Timestamp, in database: Database) throws -> Int {
        var total = 0
        while true {
            let released = try database.write { connection in
                let stale = try connection.rows(
                    """
                    SELECT id, attempt FROM deliveries
                    WHERE settled_at IS NULL AND state = \(DeliveryState.leased) AND lease_owner <> \(epoch) LIMIT \(batch)
                    """
                ) { (id: try $0.next(ID<WebhookDelivery>.self), attempt: try $0.next(Int.self)) }
                try release(stale, at: now, on: connection)
                return stale.count
            }
            total += released
            if released < batch { return total }
        }
    }

    /// The attempts end as *outcome unknown*, their deliveries are due at once. Tests are not sent again.
    static func release(_ leases: [(id: ID<WebhookDelivery>, attempt: Int)], at now: Timestamp, on connection: any Connection) throws {
        for lease in leases {
            try connection.execute(
                """
                UPDATE attempts SET finished_at = \(now), fault = 'unknown', detail = 'The process ended before the outcome was known.'
                WHERE delivery_id = \(lease.id) AND number = \(lease.attempt) AND finished_at IS NULL
                """)
            let isTest: SQL = "event_type = \(EventType.test.name)"
            try connection.execute(
                """
                UPDATE deliveries SET state = CASE WHEN \(isTest) THEN \(DeliveryState.failed) ELSE \(DeliveryState.pending) END,
                    settled_at = CASE WHEN \(isTest) THEN \(now) END, next_at = CASE WHEN \(isTest) THEN NULL ELSE \(now) END,
                    lease_owner = NULL, lease_until = NULL, last_fault = 'unknown'
                WHERE id = \(lease.id) AND attempt = \(lease.attempt)
                """)
        }
    }
}
