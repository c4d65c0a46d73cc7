// Security: which domains the account's chat may stand on, which its mailboxes are of, and which its users' addresses may be of. What the
// three have in common is here: the tab, the rights, and what a domain is (DomainName). Each of the three is a feature of its own.

import Database
import HTTP
package import Web

extension Right {
    package static let viewSecurity = Right("security.view")
    package static let manageSecurity = Right("security.manage")
}

extension Tab {
    /// Of the tab Security; the first has the tab's own address.
    static func security(order: Int, label: String, path: String) -> Tab {
        Tab(order: order, label: label, path: path, right: .viewSecurity, parent: ChatDomain.path)
    }
}

extension Feature {
    static let security = Feature(
        tabs: [Tab(order: 70, label: "security.title", path: ChatDomain.path, right: .viewSecurity)],
        rights: [.viewSecurity, .manageSecurity], migrations: SecuritySchema.migrations
    ) { _ in
        // Whoever sees one of the three sees all.
        Running(routes: [.get("/settings/security", .needs(.viewSecurity)) { _ in .redirect(to: ChatDomain.path) }])
    }
}
