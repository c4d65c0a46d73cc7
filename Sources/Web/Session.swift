// Who is signed in, with what rights, in which account: read anew at each request, so that a right taken away is gone at once.

package import Database
package import Time

package enum SessionRow: Identified {
    package static let idPrefix = "ses"
}

/// The picture that stands for an account in the frame: from which column of `accounts` it comes, in the query that every page makes
/// anyway, and under what address a browser finds it.
package struct AccountLogo: Sendable {
    let column: SQL
    let url: @Sendable (String) -> String

    package init(column: SQL, url: @escaping @Sendable (String) -> String) {
        self.column = column
        self.url = url
    }
}

/// Of whom an account demands a second factor.
package enum FactorRule: String, CaseIterable, SQLConvertible, FormText {
    case nobody, administrators, all
}

package struct Session: Sendable {
    package struct AccountSummary: Sendable {
        package internal(set) var id = ID<Account>(value: 0)
        package internal(set) var slug = ""
        package internal(set) var name = ""
        package internal(set) var language = ""
        package internal(set) var country = ""
        package internal(set) var timeZone = ""
        package internal(set) var passwordDays: Int?
        package internal(set) var state = AccountState.active
        package internal(set) var factorRule = FactorRule.nobody
        /// Empty: none.
        package internal(set) var logoURL = ""
        /// What waits for somebody, by the path of its tab.
        package internal(set) var waiting: [String: Int] = [:]
    }

    package internal(set) var id = ID<SessionRow>(value: 0)
    package internal(set) var user = ID<User>(value: 0)
    package internal(set) var userName = ""
    package internal(set) var email = ""
    /// Those that count now.
    package internal(set) var rights: Set<Right> = []
    /// What they may give to others. Staff of the platform is an administrator of every account.
    package internal(set) var authority = Authority(isAdministrator: false, rights: [])
    /// Staff of the platform; has all rights in the account that was opened.
    package internal(set) var isOperator = false
    /// What the user chose in My Account, before the account's own.
    package internal(set) var language: String?
    package internal(set) var timeZone: String?
    package internal(set) var theme = ""
    package internal(set) var passwordChangedAt = Timestamp(milliseconds: 0)
    package internal(set) var mustChangePassword = false
    package internal(set) var hasFactor = false
    /// Their account demands a second factor of them, or the platform of its staff.
    package internal(set) var needsFactor = false
    /// Of staff of the platform: what waits for them, by the path of its tab.
    package internal(set) var waiting: [String: Int] = [:]
    package internal(set) var account: AccountSummary?
    package internal(set) var lastSeenAt = Timestamp(milliseconds: 0)

    package var isAdministrator: Bool { authority.isAdministrator }

    /// In whose log it stands what people do with what is their own. Staff have opened an account, they are not of it.
    package var ownAccount: ID<Account>? { isOperator ? nil : account?.id }

    package static let passwordPath = "/password"
    package static let factorPath = "/me/factor/new"

    package var lacksFactor: Bool { needsFactor && !hasFactor }

    /// The page that comes before all others, while there is one.
    package func duty(at now: Timestamp) -> String? {
        passwordHasExpired(at: now) ? Self.passwordPath : lacksFactor ? Self.factorPath : nil
    }

    package func passwordHasExpired(at now: Timestamp) -> Bool {
        if mustChangePassword { return true }
        guard let days = account?.passwordDays, !isOperator else { return false }
        return passwordChangedAt + .seconds(days * 86400) < now
    }
}
