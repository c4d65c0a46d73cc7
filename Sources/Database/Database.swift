// The database as the rest of the product knows it: reads on many threads, writes through one group-committing writer.

package final class Database: Sendable {
    let engine: any Engine
    private let writer: GroupCommit
    private let limits: ReadLimits
    private let shares: ReaderShares
    /// Whose transaction this thread is in, so that nobody comes to wait for themselves.
    @TaskLocal static var occupied: ObjectIdentifier?

    /// - Parameter onDiskFailure: called when a sync failed, after which nobody knows what is durable: end the process.
    package init(
        engine: any Engine, limits: ReadLimits = ReadLimits(), onDiskFailure: @escaping @Sendable (DatabaseError) -> Void = { _ in }
    ) {
        self.engine = engine
        self.limits = limits
        shares = ReaderShares(readers: engine.readers, limits: limits)
        writer = GroupCommit(engine: engine, onDiskFailure: onDiskFailure)
    }

    deinit {
        writer.close()
    }

    /// Runs `body` on a read-only connection; all its statements see the same moment. Throws
    /// `DatabaseError.nested` within another transaction, as `write` does; `.busy` when no reader of its share was free in time;
    /// `.tooSlow` when it took longer than it may, or when nobody waits for it any more.
    package func read<Value>(
        for reading: Reading = .work, unless isAbandoned: @escaping () -> Bool = { false },
        _ body: (any Connection) throws -> Value
    ) throws -> Value {
        try refuseNesting()
        let deadline = ContinuousClock.now + limits.time(for: reading)
        try shares.enter(reading, until: deadline)
        defer { shares.leave(reading) }
        let end = ReadEnd(deadline, isAbandoned: isAbandoned)
        var value: Value?
        try Self.$occupied.withValue(ObjectIdentifier(writer)) { try engine.read(until: end) { value = try body($0) } }
        guard let value else { throw DatabaseError.closed }
        return value
    }

    /// Runs `body` in a transaction, and returns when it is durable. If `body` throws, nothing of it is written.
    ///
    /// `body` runs on the writer's thread while everybody else's writes wait: no network, no file, no hashing of passwords in it. It may
    /// run a second time, when a neighbour in the same transaction fails: nothing it did before counts, so it begins anew.
    @discardableResult
    package func write<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        try refuseNesting()
        return try writer.perform(body)
    }

    /// Like `write`, without waiting: `then` is called on the writer's thread, and must be quick, with the error if there was one,
    /// or with nil once what `body` wrote is durable. For who has other things to do meanwhile.
    package func write(_ body: @escaping @Sendable (any Connection) throws -> Void, then: @escaping @Sendable ((any Error)?) -> Void) {
        writer.enqueue(body, then: then)
    }

    /// A write within a write would wait for the thread it is on. One within a read would hold its reader meanwhile, and a read within
    /// another hold one and want one: when all readers are held so, all wait.
    private func refuseNesting() throws {
        guard Self.occupied != ObjectIdentifier(writer) else { throw DatabaseError.nested }
    }

    /// For who writes much: called behind each of many transactions, it keeps the work that they leave to be done from piling up until one
    /// transaction, perhaps somebody else's, has to do all of it.
    package func settle() throws {
        try refuseNesting()
        try engine.settle()
    }

    package func verify() throws -> Verification { try engine.verify() }

    package func backup(to path: String) throws {
        try engine.backup(to: path)
    }

    package var statementCount: Int { engine.statementCount }

    /// Waits for the writes under way; later ones throw `DatabaseError.closed`.
    package func close() {
        writer.close()
    }
}
