// Who has blacklisted a domain, or an address of it, and how that came.

import Database
import Time
import Web

enum BlacklistSource: String, CaseIterable, SQLConvertible {
    /// Somebody has said so.
    case manual
    /// What nobody was asked about: mail came back, was called unwanted, or its link to unsubscribe was followed.
    case bounce, complaint, unsubscribe

    func label(_ t: Translation) -> String { t("email_domains.source.\(rawValue)") }
}

/// As it is handed over.
struct NewBlacklistEntry {
    enum Person: Hashable {
        case user(ID<User>)
        /// Of a user of the account, or of somebody outside; in the product's one spelling.
        case email(String)
    }

    let id: ID<BlacklistEntry>
    let person: Person
    /// Empty: the whole domain.
    let address: String
    let source: BlacklistSource
    let at: Timestamp
}

struct BlacklistEntry: Identified {
    static let idPrefix = "ble"

    let id: ID<BlacklistEntry>
    /// Of the account; nil: somebody outside.
    let user: ID<User>?
    let userName: String?
    let email: String
    /// Empty: the whole domain.
    let address: String
    let source: BlacklistSource
    let at: Timestamp
}

/// What a list of entries is narrowed to.
struct BlacklistFilter {
    enum Source: CaseIterable {
        case manual, automatic, bounce, complaint, unsubscribe

        var name: String { "\(self)" }

        init?(_ name: String) {
            guard let source = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = source
        }
    }

    var search = ""
    var source: Source?
    var from: Timestamp?
    var until: Timestamp?
}
