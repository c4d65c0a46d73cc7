// All the SQL of closing an account, and of taking it back.

import Database
import Time
import Web

/// An account on its way out.
struct Closure {
    let account: ID<Account>
    let slug: String
    let name: String
    let certificate: ID<DeletionCertificate>
    let closedAt: Timestamp
    let closedBy: String
    let deleteAfter: Timestamp
    /// Why there is no export yet, in words for the log.
    let exportProblem: String?
    let export: Export?

    struct Export {
        let at: Timestamp
        let bytes: Int
        let sha256: String
    }
}

enum ClosureStore {
    /// Until the account is deleted (product.md § People, roles, sign-in).
    static let period = Duration.seconds(30 * 86400)

    /// Throws `Refusal.stale` unless the account is open or suspended.
    static func close(
        _ account: ID<Account>, by name: String, as certificate: ID<DeletionCertificate>, at now: Timestamp, on connection: any Connection
    ) throws {
        try connection.lock(account)
        let changed = try connection.execute(
            """
            UPDATE accounts SET state = \(AccountState.closing)
            WHERE id = \(account) AND state IN (\(AccountState.active), \(AccountState.suspended))
            """)
        guard changed == 1 else { throw Refusal.stale }
        try connection.execute(
            """
            INSERT INTO account_closures (account_id, certificate_id, closed_at, closed_by, delete_after)
            VALUES (\(account), \(certificate), \(now), \(name), \(now + period))
            """)
    }

    /// To what it was before: one that was suspended is still. Throws `Refusal.stale` unless it is still whole.
    static func reopen(_ account: ID<Account>, on connection: any Connection) throws {
        try connection.lock(account)
        let changed = try connection.execute(
            """
            UPDATE accounts SET state = CASE WHEN suspended_at IS NULL THEN \(AccountState.active) ELSE \(AccountState.suspended) END
            WHERE id = \(account) AND state = \(AccountState.closing)
            """)
        guard changed == 1 else { throw Refusal.stale }
        try connection.execute("DELETE FROM account_closures WHERE account_id = \(account)")
    }

    static func closure(of account: ID<Account>, on connection: any Connection) throws -> Closure? {
        try connection.first("\(selection) WHERE c.account_id = \(account)", decode)
    }

    static func unexported(on connection: any Connection) throws -> [Closure] {
        try connection.rows("\(selection) WHERE c.exported_at IS NULL ORDER BY c.closed_at, c.account_id LIMIT 100", decode)
    }

    /// Those whose time has come: exported, and nothing of theirs under legal hold, which no deletion takes.
    static func due(at instant: Timestamp, on connection: any Connection) throws -> [Closure] {
        try connection.rows("\(selection) WHERE \(isDue(at: instant)) ORDER BY c.delete_after, c.account_id LIMIT 100", decode)
    }

    static func countDue(at instant: Timestamp, on connection: any Connection) throws -> Int {
        try connection.value(
            "SELECT COUNT(*) FROM account_closures c JOIN accounts a ON a.id = c.account_id WHERE \(isDue(at: instant))") ?? 0
    }

    private static func isDue(at instant: Timestamp) -> SQL {
        """
        c.delete_after <= \(instant) AND c.exported_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM media_files m WHERE m.account_id = c.account_id AND m.is_held = 1 AND m.state = 'live')
            AND NOT EXISTS (SELECT 1 FROM media_holds h WHERE h.state = 'placing' AND h.account_id = c.account_id)
        """
    }

    private static let selection: SQL = """
        SELECT c.account_id, a.slug, a.name, c.certificate_id, c.closed_at, c.closed_by, c.delete_after, c.export_problem, c.exported_at,
            c.export_bytes, c.export_sha256
        FROM account_closures c JOIN accounts a ON a.id = c.account_id
        """

