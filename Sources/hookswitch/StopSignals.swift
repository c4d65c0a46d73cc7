// SIGTERM, SIGINT and SIGHUP as something to wait for. A handler may do next to nothing, so it writes a byte into a pipe.

import Foundation

enum StopSignals {
    /// Reading and writing end; made before the handlers are.
    private static let pipeEnds: (read: Int32, write: Int32) = {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        return (ends[0], ends[1])
    }()

    /// After `FCGX_Init`, which sets handlers of its own. A signal that was ignored at the start (a shell does that with SIGINT for what
    /// it starts in the background) stays ignored.
    static func install() {
        _ = pipeEnds
        for number in [SIGTERM, SIGINT, SIGHUP] {
            var action = sigaction()
            sigaction(number, nil, &action)
            let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
            if isIgnored, number != SIGTERM { continue }
            action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                var byte: UInt8 = 1
                _ = write(StopSignals.pipeEnds.write, &byte, 1)
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    static func wait() {
        var byte: UInt8 = 0
        while read(pipeEnds.read, &byte, 1) < 0, errno == EINTR {}
    }
}
