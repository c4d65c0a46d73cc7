// No run twice, none lost: shown by ticking through days with a clock that the test moves.
import Cron
import Dispatch
import Synchronization
import Testing
import Time

@Suite struct SchedulerTests {
    @Test("Ticking through the nights on which the clocks jump, a nightly job runs once a night")
    func nightly() throws {
        let ledger = Ledger()
        let scheduler = ledger.scheduler([try ledger.job("purge", "30 2 * * *", "Europe/Zurich")])
        for start in ["2026-03-27T12:00:00Z", "2026-10-23T12:00:00Z"] {
            let start = try instant(start)
            for minute in 0..<(4 * 1440) { scheduler.tick(at: start + .seconds(minute * 60)) }
        }
        #expect(
            ledger.runs == [
                "purge 2026-03-28T02:30 at 2026-03-28T01:30:00.000Z", "purge 2026-03-29T02:30 at 2026-03-29T01:00:00.000Z",
                "purge 2026-03-30T02:30 at 2026-03-30T00:30:00.000Z", "purge 2026-03-31T02:30 at 2026-03-31T00:30:00.000Z",
                // Between the two stretches lies downtime: one run catches up.
                "purge 2026-10-23T02:30 at 2026-10-23T12:00:00.000Z",
                "purge 2026-10-24T02:30 at 2026-10-24T00:30:00.000Z", "purge 2026-10-25T02:30 at 2026-10-25T00:30:00.000Z",
                "purge 2026-10-26T02:30 at 2026-10-26T01:30:00.000Z", "purge 2026-10-27T02:30 at 2026-10-27T01:30:00.000Z",
            ])
        #expect(ledger.errors.isEmpty)
    }

    @Test("After downtime a job catches up once, on the last run that it missed")
    func catchUp() throws {
        let ledger = Ledger(lastRuns: ["purge": try instant("2026-11-10T03:15:00Z")])
        let scheduler = ledger.scheduler([try ledger.job("purge", "15 3 * * *", "UTC")])
        for minute in 0..<10 { scheduler.tick(at: try instant("2026-11-22T10:00:30Z") + .seconds(minute * 60)) }
        #expect(ledger.runs == ["purge 2026-11-22T03:15 at 2026-11-22T10:00:30.000Z"])
    }

    @Test("A job that never ran owes nothing from before it was first seen")
    func newJob() throws {
        let ledger = Ledger()
        let scheduler = ledger.scheduler([try ledger.job("purge", "15 3 * * *", "UTC")])
        scheduler.tick(at: try instant("2026-11-22T10:00:00Z"))
        #expect(ledger.runs.isEmpty)
        scheduler.tick(at: try instant("2026-11-23T03:15:00Z"))
        #expect(ledger.runs == ["purge 2026-11-23T03:15 at 2026-11-23T03:15:00.000Z"])
    }

    @Test("A restart right after a run does not run it again")
    func restart() throws {
        let ledger = Ledger(lastRuns: ["purge": try instant("2026-11-21T03:15:00Z")])
        for second in 0..<5 {
            ledger.scheduler([try ledger.job("purge", "15 3 * * *", "UTC")]).tick(
                at: try instant("2026-11-22T03:15:00Z") + .seconds(second))
        }
        #expect(ledger.runs == ["purge 2026-11-22T03:15 at 2026-11-22T03:15:00.000Z"])
    }

    @Test("Schedulers that share the claims, ticking at the same time, run each time once")
    func sharedClaims() async throws {
        let ledger = Ledger(lastRuns: ["a": try instant("2026-11-22T00:00:00Z"), "b": try instant("2026-11-22T00:00:00Z")])
        let jobs = [try ledger.job("a", "* * * * *", "UTC"), try ledger.job("b", "*/2 * * * *", "UTC")]
        let schedulers = [ledger.scheduler(jobs), ledger.scheduler(jobs)]
        for minute in 1...60 {
            let now = try instant("2026-11-22T00:00:00Z") + .seconds(minute * 60)
            await withTaskGroup { group in
                for number in 0..<8 { group.addTask { schedulers[number % 2].tick(at: now) } }
            }
        }
        #expect(ledger.runs.count == 90)
        #expect(Set(ledger.runs).count == 90)
    }

    @Test("A clock that is set back runs nothing again, and the next new time is not lost")
    func clockSetBack() throws {
        let ledger = Ledger()
        let scheduler = ledger.scheduler([try ledger.job("purge", "15 3 * * *", "UTC")])
        // The second of these is a clock that was years ahead for a moment.
        for text in [
            "2026-11-22T03:14:00Z", "2026-11-22T03:15:00Z", "2026-11-22T02:00:00Z", "2026-11-22T03:15:00Z", "2036-11-22T00:00:00Z",
            "2026-11-22T03:16:00Z", "2026-11-23T03:14:59Z", "2026-11-23T03:15:00Z",
        ] { scheduler.tick(at: try instant(text)) }
        #expect(
            ledger.runs == [
                "purge 2026-11-22T03:15 at 2026-11-22T03:15:00.000Z", "purge 2036-11-21T03:15 at 2036-11-22T00:00:00.000Z",
                "purge 2026-11-23T03:15 at 2026-11-23T03:15:00.000Z",
            ])
    }

    @Test("A job that is still running is not begun again, and what it missed meanwhile is one run")
    func noOverlap() throws {
        let ledger = Ledger()
        let scheduler = Mutex<Scheduler?>(nil)
        let start = try instant("2026-11-22T03:00:00Z")
        let depth = Mutex((now: 0, most: 0))
        let schedule = try minutely()
        let job = Job(name: "slow", schedule: { schedule }) { run in
            ledger.note(run)
            depth.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            // Ten minutes pass, and other threads tick, while the first run is at work.
            if run.dueAt == start + .seconds(60), let scheduler = scheduler.withLock({ $0 }) {
                for minute in 2...11 { scheduler.tick(at: start + .seconds(minute * 60)) }
            }
            depth.withLock { $0.now -= 1 }
        }
        let made = ledger.scheduler([job])
        scheduler.withLock { $0 = made }
        for minute in [0, 1, 12, 13] { made.tick(at: start + .seconds(minute * 60)) }
        scheduler.withLock { $0 = nil }
        #expect(
            ledger.runs == [
                "slow 2026-11-22T03:01 at 2026-11-22T03:01:00.000Z", "slow 2026-11-22T03:12 at 2026-11-22T03:12:00.000Z",
                "slow 2026-11-22T03:13 at 2026-11-22T03:13:00.000Z",
            ])
        #expect(depth.withLock { $0.most } == 1)
    }

    @Test("A claim that fails is reported and tried again; a job that fails is reported and runs at its next time")
    func errors() throws {
        let ledger = Ledger()
        let schedule = try minutely()
        let failing = Job(name: "failing", schedule: { schedule }) { run in
            ledger.note(run)
            throw Trouble()
        }
        let scheduler = ledger.scheduler([failing, try ledger.job("daily", "15 3 * * *", "UTC")])
        scheduler.tick(at: try instant("2026-11-22T03:14:00Z"))
        ledger.refuseClaims(true)
        scheduler.tick(at: try instant("2026-11-22T03:15:00Z"))
        #expect(ledger.runs.isEmpty)
        #expect(ledger.errors == ["failing", "daily"])
        ledger.refuseClaims(false)
        scheduler.tick(at: try instant("2026-11-22T03:16:00Z"))
        scheduler.tick(at: try instant("2026-11-22T03:17:00Z"))
        #expect(
            ledger.runs == [
                "failing 2026-11-22T03:16 at 2026-11-22T03:16:00.000Z", "daily 2026-11-22T03:15 at 2026-11-22T03:16:00.000Z",
                "failing 2026-11-22T03:17 at 2026-11-22T03:17:00.000Z",
            ])
        #expect(ledger.errors == ["failing", "daily", "failing", "failing"])
    }

    @Test("Jobs and their times are asked anew at each tick, and a list that cannot be had is reported")
    func changes() throws {
        let ledger = Ledger()
        let jobs = Mutex<[Job]?>([])
        let expression = Mutex("0 5 * * *")
        let zone = Zone.utc
        let job = Job(name: "purge:acme") {
            Schedule(expression: try CronExpression(expression.withLock { $0 }), zone: zone)
        } run: {
            ledger.note($0)
        }
        let scheduler = ledger.scheduler {
            guard let jobs = jobs.withLock({ $0 }) else { throw Trouble() }
            return jobs
        }
        scheduler.tick(at: try instant("2026-11-22T03:00:00Z"))
        jobs.withLock { $0 = [job] }
        scheduler.tick(at: try instant("2026-11-22T03:01:00Z"))
        // To a time that has passed: it runs tomorrow, and not at five.
        expression.withLock { $0 = "30 2 * * *" }
        scheduler.tick(at: try instant("2026-11-22T05:00:00Z"))
        #expect(ledger.runs.isEmpty)
        jobs.withLock { $0 = nil }
        scheduler.tick(at: try instant("2026-11-22T12:00:00Z"))
        #expect(ledger.errors == ["scheduler"])
        jobs.withLock { $0 = [job] }
        scheduler.tick(at: try instant("2026-11-23T02:30:00Z"))
        #expect(ledger.runs == ["purge:acme 2026-11-23T02:30 at 2026-11-23T02:30:00.000Z"])
    }

    @Test("The thread catches up at once, tells a running job to stop, and has ended when stop returns", .timeLimit(.minutes(1)))
    func thread() async throws {
        let now = try instant("2026-11-22T03:15:00Z")
        let ledger = Ledger(lastRuns: ["long": now - .seconds(60)])
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        let ended = Mutex(false)
        let schedule = try minutely()
        let long = Job(name: "long", schedule: { schedule }) { run in
            ledger.note(run)
            continuation.yield()
            while !run.isStopping {}
            ended.withLock { $0 = true }
        }
        let scheduler = ledger.scheduler([long, try ledger.job("after", "* * * * *", "UTC")], clock: ManualClock(now).clock)
        scheduler.start()
        scheduler.start()
        for await _ in started { break }
        #expect(scheduler.stop(within: .seconds(30)))
        #expect(ended.withLock { $0 })
        #expect(ledger.runs == ["long 2026-11-22T03:15 at 2026-11-22T03:15:00.000Z"])
    }

    @Test(
        "Stop leaves a thread that sleeps until the next minute at once, and does not wait longer than told for a job",
        .timeLimit(.minutes(1)))
    func stopping() async throws {
        let now = try instant("2026-11-22T03:15:00Z")
        let idle = Ledger().scheduler([], clock: .fixed(now))
        idle.start()
        #expect(idle.stop(within: .seconds(30)))
        #expect(Ledger().scheduler([]).stop())

        let ledger = Ledger(lastRuns: ["deaf": now - .seconds(60)])
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let schedule = try minutely()
        let deaf = Job(name: "deaf", schedule: { schedule }) { _ in
            continuation.yield()
            release.wait()
        }
        let scheduler = ledger.scheduler([deaf], clock: .fixed(now))
        scheduler.start()
        for await _ in started { break }
        #expect(!scheduler.stop(within: .milliseconds(20)))
        release.signal()
        #expect(scheduler.stop(within: .seconds(30)))
    }

    @Test("A job that takes long holds up no other, and does not run beside itself", .timeLimit(.minutes(1)))
    func longJob() async throws {
        let now = try instant("2026-11-22T03:15:00Z")
        let ledger = Ledger(lastRuns: ["long": now - .seconds(60), "short": now - .seconds(60)])
        let (runs, continuation) = AsyncStream.makeStream(of: String.self)
        let release = DispatchSemaphore(value: 0)
        let schedule = try minutely()
        let long = Job(name: "long", schedule: { schedule }) { run in
            ledger.note(run)
            continuation.yield("long")
            release.wait()
        }
        let short = Job(name: "short", schedule: { schedule }) { run in
            ledger.note(run)
            continuation.yield("short")
        }
        let scheduler = ledger.scheduler([long, short], clock: .fixed(now))
        scheduler.start()
        var first: Set<String> = []
        for await name in runs {
            first.insert(name)
            if first.count == 2 { break }
        }
        // The long one is still at it, and the next minute has come.
        scheduler.tick(at: now + .seconds(60))
        release.signal()
        #expect(scheduler.stop(within: .seconds(30)))
        #expect(
            ledger.runs.sorted() == [
                "long 2026-11-22T03:15 at 2026-11-22T03:15:00.000Z", "short 2026-11-22T03:15 at 2026-11-22T03:15:00.000Z",
                "short 2026-11-22T03:16 at 2026-11-22T03:16:00.000Z",
            ])
        #expect(ledger.errors.isEmpty)
    }

    @Test("No more than three jobs run at once; what is due beyond them follows, and stop waits for all of them", .timeLimit(.minutes(1)))
    func bound() async throws {
        let now = try instant("2026-11-22T03:15:00Z")
        let names = ["a", "b", "c", "d", "e"]
        let ledger = Ledger(lastRuns: Dictionary(uniqueKeysWithValues: names.map { ($0, now - .seconds(60)) }))
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let depth = Mutex((now: 0, most: 0))
        let schedule = try minutely()
        let jobs = names.map { name in
            Job(name: name, schedule: { schedule }) { run in
                ledger.note(run)
                depth.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                continuation.yield()
                release.wait()
                depth.withLock { $0.now -= 1 }
            }
        }
        let scheduler = ledger.scheduler(jobs, clock: .fixed(now))
        scheduler.start()
        var count = 0
        for await _ in started {
            count += 1
            // The first three have to be running at once, as none of them ends before.
            if count == Scheduler.maximumThreads { for _ in names { release.signal() } }
            if count == names.count { break }
        }
        #expect(scheduler.stop(within: .seconds(30)))
        #expect(depth.withLock { $0 } == (0, Scheduler.maximumThreads))
        #expect(ledger.runs.count == names.count)
    }

    private func instant(_ text: String) throws -> Timestamp {
        try #require(Timestamp(iso8601: text))
    }

    private func minutely() throws -> Schedule {
        Schedule(expression: try CronExpression("* * * * *"), zone: .utc)
    }
}
