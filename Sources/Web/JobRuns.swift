// A row for each (job, nominal local time): whoever inserts it runs the job, so that no restart and no clock makes it run twice.

import Database
import Spelling
package import Time

extension Site {
    /// True when this run is ours. `nominal` is the local time that the schedule names, ISO 8601.
    package func claimRun(of job: String, nominal: String) throws -> Bool {
        try database.write { connection in
            try connection.execute(
                "INSERT INTO job_runs (job, nominal, started_at) VALUES (\(job), \(nominal), \(clock.now())) ON CONFLICT DO NOTHING") > 0
        }
    }

    /// When the job last ran, for the one catch-up after downtime. Of a job that never ran, when there was first something for it to
    /// do: since its account was made (`purge:acc_…` names one), or the oldest account. Nil without accounts. Runs of a clock that was
    /// ahead do not count: otherwise the job would rest until then.
    package func lastRun(of job: String) throws -> Timestamp? {
        let account = job.words(between: ":").last.flatMap { ID<Account>($0) }
        return try database.read { connection in
            try connection.value(
                """
                SELECT COALESCE((SELECT MAX(started_at) FROM job_runs WHERE job = \(job) AND started_at <= \(clock.now())),
                    (SELECT created_at FROM accounts WHERE id = \(account?.stored ?? "")), (SELECT MIN(created_at) FROM accounts))
                """)
        }
    }
}
