// When each key was last used, written behind the answer and once a minute at most: accepting events waits for nothing of it.

import Database
import Synchronization
import Time

final class KeyUses: Sendable {
    private let database: Database
    private let clock: Clock
    private let written = Mutex(Written())

    init(database: Database, clock: Clock) {
        (self.database, self.clock) = (database, clock)
    }

    /// Waits for no write. What the disk has no room for is not written: the key is good all the same.
    func record(_ key: ID<APIKey>) {
        let now = clock.now()
        guard written.withLock({ $0.isDue(key, at: now) }) else { return }
        database.write({ try $0.execute("UPDATE api_keys SET last_used_at = \(now) WHERE id = \(key)") }, then: { _ in })
    }

    /// When each was last written. What is too long ago to hold anything back is forgotten: keys come and go.
    struct Written {
        static let interval = Duration.seconds(60)

        private(set) var times: [ID<APIKey>: Timestamp] = [:]
        private var sweptAt = Timestamp(milliseconds: 0)

        /// Whether it is to be written, which counts as done.
        mutating func isDue(_ key: ID<APIKey>, at now: Timestamp) -> Bool {
            if let last = times[key], Self.isRecent(last, at: now) { return false }
            // As seldom as one key is written: hardly any use pays for it.
            if !Self.isRecent(sweptAt, at: now) {
                times = times.filter { Self.isRecent($0.value, at: now) }
                sweptAt = now
            }
            times[key] = now
            return true
        }

        /// Not of a clock that was ahead.
        private static func isRecent(_ time: Timestamp, at now: Timestamp) -> Bool { now >= time && now - time < interval }
    }
}
