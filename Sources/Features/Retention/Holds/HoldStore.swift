// All the SQL of legal holds. Whatever places or ends one sets `is_held` of its items in the same transaction: it is what a purge looks at.

import Database
import HTTP
import Time
import Web

enum HoldStore {
    /// Items in one transaction: everybody's writes wait for it.
    static let batch = 500
    /// Of what a purge has marked, how many are looked at for those that came too late.
    private static let maximumLate = 5000

    /// Somebody else was quicker, or the same person's second click.
    struct AlreadyReleased: Error {}
    /// A purge has the item.
    struct TooLate: Error {}

    // MARK: Reading

    /// Throws 404 for one of another account, as for one that never was.
    static func hold(_ id: ID<MediaHold>, of account: ID<Account>, on connection: any Connection) throws -> HoldRecord {
        let found = try connection.first("\(selection) WHERE id = \(id) AND account_id = \(account)", HoldRecord.record.decode)
        guard let found else { throw Refusal.notFound }
        return found
    }

    private static var selection: SQL { "SELECT \(HoldRecord.record.columns) FROM media_holds" }

    /// Newest first.
    static func page(
        of account: ID<Account>, _ filter: HoldFilter, at position: PagePosition<MediaHold>, size: Int, on connection: any Connection
    ) throws -> Keyset<HoldRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try connection.rows(
            """
            \(selection) WHERE account_id = \(account) \(filter.condition) \(position.condition(on: "id"))
            ORDER BY id \(direction) LIMIT \(size + 1)
            """, HoldRecord.record.decode)
        return Keyset(records, size: size, position)
    }

    /// All that an item is or was under, the newest first.
    static func holds(on media: ID<MediaFile>, of account: ID<Account>, on connection: any Connection) throws -> [HoldRecord] {
        try connection.rows(
            """
            \(selection) WHERE account_id = \(account) AND id IN (SELECT hold_id FROM media_hold_items WHERE media_id = \(media))
            ORDER BY id DESC LIMIT 100
            """, HoldRecord.record.decode)
    }

    /// Of each of these items the holds it is under.
    static func inForce(
        on media: [ID<MediaFile>], of account: ID<Account>, on connection: any Connection
    ) throws -> [ID<MediaFile>: [ID<MediaHold>]] {
        var found: [ID<MediaFile>: [ID<MediaHold>]] = [:]
        try connection.forEachRow(
            """
            SELECT i.media_id, i.hold_id FROM media_hold_items i JOIN media_holds h ON h.id = i.hold_id
            WHERE i.account_id = \(account) AND i.media_id IN (\(list: media)) AND h.state <> 'released' ORDER BY i.media_id, i.hold_id
            """
        ) { found[try $0.next(), default: []].append(try $0.next()) }
        return found
    }

    static func unfinished(of account: ID<Account>?, on connection: any Connection) throws -> [(id: ID<MediaHold>, account: ID<Account>)] {
        let own: SQL = account.map { " AND account_id = \($0)" } ?? ""
        return try connection.rows(
            "SELECT id, account_id FROM media_holds WHERE state IN ('placing', 'releasing')\(own) ORDER BY id"
        ) { (id: try $0.next(), account: try $0.next()) }
    }

    /// Looked at by a purge in each of its transactions: it marks nothing while what is to be held is not marked yet.
    static func isBeingPlaced(in account: ID<Account>) -> SQL {
        "EXISTS (SELECT 1 FROM media_holds WHERE state = 'placing' AND account_id = \(account))"
    }

    static func isBeingPlaced(in account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.value("SELECT 1 WHERE \(isBeingPlaced(in: account))", as: Int.self) != nil
    }

    // MARK: Placing

    static func insert(_ hold: HoldRecord, in account: ID<Account>, on connection: any Connection) throws {
        try connection.execute(
            "INSERT INTO media_holds (account_id, \(HoldRecord.record.columns)) VALUES (\(account), \(HoldRecord.record.values(hold)))")
    }

    /// On one item, at once. Throws `TooLate`.
    static func place(_ hold: HoldRecord, onItem media: ID<MediaFile>, in account: ID<Account>, on connection: any Connection) throws {
        var hold = hold
        (hold.media, hold.state, hold.items) = (media, .placed, 1)
        try insert(hold, in: account, on: connection)
        guard try cover([media], by: hold.id, in: account, on: connection) == 1 else { throw TooLate() }
    }

    /// On whatever matches a filter: from now on no purge takes any of it, and `HoldWork` marks it.
    static func begin(_ hold: HoldRecord, _ filter: MediaFilter, in account: ID<Account>, on connection: any Connection) throws {
        var hold = hold
        hold.state = .placing
        hold.late =
            try connection.value(
                """
                SELECT COUNT(*) FROM (
                    SELECT id, kind, user_id, tracking_number, is_held, recorded_at, external_id, search_text FROM media_files
                    WHERE state = 'purging' AND run_id IN (SELECT id FROM purge_runs WHERE account_id = \(account) AND finished_at IS NULL)
                    LIMIT \(maximumLate)) AS purging
                WHERE \(filter.condition)
                """) ?? 0
        try insert(hold, in: account, on: connection)
    }

    /// How many of these came under the hold: not those that a purge has, nor those that are under it.
    private static func cover(
        _ media: [ID<MediaFile>], by hold: ID<MediaHold>, in account: ID<Account>, on connection: any Connection
    ) throws -> Int {
        let count = try connection.execute(
            """
            INSERT INTO media_hold_items (media_id, hold_id, account_id)
            SELECT id, \(hold), account_id FROM media_files
            WHERE account_id = \(account) AND state IN ('live', 'incoming') AND id IN (\(list: media))
            ON CONFLICT DO NOTHING
            """)
        try connection.execute(
            """
            UPDATE media_files SET is_held = 1
            WHERE account_id = \(account) AND state IN ('live', 'incoming') AND is_held = 0 AND id IN (\(list: media))
            """)
        return count
    }

    /// One batch of a placing. False when another worker did it.
    ///
    /// - Parameter place: where the next batch begins; nil when this was the last.
    static func proceed(
        _ hold: HoldRecord, with media: [ID<MediaFile>], to place: String?, in account: ID<Account>, on connection: any Connection
    ) throws -> Bool {
        guard try advance(hold, to: place, place == nil ? .placed : .placing, in: account, on: connection) else { return false }
        let count = try cover(media, by: hold.id, in: account, on: connection)
        try connection.execute(
            "UPDATE media_holds SET items = items + \(count) WHERE id = \(hold.id) AND account_id = \(account)")
        return true
    }

    private static func advance(
        _ hold: HoldRecord, to place: String?, _ state: HoldRecord.State, in account: ID<Account>, on connection: any Connection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE media_holds SET step = step + 1, place = \(place), state = \(state)
            WHERE id = \(hold.id) AND account_id = \(account) AND step = \(hold.step) AND state = \(hold.state)
            """) == 1
    }

    // MARK: Releasing

    /// Throws `AlreadyReleased`.
    static func beginRelease(
        _ id: ID<MediaHold>, for reason: String, by name: String, at now: Timestamp, in account: ID<Account>,
        on connection: any Connection
    ) throws {
        let changed = try connection.execute(
            """
            UPDATE media_holds SET state = 'releasing', step = step + 1, place = NULL, release_reason = \(reason), released_by = \(name),
                released_at = \(now)
            WHERE id = \(id) AND account_id = \(account) AND state = 'placed'
            """)
        guard changed == 1 else { throw AlreadyReleased() }
    }

    static func items(
        of hold: ID<MediaHold>, after place: ID<MediaFile>?, in account: ID<Account>, limit: Int, on connection: any Connection
    ) throws -> [ID<MediaFile>] {
        let start: SQL = place.map { "AND media_id > \($0)" } ?? ""
        return try connection.rows(
            """
            SELECT media_id FROM media_hold_items WHERE account_id = \(account) AND hold_id = \(hold) \(start)
            ORDER BY media_id LIMIT \(limit)
            """
        ) { try $0.next() }
    }

    /// One batch of a release. False when another worker did it.
    static func proceed(
        _ hold: HoldRecord, freeing media: [ID<MediaFile>], isLast: Bool, in account: ID<Account>, on connection: any Connection
    ) throws -> Bool {
        let place = isLast ? nil : media.last?.description
        guard try advance(hold, to: place, isLast ? .released : .releasing, in: account, on: connection) else { return false }
        let count = try free(media, in: account, on: connection)
        try connection.execute(
            "UPDATE media_holds SET freed = freed + \(count) WHERE id = \(hold.id) AND account_id = \(account)")
        return true
    }

    /// Those of them that no other hold keeps. How many.
    private static func free(_ media: [ID<MediaFile>], in account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.execute(
            """
            UPDATE media_files SET is_held = 0
            WHERE account_id = \(account) AND is_held = 1 AND id IN (\(list: media)) AND NOT EXISTS (
                SELECT 1 FROM media_hold_items i JOIN media_holds h ON h.id = i.hold_id
                WHERE i.media_id = media_files.id AND h.state IN ('placing', 'placed'))
            """)
    }

    // MARK: Machines

    /// At most one of machines on an item. False when it is there. Throws `TooLate`.
    static func placeByMachine(
        _ hold: HoldRecord, on media: ID<MediaFile>, in account: ID<Account>, on connection: any Connection
    ) throws -> Bool {
        guard try ofMachines(media, in: account, on: connection).isEmpty else { return false }
        try place(hold, onItem: media, in: account, on: connection)
        return true
    }

    /// Of the machines' holds on the item, all; of people's none. False when there was nothing to release.
    static func releaseByMachine(
        _ media: ID<MediaFile>, for reason: String, by name: String, at now: Timestamp, in account: ID<Account>,
        on connection: any Connection
    ) throws -> Bool {
        let holds = try ofMachines(media, in: account, on: connection)
        for hold in holds {
            try beginRelease(hold, for: reason, by: name, at: now, in: account, on: connection)
            let freed = try free([media], in: account, on: connection)
            try connection.execute(
                "UPDATE media_holds SET state = 'released', freed = \(freed) WHERE id = \(hold) AND account_id = \(account)")
        }
        return !holds.isEmpty
    }

    private static func ofMachines(
        _ media: ID<MediaFile>, in account: ID<Account>, on connection: any Connection
    ) throws -> [ID<MediaHold>] {
        try connection.rows(
            """
            SELECT h.id FROM media_hold_items i JOIN media_holds h ON h.id = i.hold_id
            WHERE i.media_id = \(media) AND h.account_id = \(account) AND h.origin = 'machine' AND h.state = 'placed' ORDER BY h.id
            """
        ) { try $0.next() }
    }

    static func keyName(_ key: ID<APIKey>, of account: ID<Account>, on connection: any Connection) throws -> String {
        try connection.value("SELECT name FROM api_keys WHERE id = \(key) AND account_id = \(account)") ?? key.description
    }

    /// What was registered under a hold and is taken back.
    static func forget(_ media: ID<MediaFile>, of account: ID<Account>, on connection: any Connection) throws {
        try forget([media], of: account, on: connection)
        try connection.execute("DELETE FROM media_holds WHERE account_id = \(account) AND media_id = \(media) AND origin = 'machine'")
    }

    /// Of items that are deleted: what is left are holds that were released.
    static func forget(_ media: [ID<MediaFile>], of account: ID<Account>, on connection: any Connection) throws {
        try connection.execute("DELETE FROM media_hold_items WHERE account_id = \(account) AND media_id IN (\(list: media))")
    }
}

/// What a list of holds is narrowed to.
struct HoldFilter {
    enum Part: String, CaseIterable {
        case inForce = "", released, all
    }

    enum Placer: String, CaseIterable {
        case people, machines
    }

    let part: Part
    let placer: Placer?

    init(_ query: FormData) {
        part = query["state"].flatMap(Part.init(rawValue:)) ?? .inForce
        placer = query["by"].flatMap(Placer.init(rawValue:))
    }

    var condition: SQL {
        let state: SQL
        switch part {
        case .inForce: state = " AND state <> 'released'"
        case .released: state = " AND state = 'released'"
        case .all: state = ""
        }
        switch placer {
        case .people: return state + " AND origin <> 'machine'"
        case .machines: return state + " AND origin = 'machine'"
        case nil: return state
        }
    }
}
