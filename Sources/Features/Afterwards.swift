// What is done behind an answer whose time would otherwise tell what there was to do: one after another, and never more than so many.

import Dispatch
package import Logging
import Synchronization

package final class Afterwards: Sendable {
    /// What waits at most; beyond that it is left undone, and logged.
    private static let maximum = 100

    private let queue = DispatchQueue(label: "hookswitch.afterwards")
    private let waiting = Mutex(0)
    private let logger: Logger

    package init(logger: Logger) {
        self.logger = logger
    }

    package func run(_ work: @escaping @Sendable () throws -> Void) {
        let isTaken = waiting.withLock { waiting in
            guard waiting < Self.maximum else { return false }
            waiting += 1
            return true
        }
        guard isTaken else { return logger.notice("Too much is to be done behind answers at once: one thing was left undone") }
        queue.async { [self] in
            defer { waiting.withLock { $0 -= 1 } }
            do { try work() } catch { logger.error("What was to be done behind an answer failed: \(error)") }
        }
    }

    /// Returns when nothing waits.
    package func finish() { queue.sync {} }
}
