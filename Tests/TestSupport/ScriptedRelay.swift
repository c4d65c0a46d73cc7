// A relay that says what a test wants it to say, on loopback: enough of SMTP (RFC 5321) for libcurl. The real one of the end-to-end
// tests, aiosmtpd, cannot be told to hang or to break off.

import Foundation
import Glibc
import Synchronization

package final class ScriptedRelay: Sendable {
    package struct Taken: Sendable {
        package var from = ""
        package var recipients: [String] = []
        /// As it came, without the point that ends it.
        package var data = ""
        package var connection = 0
    }

    package enum Answer: Sendable {
        case line(String)
        case hang
        case breakOff
    }

    package let port: Int
    private let listener: Int32
    private let state = Mutex<(taken: [Taken], connections: Int, heard: [String], sockets: [Int32])>(([], 0, [], []))
    private let answer: @Sendable (_ command: String, _ count: Int) -> Answer?

    /// - Parameter answer: to a command (`RCPT TO:<…>`, `.` for the end of a message), the n-th of its verb from 0; nil: as a relay that
    ///   takes all.
    package init(_ answer: @escaping @Sendable (_ command: String, _ count: Int) -> Answer? = { _, _ in nil }) throws {
        self.answer = answer
        (listener, port) = try LoopbackPort.bind()
        guard listen(listener, 64) == 0 else { throw LoopbackPort.Failure(code: errno) }
        let thread = Thread { [weak self, listener] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let relay = self else { return }
                Thread { relay.serve(connection) }.start()
            }
        }
        thread.start()
    }

    package var url: String { "smtp://127.0.0.1:\(port)" }
    package var taken: [Taken] { state.withLock { $0.taken } }
    package var connections: Int { state.withLock { $0.connections } }
    package func heard(_ verb: String) -> Int { state.withLock { $0.heard.count { $0.hasPrefix(verb) } } }

    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for socket in state.withLock({ $0.sockets }) { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    private func serve(_ socket: Int32) {
        // Not a number that is somebody else's by then.
        defer {
            state.withLock { $0.sockets.removeAll { $0 == socket } }
            close(socket)
        }
        var taken = Taken()
        taken.connection = state.withLock { state in
            state.connections += 1
            state.sockets.append(socket)
            return state.connections - 1
        }
        var buffer: [UInt8] = []
        func line() -> String? {
            while true {
                if let end = buffer.firstIndex(of: 10) {
                    let line = String(decoding: buffer[..<end], as: UTF8.self)
                    buffer.removeSubrange(...end)
                    return line.hasSuffix("\r") ? String(line.dropLast()) : line
                }
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = recv(socket, &bytes, bytes.count, 0)
                guard count > 0 else { return nil }
                buffer += bytes[..<count]
            }
        }
        /// False when the connection is over.
        func say(to command: String, _ usual: String) -> (goesOn: Bool, isTaken: Bool) {
            let verb = String(command.prefix { $0 != " " && $0 != ":" })
            let count = state.withLock { state in
                defer { state.heard.append(command) }
                return state.heard.count { $0.hasPrefix(verb) }
            }
            switch answer(command, count) {
            case .hang:
                _ = line()
                return (false, false)
            case .breakOff: return (false, false)
            case .line(let text):
                _ = send(socket, text + "\r\n", text.utf8.count + 2, Int32(MSG_NOSIGNAL))
                return (true, text.hasPrefix("2") || text.hasPrefix("3"))
            case nil:
                _ = send(socket, usual + "\r\n", usual.utf8.count + 2, Int32(MSG_NOSIGNAL))
                return (true, true)
            }
        }
        guard say(to: "CONNECT", "220 relay.test").goesOn else { return }
        while let command = line() {
            let verb = command.prefix { $0 != " " && $0 != ":" }.uppercased()
            let reply =
                switch verb {
                case "EHLO": say(to: command, "250-relay.test\r\n250 AUTH PLAIN")
                case "DATA": say(to: command, "354 go on")
                case "QUIT": say(to: command, "221 bye")
                default: say(to: command, "250 fine")
                }
            guard reply.goesOn else { return }
            switch verb {
            case "MAIL" where reply.isTaken: (taken.from, taken.recipients) = (command, [])
            case "RCPT" where reply.isTaken: taken.recipients.append(command)
            case "DATA" where reply.isTaken:
                var lines: [String] = []
                while let next = line(), next != "." { lines.append(next.hasPrefix("..") ? String(next.dropFirst()) : next) }
                taken.data = lines.joined(separator: "\n")
                let end = say(to: ".", "250 taken")
                if end.isTaken { state.withLock { $0.taken.append(taken) } }
                guard end.goesOn else { return }
            case "QUIT": return
            default: break
            }
        }
    }
}
