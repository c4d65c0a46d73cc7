// All the SQL of blacklist entries. They come and go in batches that are small enough for nobody's write to wait long; how many there are is
// counted with each.

import Database
import Time
import Web

enum BlacklistStore {
    private static let selection: SQL = """
        SELECT e.id, e.user_id, u.name, COALESCE(u.email, e.who), e.address, e.source, e.at
        FROM blacklist_entries e LEFT JOIN users u ON u.id = e.user_id
        """

    private static func decode(_ row: Row) throws -> BlacklistEntry {
        BlacklistEntry(
            id: try row.next(), user: try row.next(), userName: try row.next(), email: try row.next(), address: try row.next(),
            source: try row.next(), at: try row.next())
    }

    // MARK: Reading

    /// The newest first. Without a search it costs the same whatever the number of entries; with one, what is passed over until the page is
    /// full.
    static func page(
        of domain: ID<EmailDomain>, _ filter: BlacklistFilter, at position: PagePosition<BlacklistEntry>, size: Int,
        on connection: any Connection
    ) throws -> Keyset<BlacklistEntry> {
        let statement = try pageStatement(of: domain, filter, at: position, size: size, on: connection)
        return Keyset(try connection.rows(statement, decode), size: size, position)
    }

    static func pageStatement(
        of domain: ID<EmailDomain>, _ filter: BlacklistFilter, at position: PagePosition<BlacklistEntry>, size: Int,
        on connection: any Connection
    ) throws -> SQL {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        return """
            \(selection) WHERE e.domain_id = \(domain) \(conditions(filter)) \(try place(position, in: domain, on: connection))
            ORDER BY e.at \(direction), e.id \(direction) LIMIT \(size + 1)
            """
    }

    /// By time, which two may have in common. An entry that has gone since leads to the beginning.
    private static func place(
        _ position: PagePosition<BlacklistEntry>, in domain: ID<EmailDomain>, on connection: any Connection
    ) throws -> SQL {
        guard let anchor = position.after ?? position.before else { return "" }
        let at = try connection.value(
            "SELECT at FROM blacklist_entries WHERE id = \(anchor) AND domain_id = \(domain)", as: Timestamp.self)
        guard let at else { return "" }
        return position.isBackward ? "AND (e.at, e.id) > (\(at), \(anchor))" : "AND (e.at, e.id) < (\(at), \(anchor))"
    }

    private static func conditions(_ filter: BlacklistFilter) -> SQL {
        // Those of somebody who has just been deleted are on their way out.
        var conditions: SQL = " AND (e.user_id IS NULL OR u.id IS NOT NULL)"
        switch filter.source {
        case .manual: conditions += " AND e.source = \(BlacklistSource.manual)"
        case .automatic: conditions += " AND e.source <> \(BlacklistSource.manual)"
        case .bounce: conditions += " AND e.source = \(BlacklistSource.bounce)"
        case .complaint: conditions += " AND e.source = \(BlacklistSource.complaint)"
        case .unsubscribe: conditions += " AND e.source = \(BlacklistSource.unsubscribe)"
        case nil: break
        }
        if let from = filter.from { conditions += " AND e.at >= \(from)" }
        if let until = filter.until { conditions += " AND e.at < \(until)" }
        if !filter.search.isEmpty {
            let pattern = LikePattern.containing(filter.search)
            conditions += " AND (e.search_text LIKE \(pattern) ESCAPE '\\' OR u.search_text LIKE \(pattern) ESCAPE '\\')"
        }
        return conditions
    }

    /// In the order in which they came, so that what comes while a service reads the pages is on the last.
    static func entries(
        of domain: ID<EmailDomain>, after id: ID<BlacklistEntry>?, limit: Int, on connection: any Connection
    ) throws -> [BlacklistEntry] {
        let condition: SQL = id.map { " AND e.id > \($0)" } ?? ""
        return try connection.rows(
            """
            \(selection) WHERE e.domain_id = \(domain) AND (e.user_id IS NULL OR u.id IS NOT NULL) \(condition)
            ORDER BY e.id LIMIT \(limit)
            """, decode)
    }

    static func entry(
        _ id: ID<BlacklistEntry>, of domain: ID<EmailDomain>, on connection: any Connection
    ) throws -> BlacklistEntry? {
        try connection.first("\(selection) WHERE e.id = \(id) AND e.domain_id = \(domain)", decode)
    }

    // MARK: Adding

    /// What became of an entry that was handed over.
    enum Added {
        case new(ID<BlacklistEntry>)
        /// The same person has blacklisted the same address in the same way before.
        case known(ID<BlacklistEntry>)
        case noSuchUser
    }

    private struct Key: Hashable {
        let who: String
        let address: String
        let source: BlacklistSource

        var values: [SQLValue] { [who.sqlValue, address.sqlValue, source.sqlValue] }
    }

