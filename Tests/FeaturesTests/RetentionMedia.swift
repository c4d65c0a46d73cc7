// Media for tests: rows and files as the platform would have left them, and what is there afterwards.

import Database
import Features
import Foundation
import TestSupport
import Time
import Web

extension TestApp {
    struct Stored {
        let id: ID<MediaFile>
        let path: String
    }

    func mediaPath(_ account: ID<Account>) -> String { "\(folder)/media/\(account.stored)" }

    /// A row and its file, so many days old.
    @discardableResult
    func addMedia(
        _ kind: MediaKind = .recordings, days: Int, bytes: Int = 10, isHeld: Bool = false, connector: String? = nil,
        account: ID<Account>? = nil
    ) throws -> Stored {
        let account = account ?? acme
        let id = site.ids.next(MediaFile.self)
        try FileManager.default.createDirectory(atPath: mediaPath(account), withIntermediateDirectories: true)
        let path = "\(mediaPath(account))/\(id.stored).wav"
        try Data(repeating: 7, count: bytes).write(to: URL(filePath: path))
        // A minute beyond the day, so that the age is clear of the cutoff.
        let recordedAt = clock.clock.now() - .seconds(days * 86400 + 60)
        try site.database.write { connection in
            try connection.execute(
                """
                INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, connector, is_held, created_at)
                VALUES (\(id), \(account), \(kind), 'wav', \(bytes), \(recordedAt), \(connector), \(isHeld), \(recordedAt))
                """)
        }
        return Stored(id: id, path: path)
    }

    func setPolicy(_ kind: MediaKind = .recordings, days: Int, account: ID<Account>? = nil) throws {
        let account = account ?? acme
        try site.database.write { connection in
            try connection.execute("INSERT INTO retention_policies (account_id, kind, days) VALUES (\(account), \(kind), \(days))")
            try connection.execute("INSERT INTO retention_versions (account_id, version) VALUES (\(account), 1) ON CONFLICT DO NOTHING")
        }
    }

    /// Names of the account's files, and of those that its rows stand for.
    func media(_ account: ID<Account>? = nil) throws -> (files: Set<String>, rows: Set<String>) {
        let account = account ?? acme
        let files = (try? FileManager.default.contentsOfDirectory(atPath: mediaPath(account))) ?? []
        let rows = try site.database.read { connection in
            try connection.rows("SELECT id, extension FROM media_files WHERE account_id = \(account)") { row in
                "\(try row.next(ID<MediaFile>.self).stored).\(try row.next(String.self))"
            }
        }
        return (Set(files), Set(rows))
    }

    struct Entry: Equatable {
        let user: String
        let entity: String
        let planned: Int
        let items: Int
        let bytes: Int
    }

    /// The account's Deletion history.
    func deletions(_ account: ID<Account>? = nil) throws -> [Entry] {
        let account = account ?? acme
        return try site.database.read { connection in
            try connection.rows("SELECT user_name, entity, planned, items, bytes FROM deletions WHERE account_id = \(account) ORDER BY id")
            { row in
                Entry(user: try row.next(), entity: try row.next(), planned: try row.next(), items: try row.next(), bytes: try row.next())
            }
        }
    }

    func unfinishedPurges() throws -> Int {
        try site.database.read { try $0.value("SELECT COUNT(*) FROM purge_runs WHERE finished_at IS NULL") } ?? 0
    }
}

extension [PurgeFigures] {
    subscript(kind: MediaKind) -> PurgeFigures? { first { $0.kind == kind } }
}
