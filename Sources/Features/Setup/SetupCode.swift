// The one-time code of the first run: whoever can read the process's output may make the first operator, while nobody can sign in.

import Database
import Foundation
import Spelling
package import Web

package struct SetupCode: Sendable {
    private let site: Site

    package init(site: Site) {
        self.site = site
    }

    /// Makes a code in the place of any earlier one, for the link `/setup?code=…` that the process prints. Only its hash is stored,
    /// in the data folder, so it outlives a restart. Nil when anybody can sign in already, however they
    /// were made: then set-up is done for good.
    package func issue() throws -> String? {
        guard try !isDone else {
            discard()
            return nil
        }
        let code = Token.random()
        let contents = Data(Token.hash(code))
        guard FileManager.default.createFile(atPath: path, contents: contents, attributes: [.posixPermissions: 0o600]) else {
            throw Unwritable(path: path)
        }
        return code
    }

    func accepts(_ code: String) throws -> Bool {
        guard try !isDone, let stored = FileManager.default.contents(atPath: path) else { return false }
        return Token.isEqual(stored, Token.hash(TypedText.line(code)))
    }

    func discard() {
        // Void all the same when it stays: there is somebody.
        try? FileManager.default.removeItem(atPath: path)
    }

    private var isDone: Bool {
        get throws { try site.database.read { try PeopleStore(site: site).isSetUp(on: $0) } }
    }

    private var path: String { "\(site.dataFolder)/setup-code" }

    struct Unwritable: Error, CustomStringConvertible {
        let path: String

        var description: String { "The set-up code cannot be written to \(path): the data folder must be writable." }
    }
}
