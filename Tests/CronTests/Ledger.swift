// Stands for the database in the scheduler's tests: unique claims, last runs, and what ran and failed.
import Cron
import Synchronization
import Testing
import Time

struct Trouble: Error {}

final class Ledger: Sendable {
    private struct State {
        var claims: Set<String> = []
        var refusesClaims = false
        var runs: [String] = []
        var errors: [String] = []
    }

    private let state = Mutex(State())
    private let lastRuns: [String: Timestamp]

    init(lastRuns: [String: Timestamp] = [:]) {
        self.lastRuns = lastRuns
    }

    /// `job nominal at start`, in the order of running.
    var runs: [String] { state.withLock { $0.runs } }
    /// The names of the jobs that errors were reported for.
    var errors: [String] { state.withLock { $0.errors } }

    func refuseClaims(_ refuses: Bool) {
        state.withLock { $0.refusesClaims = refuses }
    }

    func note(_ run: JobRun) {
        state.withLock { $0.runs.append("\(run.jobName) \(run.nominal) at \(run.startedAt)") }
    }

    func job(_ name: String, _ expression: String, _ zone: String) throws -> Job {
        let schedule = Schedule(expression: try CronExpression(expression), zone: try #require(Zone(identifier: zone)))
        return Job(name: name, schedule: { schedule }, run: { self.note($0) })
    }

    func scheduler(_ jobs: [Job], clock: Clock = .system) -> Scheduler {
        scheduler(clock: clock) { jobs }
    }

    func scheduler(clock: Clock = .system, jobs: @escaping @Sendable () throws -> [Job]) -> Scheduler {
        Scheduler(
            jobs: jobs, clock: clock,
            claim: { name, nominal in
                try self.state.withLock { state in
                    if state.refusesClaims { throw Trouble() }
                    return state.claims.insert("\(name) \(nominal)").inserted
                }
            },
            lastRun: { self.lastRuns[$0] },
            onError: { name, _ in self.state.withLock { $0.errors.append(name) } })
    }
}
