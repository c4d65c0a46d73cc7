// Queues: where calls wait for their members. One may have a head of line and a playlist of its own, which go before the account's.

import Database
import Telephony
import Web

struct Queue: ReferenceItem {
    static let idPrefix = "que"

    var id: ID<Queue>
    var name = ""
    var reference: String?
    /// E.164; nil: the user's or the account's.
    var headOfLine: String?
    /// Nil: the account's.
    var playlist: ID<Playlist>?
    var version = 0

    init(id: ID<Queue>) { self.id = id }

    static let playlistFields = ["playlist"]

    static let kind = ReferenceKind(
        name: "queue", word: "queues", table: "queues", entity: .queue, limit: .queues, creation: "queue.create", change: "queue.update")

    static let form = Form<Queue, ReferenceContext>("queue") {
        naming(\.name, \.reference)
        Phone("head_of_line", \.headOfLine, country: { _, context in context.country })
        Choice("playlist", \.playlist, of: .of(list: { $0.playlistOptions }))
    }

    static let record = Record(Queue(id: ID(value: 0))) {
        Column("id", \.id, isUpdated: false)
        Column("name", \.name)
        Column("reference", \.reference)
        Column("head_of_line", \.headOfLine)
        Column("playlist_id", \.playlist)
        Column("version", \.version, isUpdated: false)
    }

    func check(in account: ID<Account>, on connection: any Connection) throws {
        guard let playlist, try !ReferenceStore.exists(playlist, in: account, on: connection) else { return }
        throw FieldProblem("playlist", "unknown")
    }

    /// Those that play it.
    static func uses(of playlist: ID<Playlist>, in account: ID<Account>, on connection: any Connection) throws -> Uses {
        let queues = try connection.rows(
            "SELECT id, name FROM queues WHERE account_id = \(account) AND playlist_id = \(playlist) ORDER BY name, id"
        ) { (id: try $0.next(ID<Queue>.self), name: try $0.next(String.self)) }
        return Uses(
            queues.prefix(Uses.maximumShown).map { Use("queue", $0.name, at: "\(kind.path)/\($0.id)") }, count: queues.count)
    }
}

extension DeletedEntity {
    static let queue = DeletedEntity("queue")
}

extension Limit {
    static let queues = Limit("queues", standard: 200) { "SELECT COUNT(*) FROM queues WHERE account_id = \($0)" }
}
