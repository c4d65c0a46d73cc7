// Which statements ran, each once, with the types of its parameters: bin/test has PostgreSQL prepare every statement that the tests
// ran on SQLite. Nothing happens unless the environment names a file.

import Foundation
import Spelling
import Synchronization

final class StatementRecorder: Sendable {
    static let shared = ProcessInfo.processInfo.environment["HOOKSWITCH_STATEMENTS"].flatMap(StatementRecorder.init)

    private let descriptor: Int32
    private let seen = Mutex<Set<String>>([])

    private init?(path: String) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return nil }
    }

    /// One that did what it should: what SQLite itself refuses is no statement of ours.
    func note(_ sql: SQL) {
        write("statement", sql.text, detail: sql.values.map(\.type.rawValue).joined(separator: ", "))
    }

    /// The schema, as PostgreSQL is to be told it.
    func note(_ migration: Migration) {
        for (index, statement) in migration.statements.enumerated() {
            write(
                "migration", PostgreSQLDialect.schema(statement.text), detail: "\(migration.number) \(index) \(migration.name)")
        }
    }

    /// One line, in one write: several processes may write to the file.
    private func write(_ kind: String, _ text: String, detail: String) {
        let escaped = text.escaping { $0 == UInt8(ascii: "\\") ? "\\\\" : $0 == 10 ? "\\n" : nil }
        let line = "\(kind)\t\(detail)\t\(escaped)\n"
        guard seen.withLock({ $0.insert(line).inserted }) else { return }
        _ = Array(line.utf8).withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
