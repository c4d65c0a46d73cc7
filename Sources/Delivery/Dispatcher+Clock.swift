// Somebody sets the machine's clock, or it was wrong and is set right: what waits waits as long as it would have, no hour more and no
// hour less. Times in the database are those of the wall clock, which people read.

import Database
import Logging
import Time

extension Dispatcher {
    /// To be called before anything is done by the clock.
    func noticeStep() {
        let offset = engine.clock.offset()
        let step = offset - knownOffset
        guard step >= Self.noticedStep || step <= .zero - Self.noticedStep else { return }
        knownOffset = offset
        owedStep += step
        engine.logger.warning("the clock was set by \(step); what waits is moved with it")
        for index in unrecorded.indices { unrecorded[index].shift(by: step) }
        for lane in lanes.values { lane.shift(by: step) }
        // Everything is looked at anew.
        lastSweep = nil
        alarm = nil
        for lane in lanes.values { setAlarm(lane.nextAlarm(after: engine.clock.now())) }
    }

    /// What the database has written down moves too: at the next sweep, and again until the database takes it.
    func payStep() throws {
        guard owedStep != .zero else { return }
        let now = engine.clock.now()
        let step = owedStep
        try engine.database.write { connection in
            try ClockCorrection.move(by: step, at: now, on: connection)
            try ClockCorrection.bound(at: now, on: connection)
        }
        owedStep = .zero
    }
}

enum ClockCorrection {
    /// First attempts are due when they are accepted, by whatever clock: only a clock that went back can have put them off.
    static func move(by step: Duration, at now: Timestamp, on connection: any Connection) throws {
        let (milliseconds, before) = (step.stored, now - step)
        let isRetry: SQL = step > .zero ? "attempt > 0 AND manual = 0 AND due_at > \(before)" : "due_at > \(now)"
        try set("due_at + \(milliseconds)", where: isRetry, on: connection)
    }

    /// Nothing waits longer than its schedule can make it: what does was written down by a clock that was ahead.
    static func bound(at now: Timestamp, on connection: any Connection) throws {
        let waits = (0..<RetrySchedule.durable.count).map { RetrySchedule.maximumWait(afterAttempt: $0).stored }
        let longest = waits.enumerated().map { "WHEN \(Int64($0.offset)) THEN \($0.element)" as SQL }.joined(by: " ")
        let latest: SQL = "\(now) + CASE attempt \(longest) ELSE 0 END"
        try set(latest, where: "due_at > \(latest)", on: connection)
    }

    /// What is under way is due when its result says.
    private static func set(_ time: SQL, where condition: SQL, on connection: any Connection) throws {
        let moved = try connection.rows("SELECT delivery_id, \(time) FROM due WHERE lease_owner IS NULL AND \(condition)") { row in
            [try row.next(ID<WebhookDelivery>.self).sqlValue, try row.next(Timestamp.self).sqlValue]
        }
        let values = moved.flatMap { $0 }
        try moveDue.execute(values, on: connection)
        try moveShown.execute(values, on: connection)
    }

    private static let moveDue = BulkStatement(
        "WITH moved (id, at) AS (VALUES ", columns: 2,
        ") UPDATE due SET due_at = moved.at, ready_at = moved.at FROM moved WHERE due.delivery_id = moved.id")

    private static let moveShown = BulkStatement(
        "WITH moved (id, at) AS (VALUES ", columns: 2,
        ") UPDATE deliveries SET next_at = moved.at FROM moved WHERE deliveries.id = moved.id")
}
