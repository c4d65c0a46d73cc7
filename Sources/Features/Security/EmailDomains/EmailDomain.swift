// A domain from which the account's mailboxes write, and what is shown of it.

import Database
import Spelling
import Time
import Web

struct EmailDomain: Identified, Equatable, Sendable {
    static let idPrefix = "edm"

    var id: ID<EmailDomain>
    /// In ASCII.
    var domain = ""

    /// As people write it.
    var shown: String { DomainName(stored: domain).shown }
    var path: String { "\(EmailDomainController.path)/\(id)" }

    static let form = Form<EmailDomain, LimitUsage>("email_domain") {
        DomainName.line("domain", \.domain)
    }

    static let record = Record(EmailDomain(id: ID(value: 0))) {
        Column("id", \.id)
        Column("domain", \.domain)
    }

    var searchText: String { SearchText.folded(shown, domain) }
}

struct EmailDomainRecord {
    let domain: EmailDomain
    /// Of the platform's staff.
    let addedBy: String
    let createdAt: Timestamp
    let counts: BlacklistCounts
    /// Of the newest entry.
    let lastAt: Timestamp?
}

/// How many entries there are of each source.
struct BlacklistCounts: Equatable {
    private var counts: [BlacklistSource: Int] = [:]

    subscript(source: BlacklistSource) -> Int {
        get { counts[source] ?? 0 }
        set { counts[source] = newValue }
    }

    var all: Int { counts.values.reduce(0, +) }

    /// Each source of which there are any.
    func facts(_ t: Translation, _ numbers: Numbers) -> [Fact] {
        BlacklistSource.allCases.filter { self[$0] > 0 }.map { Fact($0.label(t), numbers.text(self[$0])) }
    }
}
