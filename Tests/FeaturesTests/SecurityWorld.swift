// Domains for tests, made as the product makes them.

import Database
import TestSupport
import Time
import Web

@testable import Features

extension TestApp {
    /// By the store, without what the page would ask.
    @discardableResult
    func add<Item: DomainItem>(_ item: Item.Type, _ domain: String, to account: ID<Account>) throws -> ID<Item> {
        var item = Item(id: site.ids.next())
        item.domain = try DomainName(typed: domain, mayBeWildcard: true).ascii
        let made = item
        try site.database.write {
            try DomainStore.insert(
                made, in: account, by: "Alice Martin", at: self.site.clock.now(), telling: self.app.alerts, on: $0)
        }
        return made.id
    }

    /// As they are stored.
    func domains<Item: DomainItem>(_ item: Item.Type, of account: ID<Account>) throws -> [String] {
        try site.database.read { try DomainStore.names(item, of: account, on: $0).map(\.ascii) }
    }
}
