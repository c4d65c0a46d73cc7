// Secrets that were just made and have not been shown: in memory alone, for the session that made them, until the next page takes them.
// A form that is sent twice leads to that page twice, and whichever answer the browser keeps has the secret.

import Database
import Threading
import Time
import Web

final class FreshSecrets: Sendable {
    private struct Fresh {
        let secret: String
        let session: ID<SessionRow>
        let madeAt: Timestamp
    }

    private static let kept = Duration.seconds(300)
    private static let maximum = 1000
    /// Of one session, the last: more nobody makes before the next page, and whoever does must not take the others' places.
    private static let maximumOfOne = 10

    private let clock: Clock
    private let fresh = ShortLock<[ID<APIKey>: Fresh]>([:])

    init(clock: Clock) {
        self.clock = clock
    }

    func keep(_ secret: String, of key: ID<APIKey>, for session: ID<SessionRow>) {
        let now = clock.now()
        fresh.withLock { fresh in
            fresh = fresh.filter { now - $0.value.madeAt < Self.kept }
            let own = fresh.filter { $0.value.session == session && $0.key != key }
                .sorted { ($0.value.madeAt, $0.key) < ($1.value.madeAt, $1.key) }
            for oldest in own.dropLast(Self.maximumOfOne - 1) { fresh[oldest.key] = nil }
            if fresh.count < Self.maximum { fresh[key] = Fresh(secret: secret, session: session, madeAt: now) }
        }
    }

    /// Once.
    func take(_ key: ID<APIKey>, for session: ID<SessionRow>) -> String? {
        fresh.withLock { fresh in
            guard let found = fresh[key], found.session == session, clock.now() - found.madeAt < Self.kept else { return nil }
            fresh[key] = nil
            return found.secret
        }
    }
}
