// Limits attempts to sign in. Counted in memory: forgetting a few at a restart costs less than a write for each.

import Synchronization

/// Failed tries of the last hour, by what was tried: an email address, or a browser that its owner has used.
final class SignInAttempts: Sendable {
    /// reliability.md: at most 100 an hour an account.
    static let usual = 100
    static let period = Duration.seconds(3600)
    /// What is remembered at most: some 8 MB.
    private static let maximumSubjects = 10_000

    private let maximum: Int
    private let tries = Mutex<[String: [Duration]]>([:])

    init(maximum: Int = usual) {
        self.maximum = maximum
    }

    /// Counts a try before it is made, so that many at once are counted too. When there were too many already, nothing is counted,
    /// and the time until the next may be made is given.
    ///
    /// - Parameter now: by a clock that nobody sets: otherwise an hour might last for days.
    func begin(_ subject: String, at now: Duration) -> Duration? {
        tries.withLock { tries in
            var own = (tries[subject] ?? []).filter { $0 > now - Self.period }
            if own.count >= maximum, let oldest = own.first { return oldest + Self.period - now }
            own.append(now)
            if tries[subject] == nil, tries.count >= Self.maximumSubjects { Self.makeRoom(in: &tries, at: now) }
            tries[subject] = own
            return nil
        }
    }

    /// Whether the try that was counted last was the last one for a while.
    func isFull(_ subject: String, at now: Duration) -> Bool {
        tries.withLock { tries in (tries[subject] ?? []).count { $0 > now - Self.period } >= maximum }
    }

    /// Takes back a try that `begin` counted: it was right, or could not be made.
    func forgive(_ subject: String) {
        tries.withLock { tries in
            guard var own = tries[subject], !own.isEmpty else { return }
            own.removeLast()
            tries[subject] = own.isEmpty ? nil : own
        }
    }

    /// The half with the fewest tries goes: somebody who tries many invented names cannot wash away the count of a real one.
    private static func makeRoom(in tries: inout [String: [Duration]], at now: Duration) {
        tries = tries.filter { $0.value.contains { $0 > now - period } }
        guard tries.count >= maximumSubjects else { return }
        let kept = tries.sorted { $0.value.count > $1.value.count }.prefix(maximumSubjects / 2)
        tries = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
