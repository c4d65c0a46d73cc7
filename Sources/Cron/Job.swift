// What the scheduler runs: a name, a time, and something to do.
package import Time

/// One piece of recurring work.
package struct Job: Sendable {
    /// Unique among all jobs, and the same after a restart: runs are claimed by it.
    package let name: String
    /// Asked at each tick, because settings change.
    package let schedule: @Sendable () throws -> Schedule
    /// Blocking, on a thread of the scheduler. An error is reported, and the job runs again at its next time.
    package let run: @Sendable (JobRun) throws -> Void

    package init(
        name: String, schedule: @escaping @Sendable () throws -> Schedule, run: @escaping @Sendable (JobRun) throws -> Void
    ) {
        self.name = name
        self.schedule = schedule
        self.run = run
    }
}

/// One run of a job.
package struct JobRun: Sendable {
    package let jobName: String
    /// The local time that the expression names.
    package let nominal: CivilTime
    /// The instant at which the run was due.
    package let dueAt: Timestamp
    /// The instant at which it began; much later than `dueAt` after downtime.
    package let startedAt: Timestamp
    private let stopSignal: StopSignal

    /// The process is about to leave: a long run should end at the next place where it can.
    package var isStopping: Bool { stopSignal.isRequested }

    init(jobName: String, nominal: CivilTime, dueAt: Timestamp, startedAt: Timestamp, stopSignal: StopSignal) {
        self.jobName = jobName
        self.nominal = nominal
        self.dueAt = dueAt
        self.startedAt = startedAt
        self.stopSignal = stopSignal
    }
}
