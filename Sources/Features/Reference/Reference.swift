// Playlists, queues and tracking numbers: kept by the platform's staff in the account that they have opened, and by its services. The
// account's own people meet them where settings name them.

import Database
import HTTPTypes
package import Web

extension Scope {
    package static let readReference = Scope("reference:read", needs: [.viewAccountSettings])
    package static let writeReference = Scope("reference:write", needs: [.manageAccountSettings])
}

extension Feature {
    static let reference = Feature(
        tabs: [
            Tab(order: 210, label: "playlist.list.title", path: Playlist.kind.path, right: .operatorInAccount, group: "reference.section"),
            Tab(order: 220, label: "queue.list.title", path: Queue.kind.path, right: .operatorInAccount, group: "reference.section"),
            Tab(
                order: 230, label: "tracking_number.list.title", path: TrackingNumber.kind.path, right: .operatorInAccount,
                group: "reference.section"),
        ],
        scopes: [.readReference, .writeReference], deletes: [.playlist, .queue, .trackingNumber],
        limits: [.playlists, .queues, .trackingNumbers],
        uses: [UseSource(of: Playlist.self, Queue.uses), UseSource(of: Queue.self, QueueMemberStore.uses)],
        migrations: ReferenceSchema.migrations
    ) { app in
        Running(routes: try routes(of: Playlist.self, app) + routes(of: Queue.self, app) + routes(of: TrackingNumber.self, app))
    }

    private static func routes<Item: ReferenceItem>(of item: Item.Type, _ app: App) throws -> [Route] {
        let pages = try ReferenceController<Item>(app)
        let deletion = try ReferenceDeletionController<Item>(app)
        let calls = ReferenceCalls<Item>(app: app)
        let (path, word) = (Item.kind.path, Item.kind.word)
        return [
            .get(path, .visiting, pages.index),
            .get(path + "/new", .visiting, pages.addition.edit),
            .post(path, .visiting, pages.create).keeping(Item.form),
            .get(path + "/{id}", .visiting, pages.show),
            .get(path + "/{id}/edit", .visiting, pages.change.edit),
            .post(path + "/{id}", .visiting, pages.update).keeping(Item.form),
            .get(path + "/{id}/delete", .visiting, deletion.new),
            .post(path + "/{id}/delete", .visiting, deletion.create),
            .machine(.get, "/\(word)", .readReference, calls.index),
            .machine(.get, "/\(word)/{reference}", .readReference, calls.show),
            .machine(.put, "/\(word)/{reference}", .writeReference, calls.update),
            .machine(.delete, "/\(word)/{reference}", .writeReference, calls.delete),
        ]
    }
}
