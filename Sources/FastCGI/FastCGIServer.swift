// nginx's counterpart: worker threads that take one request each from the socket, hand it to one function, and write what that
// returns. It knows nothing of routes; the rules that it keeps are those of reliability.md § libfcgi.

import CFastCGI
import Glibc
package import HTTP
package import Logging
import Synchronization
import Threading

package final class FastCGIServer: Sendable {
    private struct State {
        var listener: ListeningSocket?
        var running = 0
    }

    private let socketPath: String
    private let workers: Int
    private let group: String
    private let exchange: Exchange
    private let cutoffs = Cutoffs()
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - socketPath: its folder is made, 0750, when it is not there; the folder above it must be there.
    ///   - workers: threads, and with it requests at a time.
    ///   - maximumBody: bytes of a body that are read, or read away, at most, whatever a handler asks for.
    ///   - group: the web server's; the socket is given to it when this process is root.
    ///   - handler: runs on a worker thread and may block; it must not keep the request's body.
    package init(
        socketPath: String, workers: Int, maximumBody: Int, group: String = "www-data", patience: Patience = Patience(),
        handler: @escaping @Sendable (Request) -> Response, logger: Logger
    ) {
        self.socketPath = socketPath
        self.workers = max(1, workers)
        self.group = group
        self.logger = logger
        exchange = Exchange(
            maximumBody: maximumBody, patience: patience, gate: ArrivalGate(workers: max(1, workers), limit: patience.head),
            cutoffs: cutoffs, handler: handler, logger: logger)
    }

    /// Opens the socket and starts the workers. Sets SIGPIPE to be ignored; install other signal handlers after this.
    ///
    /// - Throws: `FastCGIError`, in words for the person who starts the process.
    package func start() throws(FastCGIError) {
        Self.initializeLibrary()
        let listener = try ListeningSocket(path: socketPath, group: group)
        state.withLock { state in
            state.listener = listener
            state.running = workers
        }
        do {
            try cutoffs.start()
        } catch {
            throw .system(call: "pthread_create", path: "a watch", code: error.code)
        }
        for _ in 0..<workers {
            do {
                try OwnThread.start("worker") { [self] in
                    exchange.serve(listener)
                    let isLast = state.withLock { state in
                        state.running -= 1
                        return state.running == 0
                    }
                    if isLast {
                        listener.close()
                        cutoffs.stop()
                    }
                }
            } catch {
                throw .system(call: "pthread_create", path: "a worker", code: error.code)
            }
        }
    }

    /// Takes no more connections and waits for the requests in flight.
    ///
    /// - Returns: true when all were finished in time.
    package func stop(within time: Duration) -> Bool {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        listener?.shutDown()
        let deadline = ContinuousClock.now + time
        while state.withLock({ $0.running }) > 0 {
            if ContinuousClock.now >= deadline { return false }
            usleep(2000)
        }
        return true
    }

    /// Once a process, before the threads. libfcgi installs a handler for SIGPIPE; a client that is gone is an error of `write` to us.
    static func initializeLibrary() {
        _ = isInitialized
    }

    private static let isInitialized: Bool = {
        let isReady = FCGX_Init() == 0
        signal(SIGPIPE, SIG_IGN)
        return isReady
    }()
}
