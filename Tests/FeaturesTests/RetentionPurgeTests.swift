// A purge never deletes what is held or not yet due, and never leaves a file without a row or a row without a file.

import Cron
import Database
import Features
import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import Time
import Web

@Suite("A purge")
struct RetentionPurgeTests {
    struct PowerCut: Error {}

    @Test("It deletes what is due, and never what is held, not yet due, of a kind kept without limit, or another account's")
    func onlyWhatIsDue() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        try test.setPolicy(.voiceMailbox, days: 10)
        let due = try test.addMedia(days: 30, bytes: 100, connector: "Archive")
        let mailbox = try test.addMedia(.voiceMailbox, days: 11, bytes: 5)
        var kept = [try test.addMedia(days: 400, isHeld: true), try test.addMedia(days: 29), try test.addMedia(.ivrRecorder, days: 4000)]
        // One millisecond short of due.
        let edge = try test.addMedia(days: 0)
        let now = test.clock.clock.now()
        try test.site.database.write {
            try $0.execute("UPDATE media_files SET recorded_at = \(now - .seconds(30 * 86400)) WHERE id = \(edge.id)")
        }
        kept.append(edge)
        let foreign = try test.addMedia(days: 400, account: test.globex)

        let figures = try RetentionPurge(test.app).run(test.acme, by: .system)

        for stored in [due, mailbox] { #expect(!FileManager.default.fileExists(atPath: stored.path)) }
        for stored in kept + [foreign] { #expect(FileManager.default.fileExists(atPath: stored.path)) }
        let left = try test.media()
        #expect(left.files == left.rows)
        #expect(left.rows == Set(kept.map { URL(filePath: $0.path).lastPathComponent }))
        let recordings = try #require(figures[.recordings])
        #expect(recordings.planned == 1 && recordings.items == 1 && recordings.bytes == 100)
        #expect(recordings.held == 1 && recordings.connectorCopies == 1)
        #expect(
            try test.deletions() == [
                TestApp.Entry(user: "System", entity: "recordings", planned: 1, items: 1, bytes: 100),
                TestApp.Entry(user: "System", entity: "voice_mailbox", planned: 1, items: 1, bytes: 5),
            ])
        #expect(try test.deletions(test.globex).isEmpty)
        #expect(try test.unfinishedPurges() == 0)
    }

