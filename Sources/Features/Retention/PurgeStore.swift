// What the transactions of a purge do. Each is short, and each leaves the database saying truly what is still to do.

import Database
import Time
import Web

struct PurgeStore: Sendable {
    /// Rows in one transaction: everybody's writes wait for it.
    static let batch = 500

    struct Run {
        let id: ID<PurgeRun>
        let account: ID<Account>
        let kind: MediaKind
        let cutoff: Timestamp
        /// Words for the Deletion history.
        let detail: String
        let user: ID<User>?
        let userName: String
    }

    struct StoredFile {
        let id: ID<MediaFile>
        let fileExtension: String
    }

    let site: Site

    /// First phase, one batch: what is due and not held becomes `purging`, and the run says how much it means to delete.
    ///
    /// - Parameter days: what the cutoff was computed from. Nothing is marked once the policy keeps the kind for longer.
    /// - Returns: how many; 0 when there is no more.
    func mark(_ run: Run, days: Int, on connection: any Connection) throws -> Int {
        let marked = try connection.execute(
            """
            UPDATE media_files SET state = 'purging', run_id = \(run.id)
            WHERE id IN (
                SELECT id FROM media_files
                WHERE account_id = \(run.account) AND kind = \(run.kind) AND state = 'live' AND is_held = 0 AND recorded_at < \(run.cutoff)
                ORDER BY recorded_at LIMIT \(Self.batch))
            AND EXISTS (SELECT 1 FROM retention_policies WHERE account_id = \(run.account) AND kind = \(run.kind) AND days <= \(days))
            AND NOT \(HoldStore.isBeingPlaced(in: run.account))
            """)
        guard marked > 0 else { return 0 }
        // Open again, should another worker have found it empty between two batches.
        try connection.execute(
            """
            INSERT INTO purge_runs (id, account_id, kind, cutoff, detail, planned, user_id, user_name, started_at)
            VALUES (\(run.id), \(run.account), \(run.kind), \(run.cutoff), \(run.detail), \(marked), \(run.user), \(run.userName),
                \(site.clock.now()))
            ON CONFLICT (id) DO UPDATE SET planned = purge_runs.planned + excluded.planned, finished_at = NULL
            """)
        return marked
    }

    /// What was marked, before any of it goes.
    func addPlanned(_ run: Run, to figures: inout PurgeFigures, on connection: any Connection) throws {
        try connection.forEachRow(
            """
            SELECT COUNT(*), MIN(recorded_at), MAX(recorded_at), COUNT(connector) FROM media_files
            WHERE account_id = \(run.account) AND run_id = \(run.id) AND state = 'purging'
            """
        ) { row in
            figures.planned = try row.next()
            figures.oldest = try row.next()
            figures.newest = try row.next()
            figures.connectorCopies = try row.next()
        }
    }

    /// Marked files of the run in the order of their ids, so that one that cannot be deleted is passed over and not met again.
    func files(of run: Run, after last: ID<MediaFile>?, on connection: any Connection) throws -> [StoredFile] {
        let start: SQL = last.map { "AND id > \($0)" } ?? ""
        return try connection.rows(
            """
            SELECT id, extension FROM media_files
            WHERE account_id = \(run.account) AND run_id = \(run.id) AND state = 'purging' \(start) ORDER BY id LIMIT \(Self.batch)
            """
        ) { StoredFile(id: try $0.next(), fileExtension: try $0.next()) }
    }

    /// Second phase, after the files are gone: their rows go, and the Deletion history grows by them, in one transaction. Rows that
    /// another worker of the same run has removed are not counted again.
    func remove(_ files: [ID<MediaFile>], of run: Run, on connection: any Connection) throws {
        let removed = try connection.rows(
            """
            DELETE FROM media_files WHERE account_id = \(run.account) AND run_id = \(run.id) AND state = 'purging' AND id IN (\(list: files))
            RETURNING bytes
            """
        ) { try $0.next(Int.self) }
        guard !removed.isEmpty else { return }
        try HoldStore.forget(files, of: run.account, on: connection)
        let bytes = removed.reduce(0, +)
        try connection.execute(
            "UPDATE purge_runs SET items = items + \(removed.count), bytes = bytes + \(bytes) WHERE id = \(run.id) AND account_id = \(run.account)"
        )
        try recordDeletion(of: run, on: connection)
    }

    /// One entry a run, however many batches it takes; at any moment it says what is gone by then.
    private func recordDeletion(of run: Run, on connection: any Connection) throws {
        let sums = try connection.first(
            "SELECT planned, items, bytes, deletion_id FROM purge_runs WHERE id = \(run.id) AND account_id = \(run.account)"
        ) { row in
            (
                planned: try row.next(Int.self), items: try row.next(Int.self), bytes: try row.next(Int.self),
                entry: try row.next(ID<DeletionRow>?.self)
            )
        }
        guard let sums else { return }
        let deletion = Deletion(
            account: run.account, user: run.user, userName: run.userName, entity: run.kind.entity, detail: run.detail,
            planned: sums.planned,
            items: sums.items, bytes: sums.bytes)
        if let entry = sums.entry {
            try deletion.update(entry, on: connection)
        } else {
            let entry = try deletion.record(site, on: connection)
            try connection.execute("UPDATE purge_runs SET deletion_id = \(entry) WHERE id = \(run.id) AND account_id = \(run.account)")
        }
    }

    /// Not while something of the run is left, so that the next purge and the next start try it again.
    func finish(_ run: Run, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE purge_runs SET finished_at = \(site.clock.now())
            WHERE id = \(run.id) AND account_id = \(run.account)
                AND NOT EXISTS (SELECT 1 FROM media_files WHERE account_id = \(run.account) AND run_id = \(run.id) AND state = 'purging')
            """)
    }

    /// Items and bytes that the run has deleted so far.
    func deleted(by run: Run, on connection: any Connection) throws -> (items: Int, bytes: Int) {
        try connection.first("SELECT items, bytes FROM purge_runs WHERE id = \(run.id) AND account_id = \(run.account)") { row in
            (try row.next(), try row.next())
        } ?? (0, 0)
    }

    func unfinished(of account: ID<Account>, on connection: any Connection) throws -> [Run] {
        try connection.rows(
            """
            SELECT id, account_id, kind, cutoff, detail, user_id, user_name FROM purge_runs
            WHERE account_id = \(account) AND finished_at IS NULL ORDER BY id
            """
        ) { row in
            Run(
                id: try row.next(), account: try row.next(), kind: try row.next(), cutoff: try row.next(), detail: try row.next(),
                user: try row.next(), userName: try row.next())
        }
    }
}
