// Runs the jobs of one process at their times. What has run is known by the claims in the database, so neither a
// restart nor a clock that is set back nor a second scheduler runs anything twice.
import Synchronization
import Threading
package import Time

/// A few threads that each look every minute which jobs are due, and run what no other thread runs just now: a job that takes hours holds
/// up nobody, and none runs beside itself.
package final class Scheduler: Sendable {
    private struct State {
        /// Up to which instant the runs of a job have been looked at.
        var lookedUpTo: [String: Timestamp] = [:]
        var running: Set<String> = []
        var hasStarted = false
        /// Threads that have not left yet.
        var threads = 0
    }

    /// Jobs that run at once at most. Each takes one of the database's readers now and then, and most wait for the disk.
    package static let maximumThreads = 3

    private let jobs: @Sendable () throws -> [Job]
    private let clock: Clock
    private let claim: @Sendable (String, String) throws -> Bool
    private let lastRun: @Sendable (String) throws -> Timestamp?
    private let onError: @Sendable (String, any Error) -> Void
    private let state = Mutex(State())
    private let stopSignal = StopSignal()

    /// - Parameters:
    ///   - jobs: asked anew at each tick.
    ///   - claim: given a job's name and the nominal local time (`2026-11-22T03:15`), makes their unique row durable;
    ///     false when the row is there already. After an error it is tried again at the next tick.
    ///   - lastRun: the instant of the job's last claim, or, before the first, an instant from which on runs are owed (an
    ///     account's creation). What was due between it and now is caught up with one run. nil: nothing is owed.
    ///   - onError: given the job's name, or "scheduler" when the list of jobs could not be had.
    package init(
        jobs: @escaping @Sendable () throws -> [Job],
        clock: Clock,
        claim: @escaping @Sendable (_ jobName: String, _ nominal: String) throws -> Bool,
        lastRun: @escaping @Sendable (_ jobName: String) throws -> Timestamp?,
        onError: @escaping @Sendable (_ jobName: String, _ error: any Error) -> Void
    ) {
        self.jobs = jobs
        self.clock = clock
        self.claim = claim
        self.lastRun = lastRun
        self.onError = onError
    }

    /// Begins with a tick at once, which catches up on downtime. Does nothing when called again.
    package func start() {
        let isFirst = state.withLock { state in
            guard !state.hasStarted else { return false }
            state.hasStarted = true
            state.threads = Self.maximumThreads
            return true
        }
        guard isFirst else { return }
        for _ in 0..<Self.maximumThreads {
            do {
                try OwnThread.start("jobs") { [self] in
                    repeat {
                        tick(at: clock.now())
                    } while !stopSignal.waitForRequest(upTo: untilNextMinute)
                    leave()
                }
            } catch {
                leave()
                onError("scheduler", error)
            }
        }
    }

    private func leave() {
        let isLast = state.withLock { state in
            state.threads -= 1
            return state.threads == 0
        }
        if isLast { stopSignal.markEnded() }
    }

    /// No job begins after this. True when all that were running have ended in time.
    @discardableResult
    package func stop(within duration: Duration = .seconds(5)) -> Bool {
        stopSignal.request()
        guard state.withLock({ $0.hasStarted }) else { return true }
        return stopSignal.waitForEnd(upTo: duration)
    }

    /// Runs on this thread all that is due at `now` and that no other thread has taken. The scheduler's own threads call this; so may a
    /// test.
    package func tick(at now: Timestamp) {
        let current: [Job]
        do {
            current = try jobs()
        } catch {
            onError("scheduler", error)
            return
        }
        let names = Set(current.map(\.name))
        state.withLock { $0.lookedUpTo = $0.lookedUpTo.filter { names.contains($0.key) } }
        for job in current {
            if stopSignal.isRequested { return }
            runIfDue(job, at: now)
        }
    }

    private func runIfDue(_ job: Job, at now: Timestamp) {
        let isFree = state.withLock { $0.running.insert(job.name).inserted }
        guard isFree else { return }
        defer { _ = state.withLock { $0.running.remove(job.name) } }
        do {
            let start = try state.withLock { $0.lookedUpTo[job.name] } ?? lastRun(job.name) ?? now
            state.withLock { $0.lookedUpTo[job.name] = start }
            let due = try job.schedule().latest(after: start, through: now)
            let isOurs = try due.map { try claim(job.name, $0.nominal.iso) } ?? false
            // Only now: after an error above, the same run is looked for again at the next tick. Also when the clock was set
            // back: what comes again is looked at again, and the claims keep it from running again.
            state.withLock { $0.lookedUpTo[job.name] = now }
            guard let due, isOurs else { return }
            try job.run(JobRun(jobName: job.name, nominal: due.nominal, dueAt: due.at, startedAt: now, stopSignal: stopSignal))
        } catch {
            onError(job.name, error)
        }
    }

    /// Cron's minutes are those of the wall clock. Asked anew each time, so a clock that was set is followed within a minute.
    private var untilNextMinute: Duration {
        let sinceMinute = (clock.now() - Timestamp(milliseconds: 0)).components.seconds % 60
        return .seconds(60 - max(0, sinceMinute))
    }
}
