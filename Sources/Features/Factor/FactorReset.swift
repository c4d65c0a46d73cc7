// A second factor that is lost, taken away by an administrator or at the machine: whoever is in the person's place is out, and the person
// hears of it.

import Database
import Web

struct FactorReset {
    private let site: Site
    private let store: FactorStore
    private let letters: FactorLetters

    init(_ app: App) throws {
        site = app.site
        store = FactorStore(app.site)
        letters = try FactorLetters(app)
    }

    /// The caller writes the audit row and wakes the mailer. False when they have none.
    func run(_ user: ID<User>, by sender: String, on connection: any Connection) throws -> Bool {
        guard try store.turnOff(for: user, on: connection) else { return false }
        try site.sessions.endAll(of: user, on: connection)
        try letters.tell(.reset, user, by: sender, on: connection)
        return true
    }
}
