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
            try connection.execute(
                "INSERT INTO lease_owners (epoch, node, since) VALUES (\(epoch), \(node), \(now)) ON CONFLICT DO NOTHING")
        }
        let released = try releaseGone(from: node, as: epoch, at: now, in: database)
        try database.write { connection in
            _ = try connection.execute("DELETE FROM lease_owners WHERE node = \(node) AND epoch <> \(epoch)")
        }
        return released
    }

    /// Leases are few, whatever waits: no more than requests may be under way, and as many again.
    private static func releaseGone(from node: String, as epoch: Int64, at now: Timestamp, in database: Database) throws -> Int {
        let gone = try database.read { connection in
            try connection.rows(
                """
                SELECT delivery_id, attempt FROM due
                WHERE lease_owner IS NOT NULL AND lease_owner <> \(epoch)
                    AND (lease_until < \(now) OR lease_owner NOT IN (SELECT epoch FROM lease_owners WHERE node <> \(node)))
                """
            ) { (id: try $0.next(ID<WebhookDelivery>.self), attempt: try $0.next(Int.self)) }
        }
        var rest = gone[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(batch))
            rest = rest.dropFirst(batch)
            try database.write { try release(some, at: now, on: $0) }
        }
        return gone.count
    }

    /// The attempts are written down, as *outcome unknown*, and their deliveries are due at once. Tests are not sent again.
    static func release(_ leases: [(id: ID<WebhookDelivery>, attempt: Int)], at now: Timestamp, on connection: any Connection) throws {
        for lease in leases {
            let row: SQL = "due.delivery_id = \(lease.id) AND due.attempt = \(lease.attempt) AND due.lease_owner IS NOT NULL"
            let written = try connection.execute(
                """
                INSERT INTO attempts (delivery_id, number, account_id, started_at, finished_at, url, is_manual, fault, detail)
                SELECT d.id, due.attempt, d.account_id, due.lease_until - \(Claims.lease.components.seconds * 1000), \(now), d.url,
                    CASE WHEN due.manual <> 0 OR d.event_type = \(EventType.test.name) THEN 1 ELSE 0 END, 'unknown',
                    'The process ended before the outcome was known.'
                FROM due JOIN deliveries d ON d.id = due.delivery_id WHERE \(row)
                """)
            guard written == 1 else { continue }
            let isTest: SQL = "event_type = \(EventType.test.name)"
            try connection.execute(
                """
                UPDATE deliveries SET attempt = \(lease.attempt), last_fault = 'unknown', last_status = NULL,
                    state = CASE WHEN \(isTest) THEN 'failed' ELSE 'pending' END, settled_at = CASE WHEN \(isTest) THEN \(now) END,
                    next_at = CASE WHEN \(isTest) THEN NULL ELSE \(now) END
                WHERE id = \(lease.id)
                """)
            let call = try connection.first(
                """
                SELECT due.webhook_id, due.order_key FROM due WHERE \(row) AND due.order_key IS NOT NULL
                    AND due.attempt >= \(RetrySchedule.orderedAttempts)
                """
            ) { DeliveryQueue.Call(webhook: try $0.next(), key: try $0.next()) }
            let tests: SQL = "delivery_id IN (SELECT id FROM deliveries WHERE id = \(lease.id) AND \(isTest))"
            guard try connection.execute("DELETE FROM due WHERE \(tests)") == 0 else { continue }
            try connection.execute(
                """
                UPDATE due SET due_at = \(now), ready_at = \(now), lease_owner = NULL, lease_until = NULL,
                    order_key = CASE WHEN attempt < \(RetrySchedule.orderedAttempts) THEN order_key END
                WHERE \(row)
                """)
            if let call { try DeliveryQueue.stepUp([call], at: now, on: connection) }
        }
    }
}
