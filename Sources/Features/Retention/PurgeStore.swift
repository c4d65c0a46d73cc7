// What the transactions of a purge do. Each is short, and each leaves the database saying truly what is still to do.

import Database
import Time
import Web

struct PurgeStore: Sendable {
    /// Rows in one transaction: everybody's writes wait for it, and each row may stand on pages of its own.
    static let batch = 100

    struct Run {
        let id: ID<PurgeRun>
        let account: ID<Account>
        let kind: MediaKind
        /// What the cutoff was computed from.
        let days: Int
        let cutoff: Timestamp
        /// Words for the Deletion history.
        let detail: String
        let user: ID<User>?
        let userName: String
    }

    struct StoredFile {
        let id: ID<MediaFile>
        let fileExtension: String
        var recordedAt = Timestamp(milliseconds: 0)
        var hasConnectorCopy = false
    }

    let site: Site

    /// Writes the intent down, before anything is marked. False when the account itself is being deleted, with all that it has.
    ///
    /// - Parameters:
    ///   - planned: what was due, as somebody was shown it or as it was found.
    ///   - held: what was due and under hold then.
    func begin(_ run: Run, planned: Int, held: Int, on connection: any Connection) throws -> Bool {
        try connection.lock(run.account)
        guard let state = try AccountState.of(run.account, on: connection), state != .deleting else { return false }
        try connection.execute(
            """
            INSERT INTO purge_runs (id, account_id, kind, days, cutoff, detail, planned, held, user_id, user_name, started_at)
            VALUES (\(run.id), \(run.account), \(run.kind), \(run.days), \(run.cutoff), \(run.detail), \(planned), \(held), \(run.user),
                \(run.userName), \(site.clock.now()))
            """)
        return true
    }

    /// First phase of a batch: what is due and not held becomes `purging`. Nothing once the policy keeps the kind for longer, and nothing
    /// while a hold is being placed.
    ///
    /// - Returns: none when there is no more.
    func mark(_ run: Run, on connection: any Connection) throws -> [StoredFile] {
        let marked = try connection.rows(
            """
            UPDATE media_files SET state = 'purging', run_id = \(run.id)
            WHERE id IN (
                SELECT id FROM media_files
                WHERE account_id = \(run.account) AND kind = \(run.kind) AND state = 'live' AND is_held = 0 AND recorded_at < \(run.cutoff)
                ORDER BY recorded_at LIMIT \(Self.batch))
            AND state = 'live' AND is_held = 0 AND \(isWanted(run)) AND NOT \(HoldStore.isBeingPlaced(in: run.account))
            AND EXISTS (SELECT 1 FROM purge_runs WHERE id = \(run.id) AND account_id = \(run.account))
            RETURNING id, extension, recorded_at, connector
            """
        ) { row in
            StoredFile(
                id: try row.next(), fileExtension: try row.next(), recordedAt: try row.next(),
                hasConnectorCopy: try row.next(String?.self) != nil)
        }
        guard !marked.isEmpty else { return [] }
        // Open again, should another worker have found it empty between two batches.
        try connection.execute(
            """
            UPDATE purge_runs SET marked = marked + \(marked.count), finished_at = NULL WHERE id = \(run.id) AND account_id = \(run.account)
            """)
        return marked
    }

    private func isWanted(_ run: Run) -> SQL {
        "EXISTS (SELECT 1 FROM retention_policies WHERE account_id = \(run.account) AND kind = \(run.kind) AND days <= \(run.days))"
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

    /// One entry a run, however many batches it takes; at any moment it says what is gone by then. Another only when a run took so long
    /// that its first has left the history.
    private func recordDeletion(of run: Run, on connection: any Connection) throws {
        let sums = try connection.first(
            "SELECT marked, items, bytes, deletion_id FROM purge_runs WHERE id = \(run.id) AND account_id = \(run.account)"
        ) { row in
            (
                marked: try row.next(Int.self), items: try row.next(Int.self), bytes: try row.next(Int.self),
                entry: try row.next(ID<DeletionRow>?.self)
            )
        }
        guard let sums else { return }
        let deletion = Deletion(
            account: run.account, user: run.user, userName: run.userName, entity: run.kind.entity, detail: run.detail,
            planned: sums.marked, items: sums.items, bytes: sums.bytes)
        if let entry = sums.entry, try deletion.update(entry, on: connection) { return }
        let entry = try deletion.record(site, on: connection)
        try connection.execute("UPDATE purge_runs SET deletion_id = \(entry) WHERE id = \(run.id) AND account_id = \(run.account)")
    }

    /// Not while something of the run is left, so that the next purge and the next start try it again.
    ///
    /// - Parameter fault: of the disk, which left something; 0: none.
    func finish(_ run: Run, _ shortfall: Shortfall, fault: Int32, on connection: any Connection) throws {
        let here: SQL = "WHERE id = \(run.id) AND account_id = \(run.account)"
        let rest: SQL = "EXISTS (SELECT 1 FROM media_files WHERE account_id = \(run.account) AND run_id = \(run.id) AND state = 'purging')"
        let finished = try connection.execute(
            """
            UPDATE purge_runs SET finished_at = \(site.clock.now()), fault = 0, newly_held = \(shortfall.newlyHeld),
                is_policy_longer = \(shortfall.isPolicyLonger)
            \(here) AND NOT \(rest)
            """)
        if finished == 0 { try note(fault, in: run, on: connection) }
    }

    /// Why the disk left something of it, as an `errno`.
    func note(_ fault: Int32, in run: Run, on connection: any Connection) throws {
        try connection.execute("UPDATE purge_runs SET fault = \(Int(fault)) WHERE id = \(run.id) AND account_id = \(run.account)")
    }

    /// Why a run took less than was planned.
    struct Shortfall {
        var newlyHeld = 0
        var isPolicyLonger = false
    }

    /// Looked for only when something is missing.
    func shortfall(of run: Run, on connection: any Connection) throws -> Shortfall {
        let sums = try connection.first(
            "SELECT planned, marked, held FROM purge_runs WHERE id = \(run.id) AND account_id = \(run.account)"
        ) { (planned: try $0.next(Int.self), marked: try $0.next(Int.self), held: try $0.next(Int.self)) }
        guard let sums, sums.marked < sums.planned else { return Shortfall() }
        let held: Int? = try connection.value(
            """
            SELECT COUNT(*) FROM media_files
            WHERE account_id = \(run.account) AND kind = \(run.kind) AND state = 'live' AND is_held = 1 AND recorded_at < \(run.cutoff)
            """)
        return Shortfall(
            newlyHeld: min(max(0, (held ?? 0) - sums.held), sums.planned - sums.marked),
            isPolicyLonger: try connection.value("SELECT 1 WHERE \(isWanted(run))", as: Int.self) == nil)
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
            SELECT id, account_id, kind, days, cutoff, detail, user_id, user_name FROM purge_runs
            WHERE account_id = \(account) AND finished_at IS NULL ORDER BY id
            """
        ) { row in
            Run(
                id: try row.next(), account: try row.next(), kind: try row.next(), days: try row.next(), cutoff: try row.next(),
                detail: try row.next(), user: try row.next(), userName: try row.next())
        }
    }
}