    private static func decode(_ row: Row) throws -> Closure {
        let closure = (
            account: try row.next(ID<Account>.self), slug: try row.next(String.self), name: try row.next(String.self),
            certificate: try row.next(ID<DeletionCertificate>.self), closedAt: try row.next(Timestamp.self),
            closedBy: try row.next(String.self), deleteAfter: try row.next(Timestamp.self), problem: try row.next(String?.self)
        )
        let export: Closure.Export? = try row.next(Timestamp?.self).map { at in
            Closure.Export(at: at, bytes: try row.next(), sha256: try row.next())
        }
        return Closure(
            account: closure.account, slug: closure.slug, name: closure.name, certificate: closure.certificate,
            closedAt: closure.closedAt, closedBy: closure.closedBy, deleteAfter: closure.deleteAfter, exportProblem: closure.problem,
            export: export)
    }

    // MARK: Export

    static func note(_ export: Closure.Export, of closure: Closure, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE account_closures SET exported_at = \(export.at), export_bytes = \(export.bytes), export_sha256 = \(export.sha256),
                export_problem = NULL
            WHERE account_id = \(closure.account) AND certificate_id = \(closure.certificate)
            """)
    }

    static func note(problem: String, of closure: Closure, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE account_closures SET export_problem = \(problem)
            WHERE account_id = \(closure.account) AND certificate_id = \(closure.certificate)
            """)
    }

    /// Of all closures; whatever else stands in the folder of exports is left over.
    static func certificates(on connection: any Connection) throws -> Set<String> {
        Set(try connection.rows("SELECT certificate_id FROM account_closures") { try $0.next(ID<DeletionCertificate>.self).stored })
    }

    // MARK: Deletion

    /// From now on there is no way back. False when somebody took it back, or put something under hold, meanwhile.
    static func beginDeletion(_ closure: Closure, at now: Timestamp, on connection: any Connection) throws -> Bool {
        try connection.lock(closure.account)
        guard let export = closure.export else { return false }
        let changed = try connection.execute(
            """
            UPDATE accounts SET state = \(AccountState.deleting) WHERE id = \(closure.account)
                AND state IN (\(AccountState.closing), \(AccountState.deleting))
                AND EXISTS (SELECT 1 FROM account_closures c WHERE c.account_id = accounts.id AND \(isDue(at: now)))
            """)
        guard changed == 1 else { return false }
        // Staff who look into it are led out.
        try connection.execute("UPDATE sessions SET account_id = NULL WHERE account_id = \(closure.account)")
        try CertificateStore.begin(closure, export, at: now, on: connection)
        return true
    }

    struct StoredFile {
        let id: ID<MediaFile>
        let fileExtension: String
    }

    static func media(of account: ID<Account>, limit: Int, on connection: any Connection) throws -> [StoredFile] {
        try connection.rows("SELECT id, extension FROM media_files WHERE account_id = \(account) ORDER BY id LIMIT \(limit)") {
            StoredFile(id: try $0.next(), fileExtension: try $0.next())
        }
    }

    static func deleteMedia(
        _ files: [StoredFile], of account: ID<Account>, on connection: any Connection
    ) throws -> (items: Int, bytes: Int) {
        let bytes = try connection.rows(
            "DELETE FROM media_files WHERE account_id = \(account) AND id IN (\(list: files.map(\.id))) RETURNING bytes"
        ) { try $0.next(Int.self) }
        return (bytes.count, bytes.reduce(0, +))
    }

    static func logo(of account: ID<Account>, on connection: any Connection) throws -> String? {
        try connection.value("SELECT logo_file FROM accounts WHERE id = \(account)")
    }

    /// The account itself, last of all.
    static func finish(_ closure: Closure, at now: Timestamp, on connection: any Connection) throws {
        let job = RetentionPurge.job(of: closure.account)
        try connection.execute("DELETE FROM job_runs WHERE job = \(job)")
        try connection.execute("DELETE FROM purge_marks WHERE job = \(job)")
        try connection.execute("DELETE FROM account_closures WHERE account_id = \(closure.account)")
        try connection.execute("DELETE FROM accounts WHERE id = \(closure.account) AND state = \(AccountState.deleting)")
        try CertificateStore.finish(closure.certificate, at: now, on: connection)
    }
}
