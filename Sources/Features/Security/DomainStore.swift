// All the SQL of the lists of domains. Who adds, deletes, or makes a user who has to be of one of them holds the account's lock meanwhile.

import Database
import JSON
import Spelling
import Time
import Web

enum DomainStore {
    static func records<Item: DomainItem>(of account: ID<Account>, on connection: any Connection) throws -> [DomainRecord<Item>] {
        let records = try connection.rows(
            "SELECT id, domain, user_name, created_at FROM \(Item.kind.table) WHERE account_id = \(account)"
        ) { row in
            DomainRecord<Item>(
                id: try row.next(), name: DomainName(stored: try row.next()), userName: try row.next(), createdAt: try row.next())
        }
        return records.map { ($0, SearchText.folded($0.name.shown.rest(after: "*.").map { String($0) } ?? $0.name.shown)) }
            .sorted { ($0.1, $0.0.name.ascii) < ($1.1, $1.0.name.ascii) }.map(\.0)
    }

    /// In the order of what is stored.
    static func names<Item: DomainItem>(
        _ item: Item.Type, of account: ID<Account>, on connection: any Connection
    ) throws -> [DomainName] {
        try connection.rows("SELECT domain FROM \(Item.kind.table) WHERE account_id = \(account) ORDER BY domain") {
            DomainName(stored: try $0.next())
        }
    }

    /// What a form that was sent before has made.
    static func made<Item: DomainItem>(_ item: Item, of account: ID<Account>, on connection: any Connection) throws -> Made {
        let stored = try connection.value(
            "SELECT domain FROM \(Item.kind.table) WHERE id = \(item.id) AND account_id = \(account)", as: String.self)
        return stored.map { $0 == item.domain ? .asAsked : .otherwise } ?? .not
    }

    /// Throws `Refusal.limitReached`, and `FieldProblem` for one that is in the list already, whatever its spelling.
    static func insert<Item: DomainItem>(
        _ item: Item, in account: ID<Account>, by userName: String, at time: Timestamp, telling alerts: Alerts,
        on connection: any Connection
    ) throws {
        try Item.kind.limit.requireRoom(in: account, telling: alerts, on: connection)
        do {
            try connection.execute(
                """
                INSERT INTO \(Item.kind.table) (id, account_id, domain, user_name, created_at)
                VALUES (\(item.id), \(account), \(item.domain), \(userName), \(time))
                """)
        } catch DatabaseError.duplicate {
            throw FieldProblem("domain", "taken")
        }
    }

    /// How many it deleted.
    static func delete<Item: DomainItem>(_ id: ID<Item>, of account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.lock(account)
        return try connection.execute("DELETE FROM \(Item.kind.table) WHERE id = \(id) AND account_id = \(account)")
    }

    /// How many of the account's users have addresses of each domain.
    static func users(of account: ID<Account>, on connection: any Connection) throws -> [DomainName: Int] {
        var counts: [String: Int] = [:]
        try connection.forEachRow("SELECT email FROM users WHERE account_id = \(account)") { row in
            let email: String = try row.next()
            counts[String(email.cut(atLast: "@")?.after ?? ""), default: 0] += 1
        }
        return Dictionary(counts.map { (DomainName(ofAddresses: $0), $1) }, uniquingKeysWith: +)
    }

    /// As the platform's services read them: in ASCII, wildcards included.
    static func json<Item: DomainItem>(of item: Item.Type, in account: ID<Account>, on connection: any Connection) throws -> JSONValue {
        .array(try names(item, of: account, on: connection).map { .string($0.ascii) })
    }

    /// Of the domain that the people of a demonstration's account have their addresses of, these below it; empty: itself.
    static func demonstrate<Item: DomainItem>(
        _ item: Item.Type, _ prefixes: [String], _ app: App, _ account: ID<Account>, on connection: any Connection
    ) throws {
        let person = try connection.first("SELECT name, email FROM users WHERE account_id = \(account) ORDER BY id LIMIT 1") {
            (name: try $0.next(String.self), email: try $0.next(String.self))
        }
        guard let person, let (_, domain) = person.email.cut(atLast: "@") else { return }
        for (index, prefix) in prefixes.enumerated() {
            guard let name = try? DomainName(typed: "\(prefix)\(domain)", mayBeWildcard: true) else { continue }
            var item = Item(id: app.site.ids.next())
            item.domain = name.ascii
            try insert(
                item, in: account, by: person.name, at: app.site.clock.now() - .seconds((40 - 9 * index) * 86_400), telling: app.alerts,
                on: connection)
        }
    }
}
