// What stands in a list of domains: a kind is a struct that says what is particular to it; the pages and the rules are those of both.

import Database
import Time
import Web

protocol DomainItem: Identified, Equatable, Sendable {
    static var kind: DomainKind { get }
    static var form: Form<Self, DomainContext<Self>> { get }

    init(id: ID<Self>)
    var id: ID<Self> { get set }
    /// As it is stored.
    var domain: String { get set }
}

struct DomainKind: Sendable {
    /// Of its form, and the first part of its words.
    let name: String
    let path: String
    let table: SQL
    let entity: DeletedEntity
    let limit: Limit
    let creation: StaticString
    /// Whether its domains are those of users' addresses, of which each has some.
    var isOfUsers = false
}

extension DomainItem {
    var name: DomainName { DomainName(stored: domain) }
    static func path(of id: ID<Self>) -> String { "\(kind.path)/\(id)" }
}

/// One in the list.
struct DomainRecord<Item: DomainItem>: Sendable {
    let id: ID<Item>
    let name: DomainName
    /// Who added it.
    let userName: String
    let createdAt: Timestamp
}

/// What a list and its form need to know.
struct DomainContext<Item: DomainItem>: Sendable {
    let usage: LimitUsage
    /// As people look for them: by the part that they registered, the wildcard behind its domain.
    let records: [DomainRecord<Item>]
    /// How many users have addresses of a domain; empty where the kind has nothing to do with them.
    let users: [DomainName: Int]

    init(of account: ID<Account>, on connection: any Connection) throws {
        usage = try Item.kind.limit.usage(of: account, on: connection)
        records = try DomainStore.records(of: account, on: connection)
        users = Item.kind.isOfUsers ? try DomainStore.users(of: account, on: connection) : [:]
    }

    var names: [DomainName] { records.map(\.name) }

    /// Users whose addresses are of none of these domains.
    func outside(_ names: [DomainName]) -> Int {
        let names = Set(names)
        return users.reduce(0) { $0 + (names.contains($1.key) ? 0 : $1.value) }
    }
}
