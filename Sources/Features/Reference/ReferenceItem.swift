// What the platform has in an account, so that settings can name it: playlists, queues, tracking numbers. A kind is a struct that says
// what is particular to it; pages, machines' calls and rules are those of every kind.

import Database
import Spelling
import Web

protocol ReferenceItem: Identified, Equatable, Sendable {
    static var kind: ReferenceKind { get }
    static var form: Form<Self, ReferenceContext> { get }
    static var record: Record<Self> { get }
    /// What no two of an account have alike.
    static var unique: [UniqueField<Self>] { get }
    /// Fields that name a playlist: machines know it by its reference.
    static var playlistFields: [String] { get }

    init(id: ID<Self>)
    var id: ID<Self> { get set }
    var name: String { get set }
    /// By which the platform's services know it. Nil, before it is stored: by our id.
    var reference: String? { get set }
    var version: Int { get set }
    /// Folded.
    var searchText: String { get }

    /// The field by which those who use it know it, where the two differ there.
    func identifyingField(changedFrom stored: Self) -> String?
    /// Throws `FieldProblem` when it names what is not in the account.
    func check(in account: ID<Account>, on connection: any Connection) throws
}

extension ReferenceItem {
    static var playlistFields: [String] { [] }
    static var unique: [UniqueField<Self>] { [.name, .reference] }
    var searchText: String { SearchText.folded(name, reference ?? "") }

    func identifyingField(changedFrom stored: Self) -> String? { nil }
    func check(in account: ID<Account>, on connection: any Connection) throws {}

    /// What each kind's form begins with, in common words.
    static func naming(
        _ name: any WritableKeyPath<Self, String> & Sendable, _ reference: any WritableKeyPath<Self, String?> & Sendable
    ) -> Group<Self, ReferenceContext> {
        Group(wordsOf: "reference") {
            Line("name", name, .name)
            Line("reference", reference, upTo: ReferenceName.maximumLength, width: .medium) { text, _ in
                ReferenceName.isValid(text) ? nil : "malformed"
            }
        }
    }

    var path: String { "\(Self.kind.path)/\(id)" }
}

/// What stands in addresses of machines' calls, and needs no escaping there.
enum ReferenceName {
    static let maximumLength = 100

    static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumLength && text.utf8.contains { $0 != UInt8(ascii: ".") }
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._~+:".utf8.contains(byte)
                }
            }
    }
}

struct ReferenceKind: Sendable {
    /// Of its form, and the first part of its words.
    let name: String
    /// The last part of the addresses of its list and its calls.
    let word: String
    let table: SQL
    let entity: DeletedEntity
    let limit: Limit
    let creation: StaticString
    let change: StaticString

    var path: String { "/operator/\(word)" }
}

struct UniqueField<Item: ReferenceItem>: Sendable {
    let name: String
    let column: SQL
    let value: @Sendable (Item) -> String?

    static var name: Self { Self(name: "name", column: "name") { $0.name } }
    static var reference: Self { Self(name: "reference", column: "reference") { $0.reference } }
}

/// What a kind's form offers and needs to know.
struct ReferenceContext: Sendable {
    struct Named: Sendable {
        let id: ID<Playlist>
        let name: String
        let reference: String
    }

    /// As whose people dial.
    let country: String
    let usage: LimitUsage
    /// Empty for kinds that name none.
    let playlists: [Named]
    let playlistOptions: OptionList

    init<Item: ReferenceItem>(for item: Item.Type, of account: ID<Account>, on connection: any Connection) throws {
        country = try connection.value("SELECT country FROM accounts WHERE id = \(account)") ?? ""
        usage = try Item.kind.limit.usage(of: account, on: connection)
        playlists =
            Item.playlistFields.isEmpty
            ? []
            : try connection.rows("SELECT id, name, reference FROM playlists WHERE account_id = \(account) ORDER BY name, id") {
                Named(id: try $0.next(), name: try $0.next(), reference: try $0.next())
            }
        playlistOptions = OptionList(playlists.map { ($0.id.description, $0.name) })
    }

    func playlist(named reference: String) -> String? {
        playlists.first { $0.reference.isIdentical(to: reference) }?.id.description
    }

    func reference(ofPlaylist id: String) -> String? { playlists.first { $0.id.description == id }?.reference }
}
