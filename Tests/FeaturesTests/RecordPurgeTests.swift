// What happened is on record for long, and not for ever.

import Database
import Features
import TestSupport
import Testing
import Time
import Web

@Suite("Purge of records")
struct RecordPurgeTests {
    private let test: TestApp

    init() throws {
        test = try TestApp()
    }

    private func plan(_ sql: SQL) throws -> String {
        try test.site.database.read { try $0.plan(of: sql) }.joined(separator: "\n")
    }

    @Test("The change log goes after two years, however much of it there is, and what is younger stays")
    func audit() throws {
        func write(_ count: Int, _ action: String) throws {
            let now = test.clock.clock.now()
            try test.site.database.write { connection in
                for _ in 0..<count {
                    try connection.execute(
                        """
                        INSERT INTO audit (id, account_id, user_id, user_name, action, subject, request_id, at)
                        VALUES (\(test.site.ids.next(AuditRow.self)), \(test.acme), NULL, 'Ann', \(action), '', '-', \(now))
                        """)
                }
            }
        }
        try write(1_001, "old")
        test.clock.advance(by: .seconds(2))
        try write(1, "young")
        test.clock.advance(by: .seconds(731 * 86400 - 1))
        try test.runJob("records")
        let left = try test.site.database.read { try $0.rows("SELECT action FROM audit") { try $0.next(String.self) } }
        #expect(left == ["young"])
    }

    @Test("Of a job's runs the last stays however old it is, and those of the last 92 days; what the scheduler asks does not change")
    func runs() throws {
        let start = test.clock.clock.now()
        for (job, days) in [("nightly", [0, 1, 2, 100, 101]), ("gone", [0, 1])] {
            for day in days {
                test.clock.set(start + .seconds(day * 86400))
                #expect(try test.site.claimRun(of: job, nominal: "day \(day)"))
            }
        }
        test.clock.set(start + .seconds(101 * 86400 + 60))
        let before = (try test.site.lastRun(of: "nightly"), try test.site.lastRun(of: "gone"))
        try test.runJob("records")
        let left = try test.site.database.read {
            try $0.rows("SELECT job, nominal FROM job_runs WHERE job IN ('nightly', 'gone') ORDER BY job, nominal") {
                try $0.next(String.self) + " " + $0.next(String.self)
            }
        }
        #expect(left == ["gone day 1", "nightly day 100", "nightly day 101"])
        #expect(try test.site.lastRun(of: "nightly") == before.0)
        #expect(try test.site.lastRun(of: "gone") == before.1)
    }

    @Test("Of an account's purges those of the last 92 days stay, and whichever has more to do")
    func purgeRuns() throws {
        let now = test.clock.clock.now()
        try test.site.database.write { connection in
            for (name, days, isFinished) in [("old", 93, true), ("stuck", 93, false), ("young", 91, true)] {
                let start = now - .seconds(days * 86400)
                try connection.execute(
                    """
                    INSERT INTO purge_runs (id, account_id, kind, days, cutoff, detail, planned, held, user_name, started_at, finished_at)
                    VALUES (\(test.site.ids.next(PurgeRun.self)), \(test.acme), 'recordings', 30, \(start), \(name), 1, 0, 'System', \(start),
                        \(isFinished ? start : nil))
                    """)
            }
        }
        try test.runJob("records")
        let left = try test.site.database.read {
            try $0.rows("SELECT detail FROM purge_runs ORDER BY detail") { try $0.next(String.self) }
        }
        #expect(left == ["stuck", "young"])
    }

    @Test("Every purge and every page of a history goes by an index")
    func indexes() throws {
        let time = test.clock.clock.now()
        let acme = test.acme
        #expect(try plan("SELECT id FROM audit WHERE at < \(time) ORDER BY at LIMIT 500").contains("audit_by_time"))
        #expect(try plan("SELECT id FROM deletions WHERE deleted_at < \(time) ORDER BY deleted_at LIMIT 500").contains("deletions_by_time"))
        #expect(try plan("SELECT job FROM job_runs WHERE started_at < \(time) ORDER BY started_at LIMIT 500").contains("job_runs_by_time"))
        #expect(try plan("SELECT MAX(started_at) FROM job_runs WHERE job = 'x'").contains("job_runs_by_job"))
        let page = try plan(
            "SELECT * FROM deletions WHERE account_id = \(acme) AND deleted_at >= \(time) ORDER BY deleted_at DESC, id DESC LIMIT 51")
        #expect(page.contains("deletions_by_account") && !page.contains("TEMP B-TREE"))
        let ofEntity = try plan(
            """
            SELECT * FROM deletions WHERE account_id = \(acme) AND entity = 'logo' AND deleted_at >= \(time)
                AND (deleted_at, id) < (\(time), 'x') ORDER BY deleted_at DESC, id DESC LIMIT 51
            """)
        #expect(ofEntity.contains("deletions_by_entity") && !ofEntity.contains("TEMP B-TREE"))
        let changes = try plan("SELECT * FROM audit WHERE account_id = \(acme) AND at >= \(time) ORDER BY id DESC LIMIT 51")
        #expect(changes.contains("audit_by_account") && !changes.contains("TEMP B-TREE"))
        let ofTab = try plan(
            "SELECT * FROM audit WHERE account_id = \(acme) AND area = '/users' AND at >= \(time) AND id < 'x' ORDER BY id DESC LIMIT 51")
        #expect(ofTab.contains("audit_by_area") && !ofTab.contains("TEMP B-TREE"))
        #expect(
            try plan("SELECT COUNT(*) FROM alerts WHERE account_id = \(acme) AND seen_at IS NULL AND resolved_at IS NULL").contains(
                "alerts_open"))
        #expect(try plan("SELECT id FROM alerts WHERE resolved_at < \(time) ORDER BY resolved_at LIMIT 500").contains("alerts_by_end"))
        let purges = try plan(
            "SELECT id FROM purge_runs WHERE started_at < \(time) AND finished_at IS NOT NULL ORDER BY started_at LIMIT 500")
        #expect(purges.contains("purge_runs_by_time") && !purges.contains("TEMP B-TREE"))
        let runs = try plan("SELECT * FROM purge_runs WHERE account_id = \(acme) AND started_at >= \(time) ORDER BY id DESC LIMIT 51")
        #expect(runs.contains("purge_runs_by_account") && !runs.contains("TEMP B-TREE"))
        #expect(try plan("SELECT id FROM users WHERE email = 'x'").contains("SEARCH"))
    }
}
