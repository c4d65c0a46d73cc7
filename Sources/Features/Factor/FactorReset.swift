// A second factor that is lost, taken away by an administrator or at the machine: whoever is in the person's place is out, and the person
// hears of it.

import Database
import Web

struct FactorReset {
    private let app: App
    private let store: FactorStore
    private let letters: FactorLetters

    init(_ app: App) throws {
        self.app = app
        store = FactorStore(app.site)
        letters = try FactorLetters(app)
    }

    /// The caller writes the audit row. False when they have none.
    func run(
        _ person: EventPerson, of account: ID<Account>?, by actor: EventActor, named sender: String, on connection: any Connection
    ) throws -> Bool {
        guard try store.turnOff(for: person.id, on: connection) else { return false }
        try app.site.sessions.endAll(of: person.id, on: connection)
        try letters.tell(.reset, person.id, by: sender, on: connection)
        try app.tell(.factorReset, of: person, by: actor, in: account, on: connection)
        return true
    }
}
