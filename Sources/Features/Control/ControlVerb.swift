// What the command line can have done to the data, as values: run in the process that holds the data folder, whether that is the
// command itself or the one that serves, reached over its control socket. So both ways are one function.

package enum ControlVerb: Sendable, Codable {
    case createAccount(NewAccount)
    /// `account` is a slug; nil for staff of the platform.
    case createUser(NewUser, account: String?)
    case unlockUser(email: String)
    /// Of everybody with the address, or of one account's alone.
    case resetFactor(email: String, account: String?)
    /// Without `days` it is good until it is revoked.
    case createKey(account: String, name: String, scopes: [String], days: Int?)
    /// A path from the root: the process that serves stands in another folder.
    case backup(path: String)
    case purge(account: String, isRehearsal: Bool, isConfirmed: Bool)
    /// The scheduled ones that wait for a person.
    case heldPurges(isConfirmed: Bool)
    case verifyDatabase
}

/// What a verb has to say when it is done.
package struct VerbAnswer: Sendable, Equatable, Codable {
    /// For standard output: what a script wants.
    package var lines: [String]
    /// For standard error: what a person should know.
    package var notes: [String]

    package init(_ lines: [String], notes: [String] = []) {
        self.lines = lines
        self.notes = notes
    }
}

// MARK: As it travels

extension ControlVerb {
    /// For the log, which must not have what the verb carries.
    var name: String {
        switch self {
        case .createAccount: "account.create"
        case .createUser: "user.create"
        case .unlockUser: "user.unlock"
        case .resetFactor: "user.factor.reset"
        case .createKey: "key.create"
        case .backup: "backup"
        case .purge: "purge"
        case .heldPurges: "purge.held"
        case .verifyDatabase: "database.verify"
        }
    }
}

/// What comes back for a verb.
enum VerbReply: Codable {
    case done(VerbAnswer)
    case failed(VerbFailure)
}
