// All the SQL of email domains.

import Database
import HTTPTypes
import Time
import Web

enum EmailDomainStore {
    private static let selection: SQL = """
        SELECT d.id, d.domain, d.added_by, d.created_at, d.manual_count, d.bounce_count, d.complaint_count, d.unsubscribe_count,
            (SELECT MAX(e.at) FROM blacklist_entries e WHERE e.domain_id = d.id)
        FROM email_domains d
        """

    private static func decode(_ row: Row) throws -> EmailDomainRecord {
        let domain = try EmailDomain.record.decode(row)
        let (addedBy, createdAt) = (try row.next(String.self), try row.next(Timestamp.self))
        var counts = BlacklistCounts()
        // In the order of the columns.
        for source in BlacklistSource.allCases { counts[source] = try row.next() }
        return EmailDomainRecord(domain: domain, addedBy: addedBy, createdAt: createdAt, counts: counts, lastAt: try row.next())
    }

    /// By name.
    static func page(
        of account: ID<Account>, search: String, at position: PagePosition<EmailDomain>, size: Int, on connection: any Connection
    ) throws -> Keyset<EmailDomainRecord> {
        var condition: SQL = ""
        if !search.isEmpty {
            let pattern = LikePattern.containing(search)
            condition = " AND d.search_text LIKE \(pattern) ESCAPE '\\'"
        }
        let place = try position.condition(
            byName: "d.search_text", "d.id", of: "email_domains d WHERE d.account_id = \(account)", on: connection)
        let direction = position.isBackward ? "DESC" as SQL : "ASC"
        let records = try connection.rows(
            """
            \(selection) WHERE d.account_id = \(account) \(condition) \(place)
            ORDER BY d.search_text \(direction), d.id \(direction) LIMIT \(size + 1)
            """, decode)
        return Keyset(records, size: size, position)
    }

    /// In ASCII, by name.
    static func names(of account: ID<Account>, on connection: any Connection) throws -> [String] {
        try connection.rows("SELECT domain FROM email_domains WHERE account_id = \(account) ORDER BY domain") { try $0.next() }
    }

    /// Throws 404 for one of another account, as for one that never was.
    static func record(_ id: ID<EmailDomain>, of account: ID<Account>, on connection: any Connection) throws -> EmailDomainRecord {
        let found = try connection.first("\(selection) WHERE d.id = \(id) AND d.account_id = \(account)", decode)
        guard let found else { throw Abort(.notFound) }
        return found
    }

    /// - Parameter name: in ASCII.
    static func id(named name: String, of account: ID<Account>, on connection: any Connection) throws -> ID<EmailDomain>? {
        try connection.value("SELECT id FROM email_domains WHERE account_id = \(account) AND domain = \(name)")
    }

    /// What a form that was sent before has made.
    static func made(_ domain: EmailDomain, of account: ID<Account>, on connection: any Connection) throws -> Made {
        let name: String? = try connection.value("SELECT domain FROM email_domains WHERE id = \(domain.id) AND account_id = \(account)")
        return name.map { $0 == domain.domain ? .asAsked : .otherwise } ?? .not
    }

    /// Throws `Refusal.limitReached`, and `FieldProblem` for one that the account has.
    static func insert(
        _ domain: EmailDomain, by name: String, in account: ID<Account>, at time: Timestamp, telling alerts: Alerts,
        on connection: any Connection
    ) throws {
        try Limit.emailDomains.requireRoom(in: account, telling: alerts, on: connection)
        guard try id(named: domain.domain, of: account, on: connection) == nil else { throw FieldProblem("domain", "taken") }
        try connection.execute(
            """
            INSERT INTO email_domains (account_id, search_text, added_by, created_at, \(EmailDomain.record.columns))
            VALUES (\(account), \(domain.searchText), \(name), \(time), \(EmailDomain.record.values(domain)))
            """)
    }

    /// Its entries are then to be removed. How many it deleted.
    static func delete(_ id: ID<EmailDomain>, of account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.execute("DELETE FROM email_domains WHERE id = \(id) AND account_id = \(account)")
    }

    /// How many entries of each source a domain has more than before, or less.
    static func count(_ change: BlacklistCounts, in domain: ID<EmailDomain>, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE email_domains SET manual_count = manual_count + \(change[.manual]), bounce_count = bounce_count + \(change[.bounce]),
                complaint_count = complaint_count + \(change[.complaint]),
                unsubscribe_count = unsubscribe_count + \(change[.unsubscribe])
            WHERE id = \(domain)
            """)
    }

    /// How many of the account's people have an address of it.
    ///
    /// - Parameter name: as addresses are stored.
    static func users(withAddressesOf name: String, in account: ID<Account>, on connection: any Connection) throws -> Int {
        // A domain has no sign that LIKE reads otherwise.
        try connection.value("SELECT COUNT(*) FROM users WHERE account_id = \(account) AND email LIKE \("%@\(name)")") ?? 0
    }
}
