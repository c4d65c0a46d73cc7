// The engines under test. A second one is added here, and every promise of EngineTests is held against it too.

import Database
import Foundation
import Testing

/// An engine over an empty database of its own, gone with the last reference.
final class TestDatabase: Sendable {
    let folder: String
    let engine: any Engine

    init(folder: String, engine: any Engine) {
        self.folder = folder
        self.engine = engine
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}

struct EngineFactory: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () throws -> TestDatabase

    static let all: [EngineFactory] = [
        EngineFactory(testDescription: "SQLite") {
            let folder = try temporaryFolder()
            return TestDatabase(folder: folder, engine: try SQLiteEngine(path: folder + "/test.sqlite", readers: 4))
        }
    ]
}

func temporaryFolder() throws -> String {
    let folder = "/tmp/hookswitch-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
}
