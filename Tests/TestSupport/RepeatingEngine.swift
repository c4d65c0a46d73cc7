// Runs every transaction twice, as happens when a neighbour in the same commit is refused: nothing of the first time is left in the
// database, so whatever shows is an effect elsewhere. All of the features' tests run on it.

package import Database

package final class RepeatingEngine: Engine {
    private struct Undone: Error {}

    private let engine: any Engine

    package init(_ engine: any Engine) {
        self.engine = engine
    }

    package func transaction(_ body: (any Connection) throws -> Void) throws {
        do {
            try engine.transaction { connection in
                try body(connection)
                throw Undone()
            }
        } catch is Undone {}
        try engine.transaction(body)
    }

    package var readers: Int { engine.readers }
    package func read(until end: ReadEnd?, _ body: (any Connection) throws -> Void) throws { try engine.read(until: end, body) }
    package func backup(to path: String) throws { try engine.backup(to: path) }
    package func verify() throws -> Verification { try engine.verify() }
    package func schemaDifferences(from migrations: [Migration]) throws -> [String] { try engine.schemaDifferences(from: migrations) }
    package var statementCount: Int { engine.statementCount }
}
