// A password comes by standard input, never as an argument: arguments stand in the list of processes and in the shell's history.

import Features
import Foundation

enum PasswordInput {
    private static let limit = 1024

    /// One line of standard input; from a terminal asked for twice, without showing it.
    static func read() throws -> String {
        guard isatty(0) == 1 else {
            guard let line = readLine(), !line.isEmpty else {
                throw VerbFailure(.usage, "Give the password as one line on standard input.")
            }
            guard line.utf8.count <= limit else { throw VerbFailure(.data, "The password is too long.") }
            return line
        }
        let password = try ask("Password: ")
        guard try ask("The same again: ") == password else { throw VerbFailure(.data, "The two passwords differ. Nothing was done.") }
        return password
    }

    /// Reads key by key, so that the terminal is always put right again, also after ^C.
    private static func ask(_ prompt: String) throws -> String {
        var saved = termios()
        guard tcgetattr(0, &saved) == 0 else { throw VerbFailure(.unavailable, "The terminal does not answer.") }
        var silent = saved
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(0, TCSAFLUSH, &silent)
        defer {
            tcsetattr(0, TCSAFLUSH, &saved)
            Terminal.complain("")
        }
        _ = prompt.withCString { write(2, $0, strlen($0)) }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            var byte: UInt8 = 0
            let count = Foundation.read(0, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { break }
            switch byte {
            case 3: throw VerbFailure(.usage, "Given up. Nothing was done.")
            case 4, 10, 13: return String(decoding: bytes, as: UTF8.self)
            case 8, 127:
                // A whole character, which may have several bytes.
                while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            case 21: bytes = []
            default: bytes.append(byte)
            }
        }
        throw VerbFailure(.usage, "No password was given. Nothing was done.")
    }
}
