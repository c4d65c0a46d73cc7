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

package struct Session: Sendable {
    package struct AccountSummary: Sendable {
        package let id: ID<Account>
        package let slug: String
        package let name: String
        package let language: String
        package let country: String
        package let timeZone: String
        package let passwordDays: Int?
        /// Empty: none.
        package let logoURL: String
    }

    package let id: ID<SessionRow>
    package let user: ID<User>
    package let userName: String
    package let email: String
    package let rights: Set<Right>
    /// Staff of the platform; has all rights in the account that was opened.
    package let isOperator: Bool
    /// What the user chose in My Account, before the account's own.
    package let language: String?
    package let timeZone: String?
    package let theme: String
    package let passwordChangedAt: Timestamp
    package let mustChangePassword: Bool
    package let account: AccountSummary?
    package let lastSeenAt: Timestamp

    /// In whose log it stands what people do with what is their own. Staff have opened an account, they are not of it.
    package var ownAccount: ID<Account>? { isOperator ? nil : account?.id }

    package func passwordHasExpired(at now: Timestamp) -> Bool {
        if mustChangePassword { return true }
        guard let days = account?.passwordDays, !isOperator else { return false }
        return passwordChangedAt + .seconds(days * 86400) < now
    }
}
