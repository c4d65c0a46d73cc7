// When each purge by the clock was last through, and which of them wait for a person.

import Database
import Spelling
import Time

enum PurgeGuardStore {
    /// Before the first run, when its account was made (`purge:acc_…` names one), or the oldest. Nil without accounts.
    static func lastRun(of job: String, on connection: any Connection) throws -> Timestamp? {
        let account = account(of: job)
        return try connection.value(
            """
            SELECT COALESCE((SELECT ran_at FROM purge_marks WHERE job = \(job) AND ran_at IS NOT NULL),
                (SELECT created_at FROM accounts WHERE id = \(account?.stored ?? "")), (SELECT MIN(created_at) FROM accounts))
            """)
    }

    /// Whose it is, of a purge of one account's: `purge:acc_…`.
    static func account(of job: String) -> ID<Account>? { job.words(between: ":").last.flatMap { ID<Account>($0) } }

    static func note(_ job: String, at time: Timestamp, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO purge_marks (job, ran_at) VALUES (\(job), \(time))
            ON CONFLICT (job) DO UPDATE SET ran_at = CASE WHEN purge_marks.ran_at > excluded.ran_at THEN purge_marks.ran_at
                ELSE excluded.ran_at END, held_since = NULL, held_items = NULL
            """)
    }

    /// When it was last through stays what it was, so that it is held until the clock or a person says otherwise.
    static func hold(_ held: HeldPurge, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO purge_marks (job, ran_at, held_since, held_items) VALUES (\(held.job), \(held.lastRun), \(held.heldSince), \(held.items))
            ON CONFLICT (job) DO UPDATE SET held_since = COALESCE(purge_marks.held_since, excluded.held_since), held_items = excluded.held_items
            """)
    }

    static func held(on connection: any Connection) throws -> [HeldPurge] {
        try connection.rows("SELECT job, held_items, ran_at, held_since FROM purge_marks WHERE held_since IS NOT NULL ORDER BY job", held)
    }

    static func held(_ job: String, on connection: any Connection) throws -> HeldPurge? {
        try connection.first(
            "SELECT job, held_items, ran_at, held_since FROM purge_marks WHERE job = \(job) AND held_since IS NOT NULL", held)
    }

    private static func held(_ row: Row) throws -> HeldPurge {
        HeldPurge(job: try row.next(), items: try row.next(), lastRun: try row.next(), heldSince: try row.next())
    }
}

enum PurgeGuardSchema {
    static let migrations = [
        Migration(
            600, "purges by the clock",
            ["CREATE TABLE purge_marks (job TEXT PRIMARY KEY, ran_at BIGINT, held_since BIGINT, held_items BIGINT)"])
    ]
}
