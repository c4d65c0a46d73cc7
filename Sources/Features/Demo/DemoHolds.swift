// The demonstration's legal holds: two in force, of which some items are under both, and one that was released.

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
        var all = HoldRecord(id: site.ids.next(), origin: .filter, scope: t("media.words.all"), reason: t("media.demo.hold"))
        (all.user, all.userName, all.createdAt) = (person.id, person.name, now - .seconds(20 * 86_400))
        try HoldStore.insert(all, in: account, on: connection)
        try HoldStore.demonstrate(all.id, on: items.map(\.media), in: account, on: connection)
        for (reason, isReleased) in [("media.demo.complaint", false), ("media.demo.audit", true)] {
            let scope = try MediaWords.scope(
                first.kind, first.at, userName: first.userName, number: first.number, of: account, site, on: connection)
            var hold = HoldRecord(id: site.ids.next(), scope: scope, reason: t(reason))
            (hold.user, hold.userName, hold.createdAt) = (person.id, person.name, now - .seconds(9 * 86_400))
            if isReleased {
                (hold.releaseReason, hold.releasedBy, hold.releasedAt) = (t("media.demo.release"), person.name, now - .seconds(86_400))
            }
            try HoldStore.place(hold, onItem: first.media, in: account, on: connection)
            if isReleased {
                try connection.execute("UPDATE media_holds SET state = 'released' WHERE id = \(hold.id) AND account_id = \(account)")
            }
        }
    }
}
