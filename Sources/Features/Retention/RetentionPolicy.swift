// How long each kind is kept, and what that means at a given instant.

package import Time

struct RetentionPolicy: Equatable {
    /// The product's rule (product.md § 2).
    static let allowedDays = 1...365

    /// A kind that is not here is kept without limit.
    var days: [MediaKind: Int] = [:]
    /// Of the account's policy as a whole; 0 before it was first saved.
    var version = 0

    /// Kinds that would be kept for less time than under `other`.
    func kindsShortened(from other: RetentionPolicy) -> [MediaKind] {
        MediaKind.allCases.filter { kind in
            guard let days = days[kind] else { return false }
            return other.days[kind].map { days < $0 } ?? true
        }
    }

    /// What was recorded before this instant is due; nil when the kind is kept without limit. A day is 24 hours, so that no
    /// change of a clock moves it.
    func cutoff(of kind: MediaKind, asOf instant: Timestamp) -> Timestamp? {
        days[kind].map { instant - .seconds($0 * 86400) }
    }
}

/// What a purge would delete of one kind, or has deleted.
package struct PurgeFigures: Sendable, Equatable {
    package let kind: MediaKind
    /// Nil: kept without limit.
    package let days: Int?
    /// UTC; what was recorded before it is due. Nil: nothing ever is.
    package let cutoff: Timestamp?
    /// Files that a run set out to delete; the same as `items` in a preview.
    package internal(set) var planned = 0
    package internal(set) var items = 0
    package internal(set) var bytes = 0
    package internal(set) var oldest: Timestamp?
    package internal(set) var newest: Timestamp?
    /// Due by age, but under legal hold: kept.
    package internal(set) var held = 0
    /// Of the planned files, those with a copy in a repository connector, which stays.
    package internal(set) var connectorCopies = 0

    /// One that a run has set out to delete.
    mutating func add(_ file: PurgeStore.StoredFile) {
        planned += 1
        oldest = min(oldest ?? file.recordedAt, file.recordedAt)
        newest = max(newest ?? file.recordedAt, file.recordedAt)
        if file.hasConnectorCopy { connectorCopies += 1 }
    }

    /// What a preview counts, a part at a time.
    mutating func add(_ part: RetentionStore.Part) {
        planned += part.items
        items += part.items
        bytes += part.bytes
        oldest = oldest ?? part.oldest
        newest = part.newest ?? newest
        connectorCopies += part.copies
    }
}

/// What is stored of one kind, as far as it was counted.
struct MediaStock {
    static let countedTo = 10_000

    var items = 0
    var bytes = 0
    var oldest: Timestamp?
    var held = 0

    var isMore: Bool { items > Self.countedTo }
}
