// After a crash: what was under way may have arrived or not. It is sent again, with the same id, and the history says so.

import Database
import Time

enum LeaseRecovery {
    /// A few at a time, so that a large number does not hold the writer.
    private static let batch = 500

    /// Writes `epoch` down as the owner of the node's leases from now on, and releases those of owners that are gone: whoever had the
    /// node before, since its lock is ours now; whoever is not known; and leases that have run out, whosesoever they are. Those of
    /// another node's process, which may be alive, stay.
    ///
    /// - Parameter node: names the lock that the process holds, and under which no other process can be.
    /// - Returns: how many leases were released.
    static func takeOver(_ node: String, as epoch: Int64, at now: Timestamp, in database: Database) throws -> Int {
        try database.write { connection in
            try connection.execute("INSERT INTO lease_owners (epoch, node, since) VALUES (\(epoch), \(node), \(now))")
        }
        let released = try releaseGone(from: node, as: epoch, at: now, in: database)
        try database.write { connection in
            _ = try connection.execute("DELETE FROM lease_owners WHERE node = \(node) AND epoch <> \(epoch)")
        }
        return released
    }

    private static func releaseGone(from node: String, as epoch: Int64, at now: Timestamp, in database: Database) throws -> Int {
        var total = 0
        while true {
            let released = try database.write { connection in
                let stale = try connection.rows(
                    """
                    SELECT id, attempt FROM deliveries
                    WHERE settled_at IS NULL AND state = \(DeliveryState.leased) AND lease_owner <> \(epoch)
                        AND (lease_until < \(now) OR lease_owner NOT IN (SELECT epoch FROM lease_owners WHERE node <> \(node)))
                    LIMIT \(batch)
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
                WHERE id = \(lease.id) AND attempt = \(lease.attempt) AND state = \(DeliveryState.leased)
                """)
        }
    }
}
