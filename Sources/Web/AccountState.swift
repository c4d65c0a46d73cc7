// Whether an account is open, and what follows from it: the one place that knows. Its people are let in, and its webhooks get what is
// theirs, only while it is. What its machines hand over is taken all the same, since nobody else has it: a call that ended while an
// account was suspended for an unpaid bill has ended, and is told to its receivers when the account goes on.

package import Database

package enum AccountState: String, CaseIterable, Sendable, SQLConvertible {
    case active, suspended
    /// Suspended for good, and deleted when its time has come.
    case closing
    /// What is left of it goes, a little at a time.
    case deleting

    package var isOpen: Bool { self == .active }
    /// Whether its machines are heard at all.
    var takesWhatIsHandedOver: Bool { self != .deleting }

    /// Nil when there is no such account.
    package static func of(_ account: ID<Account>, on connection: any Connection) throws -> AccountState? {
        try connection.value("SELECT state FROM accounts WHERE id = \(account)")
    }

    /// Of a session's user `u` in the session's account `a`: staff of the platform look into any account.
    static let admitsUser: SQL = "(u.account_id IS NULL OR a.state = 'active')"
}

/// Somebody has shown who they are, and is not let in: their account is not open.
struct AccountSuspended: Error {}

extension SessionStore {
    /// Ends those of an account's own people; staff who look into it stay.
    @discardableResult
    package func endAll(in account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.execute("DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE account_id = \(account))")
    }

    func requireOpenAccount(of user: ID<User>, on connection: any Connection) throws {
        let state = try connection.value(
            "SELECT a.state FROM users u JOIN accounts a ON a.id = u.account_id WHERE u.id = \(user)", as: AccountState.self)
        guard state?.isOpen ?? true else { throw AccountSuspended() }
    }
}
