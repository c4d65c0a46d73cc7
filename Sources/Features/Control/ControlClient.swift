// The command line's end of the control socket.

import Foundation
import JSON

package enum ControlClient {
    /// Answers are a few lines.
    private static let answerLimit = 1 << 20

    /// Has the process that serves `dataFolder` run the verb, and waits for it.
    ///
    /// - Returns: nil when nobody listens there.
    package static func send(_ verb: ControlVerb, toDataFolder folder: String) throws(VerbFailure) -> VerbAnswer? {
        let socket = try ControlSocket()
        defer { socket.close() }
        guard try socket.connect(to: ControlSocket.path(inDataFolder: folder)) else {
            if errno == EACCES || errno == EPERM {
                throw VerbFailure(.unavailable, "Another user’s process serves \(folder). Run this as that user, or as root.")
            }
            return nil
        }
        socket.writeLine(verb.json)
        guard let line = socket.readLine(limit: answerLimit), let json = try? JSONValue(parsing: line) else {
            throw VerbFailure(
                .temporary, "The process that serves \(folder) ended before it answered. Look whether it was done, then try again.")
        }
        if let failure = VerbFailure(json) { throw failure }
        guard let answer = VerbAnswer(json) else {
            throw VerbFailure(.internal, "The process that serves \(folder) gave an answer of another version.")
        }
        return answer
    }
}
