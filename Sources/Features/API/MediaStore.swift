// The SQL of the media API.

package import Database
import JSON
import Time
import Web

package struct MediaRecord: Sendable {
    package private(set) var id = ID<MediaFile>(value: 0)
    private(set) var kind = MediaKind.recordings
    package private(set) var state = ""
    private(set) var fileExtension = ""
    private(set) var bytes = 0
    private(set) var recordedAt = Timestamp(milliseconds: 0)
    private(set) var user: ID<User>?
    private(set) var userName: String?
    private(set) var trackingNumber: String?
    private(set) var connector: String?
    private(set) var isHeld = false
    private(set) var externalID: String?
    private(set) var createdAt = Timestamp(milliseconds: 0)
    /// Below the account's inbox, of a file that was taken from there.
    private(set) var inboxPath: String?

    static let record = Record(MediaRecord()) {
        Column("id", \.id)
        Column("kind", \.kind)
        Column("state", \.state)
        Column("extension", \.fileExtension)
        Column("bytes", \.bytes)
        Column("recorded_at", \.recordedAt)
        Column("user_id", \.user)
        Column("user_name", \.userName)
        Column("tracking_number", \.trackingNumber)
        Column("connector", \.connector)
        Column("is_held", \.isHeld)
        Column("external_id", \.externalID)
        Column("created_at", \.createdAt)
        Column("inbox_path", \.inboxPath)
    }

    private init() {}

    /// A new one, whose file is not in its place yet.
    init(_ media: NewMedia, id: ID<MediaFile>, fileExtension: String, inboxPath: String?, at now: Timestamp) {
        self.id = id
        kind = media.kind
        state = MediaStore.incomingState
        self.fileExtension = fileExtension
        self.inboxPath = inboxPath
        recordedAt = media.recordedAt
        user = media.user
        userName = media.userName
        trackingNumber = media.trackingNumber
        connector = media.connector
        isHeld = media.isHeld
        externalID = media.externalID
        createdAt = now
    }

    /// What the list of stored items is searched by.
    fileprivate var searchText: String {
        MediaWords.searchText(id: id, userName: userName, number: trackingNumber, externalID: externalID)
    }

    var isIncoming: Bool { state == MediaStore.incomingState }

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

enum MediaStore {
    /// Of a row whose file is on its way; `live` comes after it.
    static let incomingState = "incoming"

    /// A registration that was begun.
    struct Intent {
        let id: ID<MediaFile>
        let account: ID<Account>
        let fileExtension: String
        let isFromInbox: Bool
    }

    static func record(_ id: ID<MediaFile>, of account: ID<Account>, on connection: any Connection) throws -> MediaRecord? {
        try first("id = \(id)", of: account, on: connection)
    }

    static func record(externalID: String, of account: ID<Account>, on connection: any Connection) throws -> MediaRecord? {
        try first("external_id = \(externalID)", of: account, on: connection)
    }

    /// The last of this kind and time that was taken from this path.
    static func record(
        _ media: NewMedia, fromInbox path: String, of account: ID<Account>, on connection: any Connection
    ) throws -> MediaRecord? {
        try first(
            "inbox_path = \(path) AND kind = \(media.kind) AND recorded_at = \(media.recordedAt) ORDER BY id DESC LIMIT 1", of: account,
            on: connection)
    }

    // MARK: On its way

    /// Those that were begun, before `time` when it is given.
    static func incoming(before time: Timestamp?, on connection: any Connection) throws -> [Intent] {
        let condition: SQL = time.map { " AND created_at < \($0)" } ?? ""
        return try connection.rows("\(intents)\(condition) ORDER BY id", intent)
    }

    static func intent(_ id: ID<MediaFile>, on connection: any Connection) throws -> Intent? {
        try connection.first("\(intents) AND id = \(id)", intent)
    }

    private static var intents: SQL {
        "SELECT id, account_id, extension, inbox_path IS NOT NULL FROM media_files WHERE state = 'incoming'"
    }

    private static func intent(_ row: Row) throws -> Intent {
        Intent(id: try row.next(), account: try row.next(), fileExtension: try row.next(), isFromInbox: try row.next())
    }

    static func makeLive(_ id: ID<MediaFile>, bytes: Int, of account: ID<Account>, on connection: any Connection) throws {
        try connection.execute(
            "UPDATE media_files SET state = 'live', bytes = \(bytes) WHERE id = \(id) AND account_id = \(account) AND state = 'incoming'")
    }

    static func forget(_ id: ID<MediaFile>, of account: ID<Account>, on connection: any Connection) throws {
        guard try connection.execute("DELETE FROM media_files WHERE id = \(id) AND account_id = \(account) AND state = 'incoming'") > 0
        else {
            return
        }
        try HoldStore.forget(id, of: account, on: connection)
    }

    static func slug(of account: ID<Account>, on connection: any Connection) throws -> String? {
        try connection.value("SELECT slug FROM accounts WHERE id = \(account)")
    }

    private static func first(_ condition: SQL, of account: ID<Account>, on connection: any Connection) throws -> MediaRecord? {
        try connection.first(
            "SELECT \(MediaRecord.record.columns) FROM media_files WHERE account_id = \(account) AND \(condition)",
            MediaRecord.record.decode)
    }

    /// Throws `DatabaseError.duplicate` when the external id has been here.
    static func insert(_ media: MediaRecord, of account: ID<Account>, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO media_files (account_id, search_text, \(MediaRecord.record.columns))
            VALUES (\(account), \(media.searchText), \(MediaRecord.record.values(media)))
            """)
    }

    /// By id (`usr_…`) or email address.
    static func user(_ text: String, of account: ID<Account>, on connection: any Connection) throws -> (id: ID<User>, name: String)? {
        let condition: SQL = ID<User>(text).map { "id = \($0)" } ?? "email = \(NewUser.spelled(text))"
        return try connection.first("SELECT id, name FROM users WHERE account_id = \(account) AND \(condition)") { row in
            (id: try row.next(), name: try row.next())
        }
    }
}
