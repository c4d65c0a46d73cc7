// Playlists, queues and tracking numbers for tests, made as the product makes them.

import Database
import TestSupport
import Time
import Web

@testable import Features

extension TestApp {
    /// By the store, without what the form would say of the name.
    @discardableResult
    func add<Item: ReferenceItem>(
        _ item: Item.Type, _ name: String, reference: String? = nil, to account: ID<Account>, _ change: (inout Item) -> Void = { _ in }
    ) throws -> ID<Item> {
        var item = Item(id: site.ids.next())
        (item.name, item.reference) = (name, reference)
        change(&item)
        let made = item
        try site.database.write {
            try ReferenceStore.insert(made, in: account, at: self.site.clock.now(), telling: self.app.alerts, on: $0)
        }
        return made.id
    }

    @discardableResult
    func addNumber(_ number: String, _ name: String, to account: ID<Account>) throws -> ID<TrackingNumber> {
        try add(TrackingNumber.self, name, to: account) { $0.number = number }
    }

    /// Of one kind, with nothing else of it in the account.
    func items<Item: ReferenceItem>(_ item: Item.Type, of account: ID<Account>) throws -> [Item] {
        try site.database.read { try ReferenceStore.items(of: account, after: nil, limit: 1000, on: $0) }
    }
}
