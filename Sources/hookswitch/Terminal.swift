// Standard output and error without a buffer: a line is out when the call returns, and a reader that went does not end the process.

import Foundation

enum Terminal {
    static func print(_ line: String) { write(line, to: 1) }
    static func complain(_ line: String) { write(line, to: 2) }

    private static func write(_ line: String, to descriptor: Int32) {
        // In one call, so that lines of several threads do not mix.
        var rest = Array("\(line)\n".utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
