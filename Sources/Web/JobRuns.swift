// A row for each (job, nominal local time): whoever inserts it runs the job, so that no restart and no clock makes it run twice.

import Database
package import Time

extension Site {
    /// True when this run is ours. `nominal` is the local time that the schedule names, ISO 8601.
    package func claimRun(of job: String, nominal: String) throws -> Bool {
        try database.write { connection in
            try connection.execute(
                "INSERT INTO job_runs (job, nominal, started_at) VALUES (\(job), \(nominal), \(clock.now())) ON CONFLICT DO NOTHING") > 0
        }
    }

    /// When the job last ran, for the one catch-up after downtime.
    package func lastRun(of job: String) throws -> Timestamp? {
        try database.read { try $0.value("SELECT MAX(started_at) FROM job_runs WHERE job = \(job)") }
    }
}
