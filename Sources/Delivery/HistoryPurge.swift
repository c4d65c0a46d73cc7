// The history is kept three months; what is older goes in small batches, so that nobody waits for it.

package import Database
package import Time

package enum HistoryPurge {
    /// Where a purge is: behind which event it goes on.
    package struct Progress: Sendable {
        package fileprivate(set) var deleted = 0
        /// Nil when there is nothing left to look at.
        package fileprivate(set) var next: ID<Event>?
    }

    /// How many events were accepted before `time`, those that a purge would leave for their open deliveries among them.
    package static func count(before time: Timestamp, on connection: any Connection) throws -> Int {
        try connection.value("SELECT COUNT(*) FROM events WHERE id < \(ID<Event>.first(at: time))") ?? 0
    }

    /// Looks at the next `limit` events accepted before `time`, and deletes those of which no delivery is pending, under way or held, with
    /// their deliveries and attempts, in one transaction: what was accepted is never lost. Those that stay are passed once in a run,
    /// however many.
    ///
    /// - Parameters:
    ///   - event: as the call before this one gave it; nil to begin.
    ///   - record: writes down, in the same transaction, how many events of each account were deleted.
    package static func purge(
        before time: Timestamp, from event: ID<Event>? = nil, limit: Int, in database: Database,
        record: ([ID<Account>: Int], any Connection) throws -> Void = { _, _ in }
    ) throws -> Progress {
        try database.write { connection in
            let old = try connection.rows(
                """
                SELECT e.id, e.account_id, EXISTS (SELECT 1 FROM deliveries d WHERE d.id > e.id AND d.id < e.id + 64 AND d.settled_at IS NULL)
                FROM events e WHERE e.id >= \(event ?? ID(value: 0)) AND e.id < \(ID<Event>.first(at: time)) ORDER BY e.id LIMIT \(limit + 1)
                """
            ) { Old(id: try $0.next(), account: try $0.next(), isNeeded: try $0.next()) }
            let looked = old.prefix(limit)
            var progress = Progress(next: old.count > limit ? old.last?.id : nil)
            for run in looked.split(whereSeparator: \.isNeeded) {
                guard let first = run.first, let last = run.last else { continue }
                try delete(from: first.id, through: last.id, on: connection)
                progress.deleted += run.count
            }
            let counts: [ID<Account>: Int] = looked.reduce(into: [:]) { if !$1.isNeeded { $0[$1.account, default: 0] += 1 } }
            if !counts.isEmpty { try record(counts, connection) }
            return progress
        }
    }

    private struct Old {
        let id: ID<Event>
        let account: ID<Account>
        let isNeeded: Bool
    }

    /// Neighbours go by one range of ids.
    private static func delete(from first: ID<Event>, through last: ID<Event>, on connection: any Connection) throws {
        let end = last.delivery(ID<Event>.maximumDeliveries)
        try connection.execute("DELETE FROM attempts WHERE delivery_id > \(first) AND delivery_id <= \(end)")
        try connection.execute("DELETE FROM deliveries WHERE id > \(first) AND id <= \(end)")
        try connection.execute("DELETE FROM events WHERE id >= \(first) AND id <= \(last)")
    }
}
