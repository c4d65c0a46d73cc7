// A legal hold: who has put what out of the purge's reach, when and why, and what became of it. An item may be under several, and is free
// when the last of them is released.

import Database
import HTTP
import Time
import Web

enum MediaHold: Identified {
    static let idPrefix = "hld"
}

struct HoldRecord {
    enum State: String, SQLConvertible {
        /// Its items are being marked, and until all are, no purge marks anything in the account.
        case placing
        case placed
        case releasing
        case released

        func badge(_ t: Translation) -> BadgeView {
            let words = t("media.hold.state.\(rawValue)")
            switch self {
            case .placing, .releasing: return BadgeView(.info, words)
            case .placed: return BadgeView(.warning, words)
            case .released: return BadgeView(.neutral, words)
            }
        }
    }

    enum Origin: String, SQLConvertible {
        case item, filter, machine
    }

    var id: ID<MediaHold>
    var origin = Origin.item
    var state = State.placed
    /// What is under it, in words of the account's language, as it was when it was placed.
    var scope = ""
    /// The list's filters, as in its address, with the zone of their dates; empty for one item.
    var filter = ""
    /// The item, of a hold on one.
    var media: ID<MediaFile>?
    var reason = ""
    /// Nil: a machine.
    var user: ID<User>?
    /// Of a machine the name of its key.
    var userName = ""
    var createdAt = Timestamp(milliseconds: 0)
    /// How many came under it.
    var items = 0
    /// How many a purge had already, so that they could not.
    var late = 0
    /// Counts what was done, so that two workers do not do the same.
    var step = 0
    /// How far its placing, or its release, has come.
    var place: String?
    /// How many were under no other when it was released.
    var freed = 0
    var releaseReason: String?
    var releasedBy: String?
    var releasedAt: Timestamp?

    static let record = Record(HoldRecord(id: ID(value: 0))) {
        Column("id", \.id)
        Column("origin", \.origin)
        Column("state", \.state)
        Column("scope", \.scope)
        Column("filter", \.filter)
        Column("media_id", \.media)
        Column("reason", \.reason)
        Column("user_id", \.user)
        Column("user_name", \.userName)
        Column("created_at", \.createdAt)
        Column("items", \.items)
        Column("late", \.late)
        Column("step", \.step)
        Column("place", \.place)
        Column("freed", \.freed)
        Column("release_reason", \.releaseReason)
        Column("released_by", \.releasedBy)
        Column("released_at", \.releasedAt)
    }

    func who(_ t: Translation) -> String { origin == .machine ? t("media.hold.by_key", ["name": userName]) : userName }
}

/// What somebody types to place a hold, with what it is on.
struct HoldEntry {
    var id: ID<MediaHold>
    /// Of the list; empty for one item.
    var filter = ""
    var reason = ""
    /// In the account's language.
    var scope = ""

    static let form = Form<HoldEntry, HoldSituation>("media_hold") {
        CarriedText("filter", \.filter)
        Line("reason", \.reason, .area, upTo: 1000)
    }
}

/// What is about to come under a hold, in the reader's words.
struct HoldSituation {
    let strong: String
    let text: String
    let facts: [Fact]
    let hasItems: Bool
}

/// What somebody types to end one.
struct HoldRelease {
    var id: ID<MediaHold>
    var reason = ""
    var scope = ""

    static let form = Form<HoldRelease, HoldSituation>("media_release") {
        Line("reason", \.reason, .area, upTo: 1000)
    }
}

/// What a form sends without anybody typing it, and what is kept with the rest should the session end.
struct CarriedText<Root, Context>: NamedField {
    var words: FieldWords
    private let path: any WritableKeyPath<Root, String> & Sendable

    init(_ name: String, _ path: any WritableKeyPath<Root, String> & Sendable) {
        (words, self.path) = (FieldWords(name), path)
    }

    func write(_ root: Root, into typed: inout FormData) { typed.append(words.name, root[keyPath: path]) }
    func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Web.Reading) {
        if let text = typed[words.name] { root[keyPath: path] = text }
    }
    var paths: [AnyKeyPath] { [path] }
}
