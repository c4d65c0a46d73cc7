// One sync for many writers: the writer thread takes all that is queued, runs it as one transaction, commits once, and only then
// answers all. A sync costs more than a hundred rows, and a savepoint for each item as much as its rows: an item that fails takes
// the transaction with it, and those before it run once more without it.

import Dispatch
import Synchronization
import Threading

final class GroupCommit: Sendable {
    /// Up to this many items or this much work share a commit (webhooks.md, SQL cost).
    static let maximumItems = 200
    static let maximumWork = Duration.milliseconds(2)

    private struct State {
        var queue: [Item] = []
        /// What those who are queued now wait at: one word to the system lets all of them go on.
        var gate = DispatchGroup()
        var isClosed = false
        /// The writer sleeps: only then it has to be told of an item.
        var isIdle = true
    }

    private let engine: any Engine
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let onDiskFailure: @Sendable (DatabaseError) -> Void

    init(engine: any Engine, onDiskFailure: @escaping @Sendable (DatabaseError) -> Void) {
        self.engine = engine
        self.onDiskFailure = onDiskFailure
        do {
            try OwnThread.start("writer") { [self] in Database.$occupied.withValue(ObjectIdentifier(self)) { run() } }
        } catch {
            state.withLock { $0.isClosed = true }
            onDiskFailure(.engine("\(error)"))
        }
    }

    /// Runs `body` on the writer's thread and returns when its commit is durable.
    func perform<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        var value: Value?
        try withoutActuallyEscaping({ connection in value = try body(connection) }) { escapable in
            let item = Item(work: escapable)
            let gate = append(item)
            // The writer's batch may hold the item a little longer than this call lasts; the closure must not outlive it.
            defer { item.work = nil }
            guard let gate else { throw DatabaseError.closed }
            gate.wait()
            if let error = item.error { throw error }
        }
        guard let value else { throw DatabaseError.closed }
        return value
    }

    /// Runs `body` on the writer's thread, and calls `then` there with what went wrong, or nil once its commit is durable.
    func enqueue(_ body: @escaping @Sendable (any Connection) throws -> Void, then: @escaping @Sendable ((any Error)?) -> Void) {
        if append(Item(work: body, then: then)) == nil { then(DatabaseError.closed) }
    }

    /// - Returns: where to wait for it; nil when it is closed.
    private func append(_ item: Item) -> DispatchGroup? {
        let (gate, wasIdle) = state.withLock { state -> (DispatchGroup?, Bool) in
            guard !state.isClosed else { return (nil, false) }
            state.queue.append(item)
            item.gate = state.gate
            state.gate.enter()
            defer { state.isIdle = false }
            return (state.gate, state.isIdle)
        }
        if wasIdle { wake.signal() }
        return gate
    }

    /// Lets everything queued finish, then ends the thread.
    func close() {
        let (wasClosed, wasIdle) = state.withLock { state in
            defer { (state.isClosed, state.isIdle) = (true, false) }
            return (state.isClosed, state.isIdle)
        }
        guard !wasClosed else { return }
        if wasIdle { wake.signal() }
        ended.wait()
    }

    private func run() {
        wake.wait()
        while true {
            let batch = take()
            if !batch.isEmpty {
                commit(batch)
            } else if state.withLock({ $0.isClosed }) {
                break
            } else {
                wake.wait()
            }
        }
        ended.signal()
    }

    /// What is queued, as much as one commit takes; with nothing there the writer is idle, and whoever queues next has to wake it.
    private func take() -> [Item] {
        state.withLock { state in
            state.isIdle = state.queue.isEmpty && !state.isClosed
            state.gate = DispatchGroup()
            let batch = Array(state.queue.prefix(Self.maximumItems))
            state.queue.removeFirst(batch.count)
            return batch
        }
    }

    private func putBack(_ items: ArraySlice<Item>) {
        guard !items.isEmpty else { return }
        state.withLock { $0.queue.insert(contentsOf: items, at: 0) }
    }

    private func commit(_ batch: [Item]) {
        var tried = 0
        var isRefused = false
        do {
            let start = ContinuousClock.now
            try engine.transaction { connection in
                (tried, isRefused) = (0, false)
                for item in batch {
                    tried += 1
                    do {
                        try item.work?(connection)
                    } catch {
                        isRefused = !((error as? DatabaseError)?.endsTransaction ?? false)
                        throw error
                    }
                    if ContinuousClock.now - start > Self.maximumWork { break }
                }
            }
        } catch  where isRefused {
            // The last one tried has its answer, and what it wrote is undone with all the rest. Those before it failed at nothing: they
            // run again, and find what they found before.
            let refused = batch[tried - 1]
            refused.error = error
            putBack(batch[tried...])
            if tried > 1 { commit(Array(batch[..<(tried - 1)])) }
            return refused.finish()
        } catch {
            // It could not even begin (another process has the lock, no room for the log's index): said to all, rather than tried for ever.
            if tried == 0 { tried = batch.count }
            for item in batch[..<tried] { item.error = error }
            if case .inputOutput = error as? DatabaseError, let error = error as? DatabaseError { onDiskFailure(error) }
        }
        putBack(batch[tried...])
        for item in batch[..<tried] { item.finish() }
    }

    /// Unchecked because its fields are handed over, never shared: the caller waits while the writer's thread has it.
    private final class Item: @unchecked Sendable {
        var work: ((any Connection) throws -> Void)?
        var gate: DispatchGroup?
        var error: (any Error)?
        private let then: (@Sendable ((any Error)?) -> Void)?

        init(work: @escaping (any Connection) throws -> Void, then: (@Sendable ((any Error)?) -> Void)? = nil) {
            self.work = work
            self.then = then
        }

        func finish() {
            then?(error)
            gate?.leave()
        }
    }
}

extension DatabaseError {
    /// After these, SQLite has rolled the whole transaction back by itself: no item of it may be answered with success.
    fileprivate var endsTransaction: Bool {
        switch self {
        case .full, .inputOutput: true
        default: false
        }
    }
}
