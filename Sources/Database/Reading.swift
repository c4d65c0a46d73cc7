// Every read has an end, and nobody's reads take all readers: one account's slow pages must not stop another's, the machines or
// what watches the process.

import Dispatch
import Synchronization

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
    /// Reads of one account's pages that may wait for their turn; the next is refused at once, so that it holds no worker.
    package var waitingOfAnAccount = 8

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

    private struct State {
        var busy = 0
        var pages = 0
        var pagesOfAccount: [ID<Account>?: Int] = [:]
        var isHealthBusy = false
        var waiters: [Waiter] = []
    }

    private let readers: Int
    private let maximumPages: Int
    private let maximumOfAccount: Int
    private let maximumWaiting: Int
    private let state = Mutex(State())

    init(readers: Int, limits: ReadLimits) {
        self.readers = max(1, readers)
        maximumPages = max(1, readers * 2 / 3)
        maximumOfAccount = max(1, maximumPages / 2)
        maximumWaiting = limits.waitingOfAnAccount
    }

    /// Takes a place, or waits for one until `deadline`. Throws `DatabaseError.busy` when there is none in time, and at once when
    /// too many of the account wait already.
    func enter(_ reading: Reading, until deadline: ContinuousClock.Instant) throws(DatabaseError) {
        let (waiter, isRefused): (Waiter?, Bool) = state.withLock { state in
            if isFree(for: reading, state) {
                take(reading, &state)
                return (nil, false)
            }
            if case .page = reading, state.waiters.count(where: { $0.reading == reading }) >= maximumWaiting { return (nil, true) }
            let waiter = Waiter(reading)
            state.waiters.append(waiter)
            return (waiter, false)
        }
        if isRefused { throw .busy }
        guard let waiter else { return }
        let left = max(.zero, deadline - .now)
        if waiter.turn.wait(timeout: .now() + left / .seconds(1)) == .success { return }
        let isLate = state.withLock { state in
            guard let place = state.waiters.firstIndex(where: { $0 === waiter }) else { return false }
            state.waiters.remove(at: place)
            return true
        }
        // Its turn may have come in the same moment.
        if isLate { throw .busy }
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
                let waiter = state.waiters.remove(at: next)
                take(waiter.reading, &state)
                waiter.turn.signal()
            }
        }
    }

    /// Whoever has the fewest readers now, and of those the first that came.
    private func next(_ state: State) -> Int? {
        func taken(_ place: Int) -> Int {
            if case .page(let account) = state.waiters[place].reading { return 1 + state.pagesOfAccount[account, default: 0] }
            return 0
        }
        return state.waiters.indices.filter { isFree(for: state.waiters[$0].reading, state) }.min { taken($0) < taken($1) }
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
