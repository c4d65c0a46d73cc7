// When each key was last used, written behind the answer and once a minute at most: accepting events waits for nothing of it.

import Database
import Synchronization
import Time

final class KeyUses: Sendable {
    private static let interval = Duration.seconds(60)

    private let database: Database
    private let clock: Clock
    /// When each was last written; as many as there are keys in use.
    private let written = Mutex<[ID<APIKey>: Timestamp]>([:])

    init(database: Database, clock: Clock) {
        (self.database, self.clock) = (database, clock)
    }

    /// Waits for no write. What the disk has no room for is not written: the key is good all the same.
    func record(_ key: ID<APIKey>) {
        let now = clock.now()
        let isDue = written.withLock { written in
            if let last = written[key], now >= last, now - last < Self.interval { return false }
            written[key] = now
            return true
        }
        guard isDue else { return }
        database.write({ try $0.execute("UPDATE api_keys SET last_used_at = \(now) WHERE id = \(key)") }, then: { _ in })
    }
}