    /// In their order. Behind the account's lock, which keeps the domain there, and its people.
    static func add(
        _ entries: [NewBlacklistEntry], to domain: ID<EmailDomain>, of account: ID<Account>, on connection: any Connection
    ) throws -> [Added] {
        let users = try users(entries.map(\.person), of: account, on: connection)
        func key(_ entry: NewBlacklistEntry) -> Key? {
            switch entry.person {
            case .user(let user): users[entry.person] == nil ? nil : Key(who: user.stored, address: entry.address, source: entry.source)
            case .email(let email): Key(who: users[entry.person]?.stored ?? email, address: entry.address, source: entry.source)
            }
        }
        var known: [Key: ID<BlacklistEntry>] = [:]
        try selectKnown.forEachRow(entries.compactMap(key).flatMap(\.values), after: [domain.sqlValue], on: connection) { row in
            let id: ID<BlacklistEntry> = try row.next()
            known[Key(who: try row.next(), address: try row.next(), source: try row.next())] = id
        }
        var values: [SQLValue] = []
        var counts = BlacklistCounts()
        let added = entries.map { entry -> Added in
            guard let key = key(entry) else { return .noSuchUser }
            if let id = known[key] { return .known(id) }
            known[key] = entry.id
            counts[entry.source] += 1
            let user = users[entry.person]
            let address = InternationalName.storedAddress(entry.address)
            let searchText = SearchText.folded(user == nil ? key.who : "", entry.address, address)
            values += [entry.id.sqlValue, account.sqlValue, domain.sqlValue, key.who.sqlValue, user.sqlValue]
            values += [entry.address.sqlValue, entry.source.sqlValue, entry.at.sqlValue, searchText.sqlValue]
            return .new(entry.id)
        }
        try insert.execute(values, on: connection)
        if counts.all > 0 { try EmailDomainStore.count(counts, in: domain, on: connection) }
        return added
    }

    /// Those of these people who are the account's.
    private static func users(
        _ people: [NewBlacklistEntry.Person], of account: ID<Account>, on connection: any Connection
    ) throws -> [NewBlacklistEntry.Person: ID<User>] {
        var found: [NewBlacklistEntry.Person: ID<User>] = [:]
        var (ids, emails): ([SQLValue], [SQLValue]) = ([], [])
        for person in Set(people) {
            switch person {
            case .user(let user): ids.append(user.sqlValue)
            case .email(let email): emails.append(email.sqlValue)
            }
        }
        try selectUsers.forEachRow(ids, before: [account.sqlValue], on: connection) { row in
            let user: ID<User> = try row.next()
            found[.user(user)] = user
        }
        try selectAddresses.forEachRow(emails, before: [account.sqlValue], on: connection) { row in
            let user: ID<User> = try row.next()
            found[.email(try row.next())] = user
        }
        return found
    }

    private static let selectUsers = BulkStatement(
        "SELECT id FROM users WHERE account_id = \(String?.none) AND id IN (VALUES ", columns: 1, ")", isRepeatable: true)

    private static let selectAddresses = BulkStatement(
        "SELECT id, email FROM users WHERE account_id = \(String?.none) AND email IN (VALUES ", columns: 1, ")", isRepeatable: true)

    /// CROSS: by the index, one after the other.
    private static let selectKnown = BulkStatement(
        "WITH given (who, address, source) AS (VALUES ", columns: 3,
        """
        ) SELECT e.id, e.who, e.address, e.source FROM given CROSS JOIN blacklist_entries e
        WHERE e.domain_id = \(String?.none) AND e.who = given.who AND e.address = given.address AND e.source = given.source
        """, isRepeatable: true)

    private static let insert = BulkStatement(
        "INSERT INTO blacklist_entries (id, account_id, domain_id, who, user_id, address, source, at, search_text) VALUES ", columns: 9)

    // MARK: Removing

    /// At most, in one transaction.
    static let batch = 500

    /// How many it deleted.
    static func delete(_ entry: BlacklistEntry, of domain: ID<EmailDomain>, on connection: any Connection) throws -> Int {
        let count = try connection.execute("DELETE FROM blacklist_entries WHERE id = \(entry.id) AND domain_id = \(domain)")
        var counts = BlacklistCounts()
        counts[entry.source] = -count
        try EmailDomainStore.count(counts, in: domain, on: connection)
        return count
    }

    /// Some of those of a domain that has gone. How many.
    static func removeSome(of domain: ID<EmailDomain>, on connection: any Connection) throws -> Int {
        try connection.execute(
            """
            DELETE FROM blacklist_entries WHERE id IN
                (SELECT id FROM blacklist_entries WHERE domain_id = \(domain) LIMIT \(batch))
            """)
    }

    /// Some of somebody's, who is about to go or has gone. How many.
    static func removeSome(of user: ID<User>, on connection: any Connection) throws -> Int {
        let some = try connection.rows(
            "SELECT id, domain_id, source FROM blacklist_entries WHERE user_id = \(user) LIMIT \(batch)"
        ) {
            (id: try $0.next(ID<BlacklistEntry>.self), domain: try $0.next(ID<EmailDomain>.self), source: try $0.next(BlacklistSource.self))
        }
        guard !some.isEmpty else { return 0 }
        try deleteSome.execute(some.map(\.id.sqlValue), on: connection)
        for (domain, entries) in Dictionary(grouping: some, by: \.domain) {
            var counts = BlacklistCounts()
            for entry in entries { counts[entry.source] -= 1 }
            try EmailDomainStore.count(counts, in: domain, on: connection)
        }
        return some.count
    }

    private static let deleteSome = BulkStatement(
        "DELETE FROM blacklist_entries WHERE id IN (VALUES ", columns: 1, ")", isRepeatable: true)
}
