// The command line's end of the control socket.

import Foundation

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
        socket.writeLine(verb)
        guard let line = socket.readLine(limit: answerLimit) else {
            throw VerbFailure(
                .temporary, "The process that serves \(folder) ended before it answered. Look whether it was done, then try again.")
        }
        guard let reply = try? JSONDecoder().decode(VerbReply.self, from: Data(line)) else {
            throw VerbFailure(.internal, "The process that serves \(folder) gave an answer of another version.")
        }
        switch reply {
        case .done(let answer): return answer
        case .failed(let failure): throw failure
        }
    }
}
