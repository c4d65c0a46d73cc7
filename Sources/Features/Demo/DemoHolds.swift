// The demonstration's legal holds: on each item one for a dispute, on the first another for a complaint, and one that was released.

import Database
import Time
import Web

enum DemoHolds {
    struct Item {
        let media: ID<MediaFile>
        let kind: MediaKind
        let at: Timestamp
        let userName: String?
        let number: String?
    }

    static func place(on items: [Item], in account: ID<Account>, _ site: Site, on connection: any Connection) throws {
        let person = try connection.first(
            """
            SELECT u.id, u.name FROM users u JOIN roles r ON r.id = u.role_id
            WHERE u.account_id = \(account) AND r.is_administrator = 1 ORDER BY u.id LIMIT 1
            """
        ) { (id: try $0.next(ID<User>.self), name: try $0.next(String.self)) }
        guard let person, let first = items.first else { return }
        let (t, _) = try MediaWords.accountWords(account, site, on: connection)
        let now = site.clock.now()
        func hold(_ item: Item, _ reason: String, daysAgo: Int) throws -> HoldRecord {
            let scope = try MediaWords.scope(
                item.kind, item.at, userName: item.userName, number: item.number, of: account, site, on: connection)
            var hold = HoldRecord(id: site.ids.next(), scope: scope, reason: t(reason))
            // Nothing is held before it is recorded.
            let placedAt = min(now, max(now - .seconds(daysAgo * 86_400), item.at + .seconds(3600)))
            (hold.user, hold.userName, hold.createdAt) = (person.id, person.name, placedAt)
            return hold
        }
        for item in items {
            try HoldStore.place(hold(item, "media.demo.hold", daysAgo: 20), onItem: item.media, in: account, on: connection)
        }
        try HoldStore.place(hold(first, "media.demo.complaint", daysAgo: 9), onItem: first.media, in: account, on: connection)
        var released = try hold(first, "media.demo.audit", daysAgo: 9)
        (released.releaseReason, released.releasedBy, released.releasedAt) = (t("media.demo.release"), person.name, now - .seconds(86_400))
        try HoldStore.place(released, onItem: first.media, in: account, on: connection)
        try connection.execute("UPDATE media_holds SET state = 'released' WHERE id = \(released.id) AND account_id = \(account)")
    }
}
