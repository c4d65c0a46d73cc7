// Every read has an end, and nobody's reads take all readers: one account's slow pages must not stop another's, the machines or
// what watches the process.

import Dispatch
import Threading

/// What a read is for. It says how long it may take, and whose share of the readers it takes.
package enum Reading: Sendable, Equatable {
    /// A page of somebody of this account, or of nobody's.
    case page(ID<Account>?)
    /// What is short by its nature and comes before everything else: whose session or key it is, a row for a machine.
    case brief
    /// Whether the database answers; has a reader of its own.
    case health
    /// Of jobs and deliveries, for which nobody waits at a screen.
    case work
}

package struct ReadLimits: Sendable {
    /// The wait for a reader included (reliability.md § Every piece of work has an end).
    package var page = Duration.seconds(2)
    package var work = Duration.seconds(60)
    /// Reads of one account's pages that may wait for longer than `turn`; others are refused, so that they hold no worker.
    package var waitingOfAnAccount = 8
    /// In which a turn comes unless those who have theirs are slow.
    package var turn = Duration.milliseconds(250)

    package init() {}

    func time(for reading: Reading) -> Duration { reading == .work ? work : page }
}

/// When a read has to end: asked by the engine again and again while it runs.
package final class ReadEnd {
    private let deadline: ContinuousClock.Instant
    private let isAbandoned: () -> Bool
    private var nextLook: ContinuousClock.Instant
    /// Asking whether somebody still waits costs a system call.
    private static let pause = Duration.milliseconds(20)

    init(_ deadline: ContinuousClock.Instant, isAbandoned: @escaping () -> Bool) {
        self.deadline = deadline
        self.isAbandoned = isAbandoned
        nextLook = .now + Self.pause
    }

    var hasCome: Bool {
        let now = ContinuousClock.now
        if now >= deadline { return true }
        guard now >= nextLook else { return false }
        nextLook = now + Self.pause
        return isAbandoned()
    }
}

/// Who may read now. Of all readers, pages have two thirds, and one account's pages half of those; health has one beside them.
final class ReaderShares: Sendable {
    private final class Waiter: Sendable {
        let reading: Reading
        let turn = DispatchSemaphore(value: 0)
        init(_ reading: Reading) { self.reading = reading }
    }

    private struct State: Sendable {
        var busy = 0
        var pages = 0
        var pagesOfAccount: [ID<Account>?: Int] = [:]
        var isHealthBusy = false
        /// In the order in which they came.
        var waiters: [(waiter: Waiter, isLate: Bool)] = []
    }

    private let readers: Int
    private let maximumPages: Int
    private let maximumOfAccount: Int
    private let limits: ReadLimits
    private let state = ShortLock(State())

    init(readers: Int, limits: ReadLimits) {
        self.readers = max(1, readers)
        maximumPages = max(1, readers * 2 / 3)
        maximumOfAccount = max(1, maximumPages / 2)
        self.limits = limits
    }

    /// Takes a place, or waits for one until `deadline`. Throws `DatabaseError.busy` when there is none in time, and before it when
    /// too many of the account have been waiting.
    func enter(_ reading: Reading, until deadline: ContinuousClock.Instant) throws(DatabaseError) {
        let (waiter, isRefused): (Waiter?, Bool) = state.withLock { state in
            if isFree(for: reading, state) {
                take(reading, &state)
                return (nil, false)
            }
            let before = state.waiters.filter { $0.waiter.reading == reading }
            if isBounded(reading), before.count >= limits.waitingOfAnAccount, before.contains(where: \.isLate) { return (nil, true) }
            let waiter = Waiter(reading)
            state.waiters.append((waiter, false))
            return (waiter, false)
        }
        if isRefused { throw .busy }
        guard let waiter else { return }
        for end in [min(deadline, .now + limits.turn), deadline] {
            let left = max(.zero, end - .now)
            if waiter.turn.wait(timeout: .now() + left / .seconds(1)) == .success { return }
            let goesOn = state.withLock { state in
                // Its turn may have come in the same moment.
                guard let place = state.waiters.firstIndex(where: { $0.waiter === waiter }) else { return true }
                state.waiters[place].isLate = true
                let before = state.waiters[..<place].count { $0.waiter.reading == reading }
                if end < deadline, !isBounded(reading) || before < limits.waitingOfAnAccount { return true }
                state.waiters.remove(at: place)
                return false
            }
            if !goesOn { throw .busy }
        }
    }

    private func isBounded(_ reading: Reading) -> Bool {
        if case .page = reading { true } else { false }
    }

    func leave(_ reading: Reading) {
        state.withLock { state in
            switch reading {
            case .health: state.isHealthBusy = false
            case .page(let account):
                state.busy -= 1
                state.pages -= 1
                let left = state.pagesOfAccount[account, default: 1] - 1
                state.pagesOfAccount[account] = left > 0 ? left : nil
            case .brief, .work: state.busy -= 1
            }
            while let next = next(state) {
                let waiter = state.waiters.remove(at: next).waiter
                take(waiter.reading, &state)
                waiter.turn.signal()
            }
        }
    }

    /// Whoever has the fewest readers now, and of those the first that came.
    private func next(_ state: State) -> Int? {
        func taken(_ place: Int) -> Int {
            if case .page(let account) = state.waiters[place].waiter.reading { return 1 + state.pagesOfAccount[account, default: 0] }
            return 0
        }
        return state.waiters.indices.filter { isFree(for: state.waiters[$0].waiter.reading, state) }.min { taken($0) < taken($1) }
    }

    private func isFree(for reading: Reading, _ state: State) -> Bool {
        switch reading {
        case .health: !state.isHealthBusy
        case .brief, .work: state.busy < readers
        case .page(let account):
            state.busy < readers && state.pages < maximumPages && state.pagesOfAccount[account, default: 0] < maximumOfAccount
        }
    }

    private func take(_ reading: Reading, _ state: inout State) {
        switch reading {
        case .health: state.isHealthBusy = true
        case .page(let account):
            state.busy += 1
            state.pages += 1
            state.pagesOfAccount[account, default: 0] += 1
        case .brief, .work: state.busy += 1
        }
    }
}
