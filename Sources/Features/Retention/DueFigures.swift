// What a purge would delete, of however many files there are, in reads of which each is short.

import Database
import Time

extension PurgeFigures {
    /// So many files at most are summed up in one read: a page's ends after two seconds, and there may be millions.
    static let part = 200_000

    /// What a purge at `instant` would delete under `policy`.
    ///
    /// - Parameter reading: runs each part in a read of its own. What changes between two of them may be in neither or in both; who needs
    ///   one moment gives the same connection to all.
    static func due(
        of account: ID<Account>, under policy: RetentionPolicy, asOf instant: Timestamp, inPartsOf size: Int = part,
        reading: ((any Connection) throws -> RetentionStore.Part) throws -> RetentionStore.Part
    ) throws -> [PurgeFigures] {
        try MediaKind.allCases.map { kind in
            var figures = PurgeFigures(kind: kind, days: policy.days[kind], cutoff: policy.cutoff(of: kind, asOf: instant))
            guard let cutoff = figures.cutoff else { return figures }
            for isHeld in [false, true] {
                var start: Timestamp?
                repeat {
                    let part = try reading {
                        try RetentionStore.part(of: account, kind, isHeld: isHeld, from: start, until: cutoff, size: size, on: $0)
                    }
                    if isHeld { figures.held += part.items } else { figures.add(part) }
                    start = part.end
                } while start != nil
            }
            return figures
        }
    }
}
