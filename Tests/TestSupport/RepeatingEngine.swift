// Runs every transaction twice, as happens when a neighbour in the same commit is refused: nothing of the first time is left in the
// database, so whatever shows is an effect elsewhere. All of the features' tests run on it.

package import Database

package final class RepeatingEngine: Engine {
    private struct Undone: Error {}

    /// What takes longer is a test's own filling of tables, and is not worth twice the time.
    private static let maximumTime = Duration.milliseconds(20)

    private let engine: any Engine

    package init(_ engine: any Engine) {
        self.engine = engine
    }

    package func transaction(_ body: (any Connection) throws -> Void) throws {
        do {
            let start = ContinuousClock.now
            try engine.transaction { connection in
                try body(connection)
                if ContinuousClock.now - start < Self.maximumTime { throw Undone() }
            }
        } catch is Undone {
            try engine.transaction(body)
        }
    }

    package var readers: Int { engine.readers }
    package func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws { try engine.read(until: end, body) }
    package func backup(to path: String) throws { try engine.backup(to: path) }
    package func verify() throws -> Verification { try engine.verify() }
    package func schemaDifferences(from migrations: [Migration]) throws -> [String] { try engine.schemaDifferences(from: migrations) }
    package var statementCount: Int { engine.statementCount }
}
