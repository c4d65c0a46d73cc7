// The SQL of the daily look at files and rows.

import Database
import Time

enum InventoryStore {
    /// Names of the files that these rows stand for, whatever their state.
    static func names(of files: [ID<MediaFile>], in account: ID<Account>, on connection: any Connection) throws -> Set<String> {
        Set(
            try connection.rows("SELECT id, extension FROM media_files WHERE account_id = \(account) AND id IN (\(list: files))") { row in
                MediaFolder.name(of: try row.next(), try row.next())
            }.compactMap { $0 })
    }

    static func files(
        of account: ID<Account>, after last: ID<MediaFile>?, limit: Int, on connection: any Connection
    ) throws -> [PurgeStore.StoredFile] {
        let start: SQL = last.map { "AND id > \($0)" } ?? ""
        return try connection.rows(
            "SELECT id, extension FROM media_files WHERE account_id = \(account) AND state = 'live' \(start) ORDER BY id LIMIT \(limit)"
        ) { PurgeStore.StoredFile(id: try $0.next(), fileExtension: try $0.next()) }
    }

    static func stillLive(_ files: [ID<MediaFile>], in account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.value(
            "SELECT COUNT(*) FROM media_files WHERE account_id = \(account) AND state = 'live' AND id IN (\(list: files))") ?? 0
    }

    static func note(_ account: ID<Account>, at now: Timestamp, quarantined: Int, missing: Int, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO media_checks (account_id, checked_at, quarantined, missing) VALUES (\(account), \(now), \(quarantined), \(missing))
            ON CONFLICT (account_id) DO UPDATE SET
                checked_at = excluded.checked_at, quarantined = excluded.quarantined, missing = excluded.missing
            """)
    }
}
