// A password on its way into the database. It takes a tenth of a second, so it comes before the transaction that stores it, and after a
// read of its own.

package import Database
package import Web

extension Site {
    /// Stretches a password for storing. Whoever has the same email in several accounts has one salt in all of them, so that a sign-in
    /// stretches once, however many accounts there are.
    ///
    /// - Parameters:
    ///   - user: whose password it replaces: with no other account, a new password has a new salt.
    ///   - caller: whose share of what is stretched at once it is.
    package func hash(
        _ password: String, for email: String, replacingThatOf user: ID<User>? = nil, by caller: Passwords.Caller = .insider
    ) throws -> String {
        let beside = try database.read { try PeopleStore(site: self).passwordHash(of: email, besides: user, on: $0) }
        return try passwords.hash(password, saltedAs: beside, for: caller)
    }
}
