// Allowed user domain names: what a user's email may be of, where the account has any in the list. It is asked for by the two stores that
// write an email, and so nobody who makes or changes a user can forget it: the form, an import, the command line, the first administrator.
// An address that somebody has already stays theirs. The platform's staff are in no account and are not asked.

import Database
import Spelling
import Web

struct UserDomain: DomainItem {
    static let idPrefix = "udo"
    static let path = "/settings/security/user-domains"

    var id: ID<UserDomain>
    var domain = ""

    init(id: ID<UserDomain>) { self.id = id }

    static let kind = DomainKind(
        name: "user_domain", path: path, table: "user_domains", entity: .userDomain, limit: .userDomains, creation: "user_domain.create",
        isOfUsers: true)

    static let form = Form<UserDomain, DomainContext<UserDomain>>("user_domain") { DomainName.line("domain", \.domain) }
}

extension Feature {
    static let userDomains = Feature(
        tabs: [.security(order: 73, label: "user_domain.tab", path: UserDomain.path)], deletes: [.userDomain], limits: [.userDomains],
        settings: [SettingsSource(list: "user_domains") { try DomainStore.json(of: UserDomain.self, in: $0, on: $1) }],
        demonstrate: { app, account, connection in
            try DomainStore.demonstrate(UserDomain.self, ["", "partners."], app, account, on: connection)
        }
    ) { Running(routes: try DomainController<UserDomain>($0).routes) }
}

extension DeletedEntity {
    static let userDomain = DeletedEntity("user_domain")
}

extension Limit {
    static let userDomains = Limit("user_domains", standard: 100) { "SELECT COUNT(*) FROM user_domains WHERE account_id = \($0)" }
}

/// The rule itself.
struct AllowedUserDomains: Sendable {
    /// In a complaint; of more it says that there are some.
    private static let maximumNamed = 5

    let names: [DomainName]

    /// Behind the account's lock where something is written after it.
    init(of account: ID<Account>, on connection: any Connection) throws {
        names = try DomainStore.names(UserDomain.self, of: account, on: connection)
    }

    /// Throws `FieldProblem`.
    func require(_ email: String) throws {
        guard let problem = problem(with: email) else { return }
        throw problem
    }

    /// A domain that is allowed allows none of those below it.
    func problem(with email: String) -> FieldProblem? {
        guard !names.isEmpty else { return nil }
        let domain = DomainName(ofAddresses: String(email.cut(atLast: "@")?.after ?? ""))
        guard !names.contains(domain) else { return nil }
        let named = names.prefix(Self.maximumNamed).map(\.shown) + (names.count > Self.maximumNamed ? ["…"] : [])
        return FieldProblem("email", "domain", ["domain": domain.shown, "allowed": named.joined(separator: ", ")])
    }
}
