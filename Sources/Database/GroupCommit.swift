// One sync for many writers: the writer thread takes all that is queued, runs each item in a savepoint of one
// transaction, commits once, and only then answers all. A sync costs more than a hundred rows.

import Dispatch
import Synchronization
import Threading

final class GroupCommit: Sendable {
    /// Up to this many items or this much work share a commit (webhooks.md, SQL cost).
    static let maximumItems = 200
    static let maximumWork = Duration.milliseconds(2)

    private struct State {
        var queue: [Item] = []
        var isClosed = false
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
            // The writer's batch may hold the item a little longer than this call lasts; the closure must not outlive it.
            defer { item.work = nil }
            let isClosed = state.withLock { state in
                if !state.isClosed { state.queue.append(item) }
                return state.isClosed
            }
            guard !isClosed else { throw DatabaseError.closed }
            wake.signal()
            item.done.wait()
            if let error = item.error { throw error }
        }
        guard let value else { throw DatabaseError.closed }
        return value
    }

    /// Runs `body` on the writer's thread, and calls `then` there with what went wrong, or nil once its commit is durable.
    func enqueue(_ body: @escaping @Sendable (any Connection) throws -> Void, then: @escaping @Sendable ((any Error)?) -> Void) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.queue.append(Item(work: body, then: then)) }
            return state.isClosed
        }
        if isClosed { then(DatabaseError.closed) } else { wake.signal() }
    }

    /// Lets everything queued finish, then ends the thread.
    func close() {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return }
        wake.signal()
        ended.wait()
    }

    private func run() {
        while true {
            wake.wait()
            while case let batch = take(), !batch.isEmpty { commit(batch) }
            if state.withLock({ $0.isClosed && $0.queue.isEmpty }) { break }
        }
        ended.signal()
    }

    private func take() -> [Item] {
        state.withLock { state in
            let batch = Array(state.queue.prefix(Self.maximumItems))
            state.queue.removeFirst(batch.count)
            return batch
        }
    }

    private func putBack(_ items: ArraySlice<Item>) {
        state.withLock { $0.queue.insert(contentsOf: items, at: 0) }
    }

    private func commit(_ batch: [Item]) {
        var tried = 0
        do {
            let start = ContinuousClock.now
            try engine.transaction { connection in
                for item in batch {
                    tried += 1
                    // Alone in its transaction, it needs no savepoint.
                    guard batch.count > 1 else { return try item.work?(connection) ?? () }
                    do {
                        try engine.savepoint(connection) { try item.work?(connection) }
                    } catch let error as DatabaseError where error.endsTransaction {
                        throw error
                    } catch {
                        item.error = error
                    }
                    if ContinuousClock.now - start > Self.maximumWork { break }
                }
            }
        } catch {
            // It could not even begin (another process has the lock, no room for the log's index): said to all, rather than tried for ever.
            if tried == 0 { tried = batch.count }
            for item in batch[..<tried] where item.error == nil { item.error = error }
            if case .inputOutput = error as? DatabaseError, let error = error as? DatabaseError { onDiskFailure(error) }
        }
        if tried < batch.count { putBack(batch[tried...]) }
        for item in batch[..<tried] { item.finish() }
    }

    /// Unchecked because its fields are handed over, never shared: the caller waits while the writer's thread has it.
    private final class Item: @unchecked Sendable {
        var work: ((any Connection) throws -> Void)?
        let done = DispatchSemaphore(value: 0)
        var error: (any Error)?
        private let then: (@Sendable ((any Error)?) -> Void)?

        init(work: @escaping (any Connection) throws -> Void, then: (@Sendable ((any Error)?) -> Void)? = nil) {
            self.work = work
            self.then = then
        }

        func finish() {
            if let then { then(error) } else { done.signal() }
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
