// Set-up is for an installation without anybody, and of two who send its form at once, or of one and the command line, one is the
// first: a single row, which whoever makes a person writes.

import Database

extension PeopleStore {
    /// True when nobody was made before, and from then on false: also for somebody whose transaction is under way just now.
    @discardableResult
    func claimSetUp(on connection: any Connection) throws -> Bool {
        try connection.execute("INSERT INTO set_up (id) VALUES (1) ON CONFLICT (id) DO NOTHING") == 1
    }

    /// Somebody was made before.
    func isSetUp(on connection: any Connection) throws -> Bool {
        try connection.value("SELECT id FROM set_up", as: Int.self) != nil
    }
}
