// What the list of stored items is narrowed to, read from its address; and what a legal hold by filter is on, which stays as it was.

import Database
import HTTP
import Spelling
import Telephony
import Time
import Web

/// Where in the list an item stands: newest first, by when it was recorded.
struct MediaPlace: Equatable, CustomStringConvertible {
    let recordedAt: Timestamp
    let id: ID<MediaFile>

    init(_ recordedAt: Timestamp, _ id: ID<MediaFile>) { (self.recordedAt, self.id) = (recordedAt, id) }

    /// From an address. It says all that is needed: the item itself may have been purged since.
    init?(_ text: String) {
        guard let (time, id) = text.cut(at: "."), let milliseconds = Int64(time), let id = ID<MediaFile>(id) else { return nil }
        self.init(Timestamp(milliseconds: milliseconds), id)
    }

    var description: String { "\(recordedAt.milliseconds).\(id)" }
}

struct MediaFilter {
    enum Search: Equatable {
        case item(ID<MediaFile>)
        /// The platform's own id, when there is an item that has it.
        case external(String)
        /// Part of a name, a number or an id, folded.
        case text(String)
        /// Longer than anything stored.
        case nothing
    }

    private static let names = ["q", "kind", "user", "number", "held", "from", "to"]
    /// Of a hold only: no address of the list has them.
    private static let registration = "registered_before"
    private static let external = "external"
    /// In bytes, folded: a name, a number in two spellings and two ids are shorter.
    private static let maximumSearch = 1000

    /// As it was typed, for the words.
    let typed: String
    private(set) var search: Search?
    let kind: MediaKind?
    let user: ID<User>?
    let number: String?
    let isHeld: Bool?
    let range: DateRange
    let from: Timestamp?
    /// Not included.
    let until: Timestamp?
    /// Only what was registered before this; of a hold, which is on nothing that comes later.
    private(set) var before: ID<MediaFile>?

    /// What is no value of a filter counts as not given.
    init(_ query: FormData, zone: Zone) {
        typed = TypedText.line(query["q"] ?? "")
        kind = query["kind"].flatMap { MediaKind(rawValue: $0) }
        user = query["user"].flatMap { ID($0) }
        number = query["number"].flatMap { PhoneNumbers.isE164($0) ? $0 : nil }
        isHeld = query["held"].flatMap { ["yes": true, "no": false][$0] }
        range = DateRange(query)
        (from, until) = range.instants(in: zone)
        guard !typed.isEmpty else { return }
        if let id = ID<MediaFile>(typed) {
            search = .item(id)
        } else if typed.utf8.count > Self.maximumSearch {
            search = .nothing
        } else {
            search = .text(typed)
        }
    }

    /// What a hold's row says that is no filter of ours.
    struct Unreadable: Error {}

    /// Of a hold, as it was when that was placed: its dates in the zone that the account had then, its text an item's external id if it was
    /// one. Throws what is wrong with it, rather than hold something else.
    init(ofHold stored: String, _ site: Site) throws {
        let query = try FormData(urlEncoded: stored.utf8)
        guard let before = query[Self.registration].flatMap({ ID<MediaFile>($0) }) else { throw Unreadable() }
        self.init(query, zone: site.zone(query["zone"] ?? ""))
        self.before = before
        if case .text(let text) = search {
            search = query[Self.external] == nil ? .text(SearchText.folded(text)) : .external(text)
        }
    }

    /// As a form carries it.
    static func carried(_ query: FormData) -> String { kept(query).encoded() }

    /// As a hold keeps it that is placed now.
    ///
    /// - Parameter before: made in the same moment, not with the page that asked: what came while somebody read that is under it, too.
    static func stored(
        _ query: FormData, zone: String, before: ID<MediaFile>, in account: ID<Account>, _ site: Site, on connection: any Connection
    ) throws -> String {
        let filter = try MediaFilter(query, zone: site.zone(zone)).resolved(in: account, on: connection)
        var stored = kept(query)
        stored.append("zone", zone)
        stored.append(registration, before.description)
        if case .external = filter.search { stored.append(external, "yes") }
        return stored.encoded()
    }

    private static func kept(_ query: FormData) -> FormData {
        FormData(names.compactMap { name in query[name].flatMap { $0.isEmpty ? nil : (name, $0) } })
    }

    static func isUsed(_ query: FormData) -> Bool { !kept(query).isEmpty }

    /// Whether the text is an item's external id is seen only by looking.
    func resolved(in account: ID<Account>, on connection: any Connection) throws -> MediaFilter {
        guard case .text(let text) = search else { return self }
        var resolved = self
        let isExternal =
            try connection.value(
                "SELECT 1 FROM media_files WHERE account_id = \(account) AND external_id = \(text)", as: Int.self) != nil
        resolved.search = isExternal ? .external(text) : .text(SearchText.folded(text))
        return resolved
    }

    // MARK: Conditions

    // Beside the one by which the rows are found; none of these is to choose the index.

    var ofSearch: SQL? {
        switch search {
        case .item(let id): "\(SQL.unindexed("id")) = \(id)"
        case .external(let id): "\(SQL.unindexed("external_id")) = \(id)"
        case .text(let text): "search_text LIKE \(LikePattern.containing(text)) ESCAPE '\\'"
        case .nothing: "1 = 0"
        case nil: nil
        }
    }

    var ofKind: SQL? { kind.map { "\(SQL.unindexed("kind")) = \($0)" } }
    var ofUser: SQL? { user.map { "\(SQL.unindexed("user_id")) = \($0)" } }
    var ofNumber: SQL? { number.map { "\(SQL.unindexed("tracking_number")) = \($0)" } }
    var ofHold: SQL? { isHeld.map { "is_held + 0 = \($0)" } }
    var ofRegistration: SQL? { before.map { "\(SQL.unindexed("id")) < \($0)" } }

    /// All of it, for rows that were found otherwise.
    var condition: SQL {
        let period = [from.map { "recorded_at >= \($0)" as SQL }, until.map { "recorded_at < \($0)" as SQL }]
        let all = ([ofSearch, ofKind, ofUser, ofNumber, ofHold, ofRegistration] + period).compactMap { $0 }
        return all.isEmpty ? "1 = 1" : all.joined(by: " AND ")
    }

    // MARK: Words

    /// - Parameter userName: of the user, where one is chosen.
    func words(_ t: Translation, _ times: Times, userName: String?) -> String {
        var said: [String] = []
        func say(_ key: String, _ value: String?) {
            if let value { said.append(t("media.words.\(key)", ["value": value])) }
        }
        say("search", typed.isEmpty ? nil : typed)
        say("kind", kind?.label(t))
        say("user", user.map { userName ?? $0.description })
        say("number", number.map { PhoneNumbers.grouped($0) })
        say("from", range.from.map { times.date($0) })
        say("to", range.to.map { times.date($0) })
        if let isHeld { said.append(t(isHeld ? "media.words.held" : "media.words.not_held")) }
        return said.isEmpty ? t("media.words.all") : said.joined(separator: " · ")
    }
}
