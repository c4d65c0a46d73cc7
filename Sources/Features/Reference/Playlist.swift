// Playlists: what plays while somebody waits. Account settings and queues name one.

import Database
import Web

struct Playlist: ReferenceItem {
    static let idPrefix = "pl"

    var id: ID<Playlist>
    var name = ""
    var reference: String?
    var version = 0

    init(id: ID<Playlist>) { self.id = id }

    static let kind = ReferenceKind(
        name: "playlist", word: "playlists", table: "playlists", entity: .playlist, limit: .playlists, creation: "playlist.create",
        change: "playlist.update")

    static let form = Form<Playlist, ReferenceContext>("playlist") { naming(\.name, \.reference) }

    static let record = Record(Playlist(id: ID(value: 0))) {
        Column("id", \.id, isUpdated: false)
        Column("name", \.name)
        Column("reference", \.reference)
        Column("version", \.version, isUpdated: false)
    }
}

extension DeletedEntity {
    static let playlist = DeletedEntity("playlist")
}

extension Limit {
    static let playlists = Limit("playlists", standard: 100) { "SELECT COUNT(*) FROM playlists WHERE account_id = \($0)" }
}
