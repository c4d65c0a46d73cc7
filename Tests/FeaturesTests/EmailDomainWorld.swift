// Email domains and their blacklists for tests, made as the product makes them, or, where there are very many, by one statement.

import Database
import TestSupport
import Time
import Web

@testable import Features

extension TestApp {
    /// - Parameter name: in ASCII.
    @discardableResult
    func addEmailDomain(_ name: String, to account: ID<Account>? = nil) throws -> EmailDomain {
        let domain = EmailDomain(id: site.ids.next(), domain: name)
        try site.database.write {
            try EmailDomainStore.insert(
                domain, by: "Olivia Stone", in: account ?? self.acme, at: self.site.clock.now(), telling: self.app.alerts, on: $0)
        }
        return domain
    }

    @discardableResult
    func blacklist(
        _ person: NewBlacklistEntry.Person, _ address: String = "", _ source: BlacklistSource = .manual, at time: Timestamp? = nil,
        in domain: EmailDomain
    ) throws -> ID<BlacklistEntry> {
        let entry = NewBlacklistEntry(
            id: site.ids.next(), person: person, address: address, source: source, at: time ?? site.clock.now())
        let account = try site.database.read {
            try $0.value("SELECT account_id FROM email_domains WHERE id = \(domain.id)", as: ID<Account>.self)
        }
        _ = try site.database.write { try BlacklistStore.add([entry], to: domain.id, of: account ?? self.acme, on: $0) }
        return entry.id
    }

    /// Of strangers: one a minute back in time, of each hundred one complaint and one manual entry, else bounces. Once for a domain.
    func fillBlacklist(of domain: EmailDomain, _ count: Int, of account: ID<Account>) throws {
        let now = site.clock.now()
        let seed = String(domain.id.stored.suffix(18))
        try site.database.write { connection in
            // Twice at most, as all that is written in tests.
            try connection.execute("DELETE FROM blacklist_entries WHERE domain_id = \(domain.id)")
            try connection.execute(
                """
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
                INSERT INTO blacklist_entries (id, account_id, domain_id, who, address, source, at, search_text)
                SELECT '0' || SUBSTR(\(seed), 1, 17) || CAST(10000000 + n AS TEXT), \(account), \(domain.id),
                    'p' || CAST(n AS TEXT) || '@outside.example', \("news@\(domain.domain)"),
                    CASE n % 100 WHEN 0 THEN 'manual' WHEN 1 THEN 'complaint' ELSE 'bounce' END, \(now) - n * 60000,
                    'p' || CAST(n AS TEXT) || '@outside.example'
                FROM numbers
                """)
            try connection.execute(
                """
                UPDATE email_domains SET
                    manual_count = (SELECT COUNT(*) FROM blacklist_entries WHERE domain_id = email_domains.id AND source = 'manual'),
                    bounce_count = (SELECT COUNT(*) FROM blacklist_entries WHERE domain_id = email_domains.id AND source = 'bounce'),
                    complaint_count = (SELECT COUNT(*) FROM blacklist_entries WHERE domain_id = email_domains.id AND source = 'complaint')
                WHERE id = \(domain.id)
                """)
        }
    }

    func entryCount(of domain: EmailDomain) throws -> Int {
        try site.database.read { try $0.value("SELECT COUNT(*) FROM blacklist_entries WHERE domain_id = \(domain.id)") ?? 0 }
    }

    /// What is counted of the domain; fails where the rows say otherwise.
    func counts(of domain: EmailDomain, in account: ID<Account>) throws -> BlacklistCounts {
        try site.database.read { connection in
            let counted = try EmailDomainStore.record(domain.id, of: account, on: connection).counts
            for source in BlacklistSource.allCases {
                let rows: Int? = try connection.value(
                    "SELECT COUNT(*) FROM blacklist_entries WHERE domain_id = \(domain.id) AND source = \(source)")
                guard rows == counted[source] else { throw Miscounted(source: source, counted: counted[source], rows: rows ?? 0) }
            }
            return counted
        }
    }

    struct Miscounted: Error {
        let source: BlacklistSource
        let counted: Int
        let rows: Int
    }
}
