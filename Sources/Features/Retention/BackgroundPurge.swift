// A purge that somebody waits for may take longer than a web server waits: it runs on a thread of its own, and the page
// shows its end or, when that is too far, its progress.

package import Database
import Dispatch
package import Logging
import Synchronization
import Threading
package import Time
import Web

package final class BackgroundPurge: Sendable {
    package enum Outcome: Sendable {
        case done([PurgeFigures])
        /// Behind this call; the page shows how far it is.
        case goesOn
        /// Somebody pressed the button before, or the same person twice: nothing new was begun.
        case alreadyRunning
    }

    private let purge: RetentionPurge
    private let patience: Duration
    private let logger: Logger
    private let running = Mutex<Set<ID<Account>>>([])

    /// - Parameter patience: how long a request waits; by default a third of what the web server gives it (nginx: 30 s).
    package init(_ purge: RetentionPurge, patience: Duration = .seconds(10), logger: Logger) {
        self.purge = purge
        self.patience = patience
        self.logger = logger
    }

    /// Throws what ended the purge while it was waited for; later faults are logged.
    ///
    /// - Parameters:
    ///   - shown: how many of each kind they were told.
    ///   - record: writes down that somebody asked for it; not called when one is under way already.
    package func run(
        _ account: ID<Account>, by actor: PurgeActor, asOf instant: Timestamp, shown: [MediaKind: Int]? = nil,
        recording record: () throws -> Void = {}
    ) throws -> Outcome {
        guard running.withLock({ $0.insert(account).inserted }) else { return .alreadyRunning }
        do {
            try purge.reserve.giving { try record() }
        } catch {
            _ = running.withLock { $0.remove(account) }
            throw error
        }
        let answer = Answer()
        do {
            try OwnThread.start("purge") { [self] in
                let result = Result { try purge.runConfirmed(account, by: actor, asOf: instant, shown: shown) }
                _ = running.withLock { $0.remove(account) }
                if !answer.give(result), case .failure(let error) = result {
                    logger.error("A purge of \(account) that somebody asked for has failed: \(error)")
                }
            }
        } catch {
            _ = running.withLock { $0.remove(account) }
            throw error
        }
        return try answer.wait(upTo: patience).map { .done(try $0.get()) } ?? .goesOn
    }

    private final class Answer: Sendable {
        private struct State {
            var result: Result<[PurgeFigures], any Error>?
            var isAwaited = true
        }

        private let state = Mutex(State())
        private let done = DispatchSemaphore(value: 0)

        /// False when nobody waits any more.
        func give(_ result: Result<[PurgeFigures], any Error>) -> Bool {
            let isAwaited = state.withLock { state in
                state.result = result
                return state.isAwaited
            }
            done.signal()
            return isAwaited
        }

        func wait(upTo patience: Duration) -> Result<[PurgeFigures], any Error>? {
            let (seconds, attoseconds) = patience.components
            _ = done.wait(timeout: .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)))
            return state.withLock { state in
                state.isAwaited = false
                return state.result
            }
        }
    }
}
