// A server on a socket of its own in a folder of its own, for one test.

import FastCGI
import FoundationEssentials
import Glibc
import HTTP
import Logging
import Synchronization

final class RunningServer: Sendable {
    let folder: String
    let path: String
    let server: FastCGIServer
    private let calls = Counter()

    /// How often the handler was called.
    var callCount: Int { calls.value }

    init(
        workers: Int = 2, maximumBody: Int = 1 << 20, patience: Patience = Patience(),
        handler: @escaping @Sendable (Request) -> Response
    ) throws {
        // Short, as a socket's path may have 107 bytes only.
        folder = "/tmp/fcgi-\(UInt32.random(in: 0 ... .max))"
        path = folder + "/s"
        let calls = calls
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = FastCGIServer(
            socketPath: path, workers: workers, maximumBody: maximumBody, patience: patience,
            handler: { request in
                calls.increment()
                return handler(request)
            }, logger: logger)
        try server.start()
    }

    deinit {
        _ = server.stop(within: .milliseconds(1))
        try? FileManager.default.removeItem(atPath: folder)
    }
}

final class Counter: Sendable {
    private let state = Mutex(0)
    var value: Int { state.withLock { $0 } }
    @discardableResult func increment() -> Int {
        state.withLock { value in
            value += 1
            return value
        }
    }
}

/// A gate that handlers wait at until the test opens it, so that no test has to guess how long something takes.
final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiting: 0))

    var waiting: Int { state.withLock { $0.waiting } }
    func open() { state.withLock { $0.isOpen = true } }

    func pass() {
        state.withLock { $0.waiting += 1 }
        _ = eventually { state.withLock { $0.isOpen } }
    }
}

/// Waits until something holds; false when it does not within 20 seconds.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !condition() {
        if ContinuousClock.now > deadline { return false }
        usleep(1000)
    }
    return true
}
