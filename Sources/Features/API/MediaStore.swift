// The SQL of the media API.

package import Database
import JSON
import Time
import Web

package struct MediaRecord: Sendable {
    package let id: ID<MediaFile>
    let kind: MediaKind
    package let state: String
    let fileExtension: String
    let bytes: Int
    let recordedAt: Timestamp
    let user: ID<User>?
    let userName: String?
    let trackingNumber: String?
    let connector: String?
    let isHeld: Bool
    let externalID: String?
    let createdAt: Timestamp

    var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return [
            "id": .string(id.description), "kind": .string(kind.rawValue), "state": .string(state), "extension": .string(fileExtension),
            "bytes": JSONValue(bytes), "recorded_at": .string(recordedAt.iso8601), "user": text(user?.description),
            "user_name": text(userName),
            "tracking_number": text(trackingNumber), "connector": text(connector), "hold": .bool(isHeld), "external_id": text(externalID),
            "created_at": .string(createdAt.iso8601),
        ]
    }
}

struct MediaStore: Sendable {
    let site: Site

    func record(_ id: ID<MediaFile>, of account: ID<Account>) throws -> MediaRecord? {
        try site.database.read { try Self.first("id = \(id)", of: account, on: $0) }
    }

    func record(externalID: String, of account: ID<Account>) throws -> MediaRecord? {
        try site.database.read { try Self.first("external_id = \(externalID)", of: account, on: $0) }
    }

    private static func first(_ condition: SQL, of account: ID<Account>, on connection: any Connection) throws -> MediaRecord? {
        try connection.first(
            """
            SELECT id, kind, state, extension, bytes, recorded_at, user_id, user_name, tracking_number, connector, is_held, external_id, created_at
            FROM media_files WHERE account_id = \(account) AND \(condition)
            """
        ) { row in
            MediaRecord(
                id: try row.next(), kind: try row.next(), state: try row.next(), fileExtension: try row.next(), bytes: try row.next(),
                recordedAt: try row.next(), user: try row.next(), userName: try row.next(), trackingNumber: try row.next(),
                connector: try row.next(), isHeld: try row.next(), externalID: try row.next(), createdAt: try row.next())
        }
    }

    /// Throws `DatabaseError.duplicate` when the external id has been here.
    func insert(_ media: NewMedia, id: ID<MediaFile>, fileExtension: String, bytes: Int, of account: ID<Account>) throws {
        try site.database.write { connection in
            try connection.execute(
                """
                INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, user_id, user_name, tracking_number, connector,
                    is_held, external_id, created_at)
                VALUES (\(id), \(account), \(media.kind), \(fileExtension), \(bytes), \(media.recordedAt), \(media.user), \(media.userName),
                    \(media.trackingNumber), \(media.connector), \(media.isHeld), \(media.externalID), \(site.clock.now()))
                """)
        }
    }

    /// False when a purge has it already, or it is gone.
    func setHold(_ isHeld: Bool, on id: ID<MediaFile>, of account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.execute(
            "UPDATE media_files SET is_held = \(isHeld) WHERE id = \(id) AND account_id = \(account) AND state = 'live'") > 0
    }

    /// By id (`usr_…`) or email address.
    func user(_ text: String, of account: ID<Account>) throws -> (id: ID<User>, name: String)? {
        let condition: SQL = ID<User>(text).map { "id = \($0)" } ?? "email = \(text.lowercased())"
        return try site.database.read { connection in
            try connection.first("SELECT id, name FROM users WHERE account_id = \(account) AND \(condition)") { row in
                (id: try row.next(), name: try row.next())
            }
        }
    }
}
