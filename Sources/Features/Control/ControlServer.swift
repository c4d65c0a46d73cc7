// No second process ever writes the database: while one serves, the command line's verbs come to it here. One thread, one caller
// at a time, each held to a size and a time, and only the process's own user or root is heard.

import Foundation
package import Logging
import Synchronization
import Threading
import Web

package final class ControlServer: Sendable {
    private struct State {
        var listener: Int32 = -1
        var isStopping = false
        var isRunning = false
    }

    /// Names, addresses and a password: far less than this.
    static let requestLimit = 64 * 1024
    /// For the whole request; the verb that follows takes as long as it takes.
    static let requestTime = Duration.seconds(5)

    private let path: String
    private let app: App
    private let logger: Logger
    private let state = Mutex(State())

    package init(_ app: App, logger: Logger) {
        self.app = app
        self.logger = logger
        path = ControlSocket.path(inDataFolder: app.site.dataFolder)
    }

    /// The caller holds the lock of the data folder, so a socket that is there belongs to nobody and is replaced.
    package func start() throws(VerbFailure) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        if mkdir(folder, 0o750) != 0, errno != EEXIST { throw cannotCreate(folder) }
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else { throw VerbFailure(.cannotCreate, "\(path) is no socket. Remove it.") }
            unlink(path)
        }
        let socket = try ControlSocket()
        // Nobody can connect before `listen`, so the mode holds before anybody is heard.
        guard try socket.bind(to: path), chmod(path, 0o600) == 0, listen(socket.descriptor, 16) == 0 else {
            defer { socket.close() }
            throw cannotCreate(path)
        }
        state.withLock {
            $0.listener = socket.descriptor
            $0.isRunning = true
        }
        do {
            try OwnThread.start("control") { [self] in
                serve(socket)
                socket.close()
                state.withLock { $0.isRunning = false }
            }
        } catch {
            state.withLock { $0.isRunning = false }
            socket.close()
            throw VerbFailure(.cannotCreate, "\(error)")
        }
    }

    /// Takes no more callers and waits for the verb under way.
    ///
    /// - Returns: whether it ended in time.
    @discardableResult
    package func stop(within time: Duration) -> Bool {
        state.withLock { state in
            guard state.isRunning, !state.isStopping else { return }
            state.isStopping = true
            unlink(path)
            shutdown(state.listener, Int32(SHUT_RDWR))
        }
        let deadline = ContinuousClock.now + time
        while state.withLock({ $0.isRunning }) {
            if ContinuousClock.now >= deadline { return false }
            usleep(2000)
        }
        return true
    }

    private func serve(_ listener: ControlSocket) {
        while !state.withLock({ $0.isStopping }) {
            let descriptor = accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else {
                // EINVAL after the shutdown; anything else, such as EMFILE, may pass.
                if errno != EINTR, !state.withLock({ $0.isStopping }) { usleep(100_000) }
                continue
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let caller = ControlSocket(descriptor: descriptor)
            caller.setTimeout(seconds: 1)
            answer(caller)
            caller.close()
        }
    }

    private func answer(_ caller: ControlSocket) {
        guard let user = caller.peerUser, user == geteuid() || user == 0 else {
            logger.warning("A caller at the control socket was refused", metadata: ["uid": "\(caller.peerUser.map(String.init) ?? "?")"])
            caller.writeLine(VerbReply.failed(VerbFailure(.unavailable, "Only the user that runs the process, or root, may do this.")))
            return
        }
        // Silence within the time of one read ends it too.
        guard let line = caller.readLine(limit: Self.requestLimit, deadline: .now + Self.requestTime) else {
            caller.writeLine(VerbReply.failed(VerbFailure(.data, "The request was too long or did not come in time.")))
            return
        }
        guard let verb = try? JSONDecoder().decode(ControlVerb.self, from: Data(line)) else {
            let words = "The process that serves does not know this request: it may be of another version."
            caller.writeLine(VerbReply.failed(VerbFailure(.data, words)))
            return
        }
        do {
            let answer = try verb.run(on: app)
            logger.info("A verb of the command line was run", metadata: ["verb": "\(verb.name)"])
            caller.writeLine(VerbReply.done(answer))
        } catch {
            if error.kind == .internal { logger.error("A verb of the command line failed: \(error)") }
            caller.writeLine(VerbReply.failed(error))
        }
    }

    private func cannotCreate(_ what: String) -> VerbFailure {
        VerbFailure(.cannotCreate, "Cannot create \(what): \(String(cString: strerror(errno))).")
    }
}
