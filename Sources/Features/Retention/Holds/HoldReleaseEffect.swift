// What a release would free, looked at before anybody is asked: all of it where that is soon done, else how much it is at least.

import Database
import Time
import Web

extension HoldStore {
    struct ReleaseEffect {
        var freed = 0
        /// Of those, what the policies would delete at the next purge.
        var due = 0
        var dueBytes = 0
        /// Under another hold too.
        var kept = 0
        /// Everything was looked at.
        var isWhole = true
    }

    private static let window = 5000
    private static let patience = Duration.milliseconds(500)

    /// - Parameter instant: of the next purge.
    static func releaseEffect(
        of hold: ID<MediaHold>, in account: ID<Account>, asOf instant: Timestamp, on connection: any Connection
    ) throws -> ReleaseEffect {
        let policy = try RetentionStore.policy(of: account, on: connection)
        let due: SQL = MediaKind.allCases.compactMap { kind in
            policy.cutoff(of: kind, asOf: instant).map { "u.kind = \(kind) AND u.recorded_at < \($0)" as SQL }
        }.map { "(\($0))" as SQL }.joined(by: " OR ")
        let isDue: SQL = policy.days.isEmpty ? "1 = 0" : due
        let end = ContinuousClock.now + patience
        var effect = ReleaseEffect()
        var place: ID<MediaFile>?
        while true {
            let media = try items(of: hold, after: place, in: account, limit: window, on: connection)
            guard let first = media.first, let last = media.last else { return effect }
            try connection.forEachRow(
                """
                SELECT COUNT(*), COALESCE(SUM(u.is_free), 0), COALESCE(SUM(CASE WHEN u.is_free = 1 AND (\(isDue)) THEN 1 ELSE 0 END), 0),
                    COALESCE(SUM(CASE WHEN u.is_free = 1 AND (\(isDue)) THEN u.bytes ELSE 0 END), 0)
                FROM (
                    SELECT m.kind, m.recorded_at, m.bytes, CASE WHEN EXISTS (
                        SELECT 1 FROM media_hold_items o JOIN media_holds h ON h.id = o.hold_id
                        WHERE o.media_id = i.media_id AND o.hold_id <> \(hold) AND h.state IN ('placing', 'placed')) THEN 0 ELSE 1 END AS is_free
                    FROM media_hold_items i JOIN media_files m ON m.id = i.media_id
                    WHERE i.account_id = \(account) AND i.hold_id = \(hold) AND i.media_id >= \(first) AND i.media_id <= \(last)) AS u
                """
            ) { row in
                let (all, freed) = (try row.next(Int.self), try row.next(Int.self))
                effect.freed += freed
                effect.kept += all - freed
                effect.due += try row.next()
                effect.dueBytes += try row.next()
            }
            place = last
            if media.count < window { return effect }
            if ContinuousClock.now >= end {
                effect.isWhole = false
                return effect
            }
        }
    }
}