    @Test("A dry run tells the same figures and changes nothing")
    func dryRun() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for days in [31, 40] { try test.addMedia(days: days, bytes: 100, connector: days == 40 ? "Archive" : nil) }
        try test.addMedia(days: 50, isHeld: true)
        let before = try test.media()
        let preview = try RetentionPurge(test.app).preview(test.acme)
        let after = try test.media()
        #expect(before.files == after.files && before.rows == after.rows && after.rows.count == 3)
        #expect(try test.deletions().isEmpty)
        let runs = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM purge_runs", as: Int.self) }
        #expect(runs == 0)
        #expect(preview == (try RetentionPurge(test.app).run(test.acme, by: .system)))
    }

    @Test(
        "Whatever step it is cut off at, the restart finishes it: no file without a row, no row without a file, nothing counted twice",
        arguments: RetentionPurge.Step.allCases, [1, 2])
    func crashes(_ step: RetentionPurge.Step, _ cutAt: Int) throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        // More than two batches of 100.
        for index in 0..<230 { try test.addMedia(days: 31 + index % 5, bytes: 3) }
        try test.addMedia(days: 100, isHeld: true)
        let count = Mutex(0)
        let purge = RetentionPurge(test.app) { reached in
            let times = count.withLock { count in
                if reached == step { count += 1 }
                return count
            }
            if times == cutAt, reached == step { throw PowerCut() }
        }
        let isCut = step != .begun || cutAt == 1
        if isCut {
            #expect(throws: PowerCut.self) { _ = try purge.run(test.acme, by: .system) }
        } else {
            _ = try purge.run(test.acme, by: .system)
        }
        let cut = try test.media()
        // In between a row may have lost its file, but then it says so itself; no file has lost its row.
        #expect(cut.files.isSubset(of: cut.rows))
        let lost = try test.site.database.read {
            try $0.value("SELECT COUNT(*) FROM media_files WHERE state = 'purging'", as: Int.self) ?? 0
        }
        #expect(cut.rows.count - cut.files.count <= lost)
        #expect(try test.unfinishedPurges() == (isCut ? 1 : 0))

        try RetentionPurge(test.app).resumeAll()
        let after = try test.media()
        #expect(after.files == after.rows && after.rows.count == 1)
        #expect(
            try test.deletions() == [TestApp.Entry(user: "System", entity: "recordings", planned: 230, items: 230, bytes: 690)])
        #expect(try test.unfinishedPurges() == 0)
        print("cut at \(step) \(cutAt): \(cut.rows.count) rows and \(cut.files.count) files, after the restart 1 and 1")
    }

    @Test("A restart resumes by itself")
    func resumedAtStart() async throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        try test.addMedia(days: 31)
        let cut = RetentionPurge(test.app) { _ in throw PowerCut() }
        #expect(throws: PowerCut.self) { _ = try cut.run(test.acme, by: .system) }
        #expect(try test.media().rows.count == 1)
        try test.application.start()
        let deadline = ContinuousClock.now + .seconds(20)
        while try test.unfinishedPurges() > 0, ContinuousClock.now < deadline { await Task.yield() }
        #expect(try test.media().rows.isEmpty)
        #expect(try test.media().files.isEmpty)
    }

    @Test("A link planted in the place of a file is removed, and what it points at stays")
    func plantedLink() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        let stored = try test.addMedia(days: 31)
        let precious = "\(test.folder)/precious"
        try Data("keep".utf8).write(to: URL(filePath: precious))
        try FileManager.default.removeItem(atPath: stored.path)
        try FileManager.default.createSymbolicLink(atPath: stored.path, withDestinationPath: precious)
        _ = try RetentionPurge(test.app).run(test.acme, by: .system)
        #expect(FileManager.default.contents(atPath: precious) == Data("keep".utf8))
        #expect(try test.media().files.isEmpty)
        #expect(try test.media().rows.isEmpty)
    }

    @Test("A link planted in the place of an account's folder is not entered: nothing is deleted until it is gone")
    func plantedFolder() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        let stored = try test.addMedia(days: 31)
        let elsewhere = "\(test.folder)/elsewhere"
        try FileManager.default.moveItem(atPath: test.mediaPath(test.acme), toPath: elsewhere)
        try FileManager.default.createSymbolicLink(atPath: test.mediaPath(test.acme), withDestinationPath: elsewhere)
        #expect(throws: (any Error).self) { _ = try RetentionPurge(test.app).run(test.acme, by: .system) }
        #expect(FileManager.default.fileExists(atPath: "\(elsewhere)/\(stored.id.stored).wav"))
        #expect(try test.media().rows.count == 1)
        try FileManager.default.removeItem(atPath: test.mediaPath(test.acme))
        try FileManager.default.moveItem(atPath: elsewhere, toPath: test.mediaPath(test.acme))
        try RetentionPurge(test.app).resumeAll()
        #expect(try test.media().rows.isEmpty)
        #expect(try test.media().files.isEmpty)
    }

    @Test("What the disk refuses to delete keeps its row, is told, and is tried again")
    func refused() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        let stuck = try test.addMedia(days: 31)
        try test.addMedia(days: 31)
        // A folder cannot be unlinked, by root neither.
        try FileManager.default.removeItem(atPath: stuck.path)
        try FileManager.default.createDirectory(atPath: stuck.path, withIntermediateDirectories: false)
        let figures = try RetentionPurge(test.app).run(test.acme, by: .system)
        #expect(figures[.recordings]?.planned == 2 && figures[.recordings]?.items == 1)
        #expect(try test.deletions() == [TestApp.Entry(user: "System", entity: "recordings", planned: 2, items: 1, bytes: 10)])
        #expect(try test.unfinishedPurges() == 1)
        #expect(try test.browser(test.alice).get("/settings/retention").text.contains("Recordings: 1 of 2 deleted"))
        try FileManager.default.removeItem(atPath: stuck.path)
        _ = try RetentionPurge(test.app).run(test.acme, by: .system)
        #expect(try test.deletions() == [TestApp.Entry(user: "System", entity: "recordings", planned: 2, items: 2, bytes: 20)])
        #expect(try test.unfinishedPurges() == 0)
    }

    @Test("A hold set between the preview and the purge is respected")
    func holdAfterPreview() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        let stored = try test.addMedia(days: 31)
        try test.addMedia(days: 31)
        let page = try test.browser(test.alice).get("/settings/retention/purge")
        #expect(page.text.contains("Delete 2 items"))
        let key = try test.key(of: test.acme)
        #expect(test.call(.patch, "/api/v1/accounts/acme/media/\(stored.id)", key: key, body: Array("{\"hold\": true}".utf8)).status == 200)
        let response = try test.browser(test.alice).post("/settings/retention/purge", Self.hidden(page))
        #expect(response.location == "/settings/retention")
        #expect(FileManager.default.fileExists(atPath: stored.path))
        #expect(try test.deletions() == [TestApp.Entry(user: "Alice Martin", entity: "recordings", planned: 1, items: 1, bytes: 10)])
    }

    @Test("A hold on a file that is being purged is refused with a problem, and the purge goes on")
    func holdTooLate() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        let stored = try test.addMedia(days: 31)
        let key = try test.key(of: test.acme)
        let answer = Mutex<(status: Int, text: String)>((0, ""))
        let purge = RetentionPurge(test.app) { step in
            guard step == .marked else { return }
            let page = test.call(.patch, "/api/v1/accounts/acme/media/\(stored.id)", key: key, body: Array("{\"hold\": true}".utf8))
            answer.withLock { $0 = (page.status, page.text) }
        }
        _ = try purge.run(test.acme, by: .system)
        answer.withLock { answer in
            #expect(answer.status == 409)
            #expect(answer.text.contains("urn:hookswitch:problem:being-purged"))
        }
        #expect(try test.media().rows.isEmpty)
    }

    @Test("Two purges at once delete everything once and count everything once")
    func atOnce() async throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<1300 { try test.addMedia(days: 31, bytes: 2) }
        let app = test.app
        let acme = test.acme
        let items = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask { try RetentionPurge(app).run(acme, by: .system).reduce(0) { $0 + $1.items } }
            }
            return try await group.reduce(0, +)
        }
        // One may finish what another began, so a run's own figures may fall short of the sum, and never exceed it.
        #expect(items <= 1300)
        #expect(try test.deletions().map(\.items).reduce(0, +) == 1300)
        #expect(try test.deletions().map(\.planned).reduce(0, +) == 1300)
        #expect(try test.deletions().map(\.bytes).reduce(0, +) == 2600)
        #expect(try test.media().rows.isEmpty)
        #expect(try test.media().files.isEmpty)
        #expect(try test.unfinishedPurges() == 0)
    }

    @Test("A policy that is made longer while files are being marked stops the marking")
    func lengthenedMeanwhile() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<250 { try test.addMedia(days: 31) }
        let acme = test.acme
        let purge = RetentionPurge(test.app) { step in
            guard step == .marked else { return }
            try test.site.database.write { try $0.execute("UPDATE retention_policies SET days = 300 WHERE account_id = \(acme)") }
        }
        _ = try purge.run(test.acme, by: .system)
        #expect(try test.media().rows.count == 150)
        #expect(try test.media().files.count == 150)
    }

    @Test("Each account is purged at a quarter past three on its own clocks, once")
    func nightly() throws {
        let test = try TestApp()
        let (acme, globex) = (test.acme, test.globex)
        try test.site.database.write { connection in
            _ = try connection.execute("UPDATE accounts SET time_zone = 'Pacific/Auckland' WHERE id = \(globex)")
        }
        for account in [acme, globex] {
            try test.setPolicy(days: 30, account: account)
            try test.addMedia(days: 31, account: account)
        }
        let running = test.application.running
        let site = test.site
        let scheduler = Scheduler(
            jobs: { try running.flatMap { try $0.jobs() }.filter { $0.name.hasPrefix("purge:") } }, clock: test.clock.clock,
            claim: { try site.claimRun(of: $0, nominal: $1) }, lastRun: { try site.lastRun(of: $0) },
            onError: { Issue.record("\($0): \($1)") })
        scheduler.tick(at: test.clock.clock.now())
        // 03:15 in Auckland is 14:15 UTC the day before; in Paris it is 02:15 UTC.
        test.clock.set(try #require(Timestamp(iso8601: "2026-11-22T14:15:00Z")))
        scheduler.tick(at: test.clock.clock.now())
        #expect(try test.deletions(globex).count == 1)
        #expect(try test.deletions(acme).isEmpty)
        test.clock.set(try #require(Timestamp(iso8601: "2026-11-23T02:14:59Z")))
        scheduler.tick(at: test.clock.clock.now())
        #expect(try test.deletions(acme).isEmpty)
        test.clock.set(try #require(Timestamp(iso8601: "2026-11-23T02:15:00Z")))
        scheduler.tick(at: test.clock.clock.now())
        #expect(try test.deletions(acme).count == 1)
        #expect(try test.deletions(globex).count == 1)
    }

    @Test("A purge that takes long goes on behind the request; a second press begins nothing")
    func behindTheRequest() async throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        try test.addMedia(days: 31)
        let gate = Gate()
        let slow = BackgroundPurge(
            RetentionPurge(test.app) { step in
                if step == .unlinked { gate.wait() }
            }, patience: .milliseconds(300), logger: test.site.logger)
        let now = test.clock.clock.now()
        guard case .goesOn = try slow.run(test.acme, by: .system, asOf: now) else {
            gate.open()
            Issue.record("it was waited for")
            return
        }
        guard case .alreadyRunning = try slow.run(test.acme, by: .system, asOf: now, recording: { Issue.record("it is on record") }) else {
            gate.open()
            Issue.record("a second one began")
            return
        }
        #expect(try test.browser(test.alice).get("/settings/retention").text.contains("Recordings: 0 of 1 deleted"))
        gate.open()
        let deadline = ContinuousClock.now + .seconds(20)
        while try test.unfinishedPurges() > 0, ContinuousClock.now < deadline { await Task.yield() }
        #expect(try test.media().rows.isEmpty)
        #expect(try test.deletions().count == 1)
    }

    /// Holds a purge back until the test lets it go.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func wait() { semaphore.wait() }
        func open() { semaphore.signal() }
    }

    /// The hidden fields of a page's form, but the token.
    static func hidden(_ page: Browser.Page) -> [(String, String)] {
        page.text.matches(of: /<input type="hidden" name="([a-z_]+)" value="([^"]*)">/).map { (String($0.1), String($0.2)) }.filter {
            $0.0 != "csrf"
        }
    }
}
