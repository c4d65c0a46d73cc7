// All the SQL of playlists, queues and tracking numbers. What must hold among them is looked at behind the account's lock: that there is
// room, that no two have one name, that what is in use stays. Who begins to use one takes the lock as well.

import Database
import HTTPTypes
import Time
import Web

enum ReferenceStore {
    /// By name, for lists to choose from.
    static func names<Item: ReferenceItem>(
        of item: Item.Type = Item.self, in account: ID<Account>, on connection: any Connection
    ) throws -> [(id: ID<Item>, name: String)] {
        try connection.rows("SELECT id, name FROM \(Item.kind.table) WHERE account_id = \(account) ORDER BY name, id") {
            (id: try $0.next(), name: try $0.next())
        }
    }

    static func exists<Item: ReferenceItem>(_ id: ID<Item>, in account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.value("SELECT 1 FROM \(Item.kind.table) WHERE id = \(id) AND account_id = \(account)", as: Int.self) != nil
    }

    /// Throws 404 for one of another account, as for one that never was.
    static func item<Item: ReferenceItem>(_ id: ID<Item>, of account: ID<Account>, on connection: any Connection) throws -> Item {
        guard let item: Item = try first("id = \(id)", of: account, on: connection) else { throw Abort(.notFound) }
        return item
    }

    static func item<Item: ReferenceItem>(
        named reference: String, of account: ID<Account>, on connection: any Connection
    ) throws -> Item? {
        try first("reference = \(reference)", of: account, on: connection)
    }

    private static func first<Item: ReferenceItem>(
        _ condition: SQL, of account: ID<Account>, on connection: any Connection
    ) throws -> Item? {
        try connection.first(
            "SELECT \(Item.record.columns) FROM \(Item.kind.table) WHERE account_id = \(account) AND \(condition)", Item.record.decode)
    }

    static func page<Item: ReferenceItem>(
        of account: ID<Account>, search: String, at position: PagePosition<Item>, size: Int, on connection: any Connection
    ) throws -> Keyset<Item> {
        var condition: SQL = ""
        if !search.isEmpty {
            let pattern = LikePattern.containing(search)
            condition = " AND search_text LIKE \(pattern) ESCAPE '\\'"
        }
        // By the folded name, as people look for it; the reference behind it orders those of one name.
        let place = try position.condition(
            byName: "search_text", "id", of: "\(Item.kind.table) WHERE account_id = \(account)", on: connection)
        let direction = position.isBackward ? "DESC" as SQL : "ASC"
        let items = try connection.rows(
            """
            SELECT \(Item.record.columns) FROM \(Item.kind.table) WHERE account_id = \(account) \(condition) \(place)
            ORDER BY search_text \(direction), id \(direction) LIMIT \(size + 1)
            """, Item.record.decode)
        return Keyset(items, size: size, position)
    }

    /// From the oldest on, so that what is made while a service reads the pages is on the last.
    static func items<Item: ReferenceItem>(
        of account: ID<Account>, after id: ID<Item>?, limit: Int, on connection: any Connection
    ) throws -> [Item] {
        let condition: SQL = id.map { " AND id > \($0)" } ?? ""
        return try connection.rows(
            """
            SELECT \(Item.record.columns) FROM \(Item.kind.table) WHERE account_id = \(account) \(condition)
            ORDER BY id LIMIT \(limit)
            """, Item.record.decode)
    }

    /// What a form that was sent before has made.
    static func made<Item: ReferenceItem>(_ item: Item, of account: ID<Account>, on connection: any Connection) throws -> Made {
        guard let stored: Item = try first("id = \(item.id)", of: account, on: connection) else { return .not }
        var asked = completed(item)
        asked.version = stored.version
        return stored == asked ? .asAsked : .otherwise
    }

    /// Throws `Refusal.limitReached`, and `FieldProblem` for what another has already, or is not there.
    static func insert<Item: ReferenceItem>(
        _ item: Item, in account: ID<Account>, at time: Timestamp, telling alerts: Alerts, on connection: any Connection
    ) throws {
        try Item.kind.limit.requireRoom(in: account, telling: alerts, on: connection)
        var item = completed(item)
        item.version = 1
        try require(item, in: account, on: connection)
        try connection.execute(
            """
            INSERT INTO \(Item.kind.table) (account_id, search_text, created_at, \(Item.record.columns))
            VALUES (\(account), \(item.searchText), \(time), \(Item.record.values(item)))
            """)
    }

    /// Throws `Refusal.stale`, and `FieldProblem` as `insert` does, and for what those who use it know it by.
    static func update<Item: ReferenceItem>(
        _ item: Item, of account: ID<Account>, _ uses: [UseSource], on connection: any Connection
    ) throws {
        try connection.lock(account)
        let item = completed(item)
        if let field = item.identifyingField(changedFrom: try self.item(item.id, of: account, on: connection)),
            try !uses.uses(of: item.id, in: account, on: connection).isEmpty
        {
            throw FieldProblem(field, "in_use")
        }
        try require(item, in: account, on: connection)
        let changed = try connection.execute(
            """
            UPDATE \(Item.kind.table) SET \(Item.record.assignments(item)), search_text = \(item.searchText), version = version + 1
            WHERE id = \(item.id) AND account_id = \(account) AND version = \(item.version)
            """)
        guard changed == 1 else { throw Refusal.stale }
    }

    /// How many it deleted. Throws `Refusal.inUse`.
    static func delete<Item: ReferenceItem>(
        _ id: ID<Item>, of account: ID<Account>, _ uses: [UseSource], on connection: any Connection
    ) throws -> Int {
        try connection.lock(account)
        let uses = try uses.uses(of: id, in: account, on: connection)
        guard uses.isEmpty else { throw Refusal.inUse(by: uses) }
        return try connection.execute("DELETE FROM \(Item.kind.table) WHERE id = \(id) AND account_id = \(account)")
    }

    private static func completed<Item: ReferenceItem>(_ item: Item) -> Item {
        var item = item
        item.reference = item.reference ?? item.id.description
        return item
    }

    private static func require<Item: ReferenceItem>(_ item: Item, in account: ID<Account>, on connection: any Connection) throws {
        for field in Item.unique {
            let other = try connection.value(
                """
                SELECT 1 FROM \(Item.kind.table)
                WHERE account_id = \(account) AND \(field.column) = \(field.value(item)) AND id <> \(item.id)
                """, as: Int.self)
            guard other == nil else { throw FieldProblem(field.name, "reference.\(field.name).taken") }
        }
        try item.check(in: account, on: connection)
    }
}
