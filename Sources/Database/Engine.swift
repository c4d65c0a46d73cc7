// The seam between what we ask of a database and the product that answers: SQLite today, PostgreSQL for those who outgrow it.

/// What is wrong with a database, if anything.
package struct Verification: Sendable {
    /// In the engine's words; empty when nothing is.
    package var damages: [String]
    /// Tables with rows that refer to rows which are not there.
    package var tablesWithOrphans: [String]
}

package protocol Engine: Sendable {
    /// Reads at once, beside the one for health.
    var readers: Int { get }

    /// Runs `body` on a read-only connection that sees one moment of the database. Throws `DatabaseError.tooSlow` when `end` has come
    /// before it has.
    func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws

    /// Runs `body` on the only writing connection, in one transaction that is durable when this returns. Called from one thread.
    /// An engine may begin again, as PostgreSQL wants it when transactions cross: `body` runs then once more.
    func transaction(_ body: (any Connection) throws -> Void) throws

    /// Writes a whole, consistent copy to a new file, and opens it to see that it is one.
    func backup(to path: String) throws

    /// Brings what was written home, where an engine puts that off: beside the transactions, so that the next of them need not do it.
    func settle() throws

    /// Reads the whole database and holds its pages and its references against each other.
    func verify() throws -> Verification

    /// What of the tables, columns and indexes that these migrations make is not there, or is otherwise. In words; what stands beside it
    /// is not looked at.
    func schemaDifferences(from migrations: [Migration]) throws -> [String]

    /// How many statements have run since the start, for the test that holds the delivery path to its cost.
    var statementCount: Int { get }
}

extension Engine {
    package func settle() throws {}

    /// Without an end, for who has the engine alone.
    package func read(_ body: (any Connection) throws -> Void) throws { try read(until: nil, body) }
}
