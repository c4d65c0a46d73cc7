// Every few seconds the database is asked for what memory does not know: what came due, and what does not fit its webhook
// any more because a change and an acceptance crossed.

import Database
import HTTPClient
import Logging
import Time

extension Dispatcher {
    private struct Finding {
        let webhook: ID<Webhook>
        let isEnabled: Bool
        let isPaused: Bool
        let oldest: Timestamp?
        let hasHeld: Bool
    }

    func sweepIfDue() {
        if let lastSweep, steady - lastSweep < sweepInterval { return }
        lastSweep = steady
        do {
            try payStep()
            let now = engine.clock.now()
            let findings = try engine.database.read(look)
            var lag = Duration.zero
            for finding in findings where finding.isEnabled && !finding.isPaused {
                guard let oldest = finding.oldest else { continue }
                if oldest > now {
                    setAlarm(oldest)
                    lanes[finding.webhook]?.wake(at: oldest)
                    continue
                }
                hinted.insert(finding.webhook)
                if lanes[finding.webhook]?.pacing.isResting != true { lag = max(lag, now - oldest) }
            }
            engine.inbox.report { $0.lag = lag }
            try mend(findings, at: now)
            try expireHeld(findings, at: now)
            try discardOfGone(at: now)
            try giveBackOld()
            try releaseLost(at: now)
        } catch {
            engine.logger.error("the sweep for due deliveries failed", metadata: ["error": "\(error)"])
        }
    }

    private func look(_ connection: any Connection) throws -> [Finding] {
        try connection.rows(
            """
            SELECT w.id, w.is_enabled, w.is_paused,
                (SELECT MIN(d.next_at) FROM deliveries d WHERE d.webhook_id = w.id AND d.settled_at IS NULL AND d.state = 'pending'),
                EXISTS (SELECT 1 FROM deliveries h WHERE h.webhook_id = w.id AND h.settled_at IS NULL AND h.next_at IS NULL)
            FROM webhooks w
            """
        ) {
            Finding(
                webhook: try $0.next(), isEnabled: try $0.next(), isPaused: try $0.next(), oldest: try $0.next(), hasHeld: try $0.next())
        }
    }

    private func mend(_ findings: [Finding], at now: Timestamp) throws {
        let toSettle = findings.filter { !$0.isEnabled && ($0.oldest != nil || $0.hasHeld) }.map(\.webhook)
        let toRelease = findings.filter { $0.isEnabled && !$0.isPaused && $0.hasHeld }.map(\.webhook)
        let toExpire = findings.map(\.webhook).filter { lanes[$0]?.shouldExpire(at: now) == true }
        guard !toSettle.isEmpty || !toRelease.isEmpty || !toExpire.isEmpty else { return }
        try engine.database.write { connection in
            for webhook in toSettle { try WebhookTotals.settleDisabled(webhook, at: now, on: connection) }
            for webhook in toRelease { _ = try DeliveryEngine.release(webhook, at: now, on: connection) }
            for webhook in toExpire { try DeliveryEngine.expireLive(of: webhook, at: now, on: connection) }
        }
        hinted.formUnion(toRelease)
    }

    /// What a pause keeps, it keeps for a week. Some at a time: everybody's writes wait for it.
    private func expireHeld(_ findings: [Finding], at now: Timestamp) throws {
        if let lastLookForOld, steady - lastLookForOld < Self.lookForOldInterval { return }
        let batch = 1000
        var isThrough = true
        for finding in findings where finding.isPaused && finding.hasHeld {
            let old: SQL = """
                webhook_id = \(finding.webhook) AND settled_at IS NULL AND next_at IS NULL AND state = \(DeliveryState.held)
                    AND accepted_at < \(now - DeliveryEngine.maximumPause)
                """
            guard try engine.database.read({ try $0.value("SELECT 1 FROM deliveries WHERE \(old) LIMIT 1", as: Int.self) }) != nil else {
                continue
            }
            let expired = try engine.database.write { connection in
                try connection.execute(
                    """
                    UPDATE deliveries SET state = \(DeliveryState.expired.unlessDelivered), settled_at = \(now)
                    WHERE id IN (SELECT id FROM deliveries WHERE \(old) LIMIT \(batch))
                    """)
            }
            if expired == batch { isThrough = false }
        }
        if isThrough { lastLookForOld = steady }
    }

    private static let lookForOldInterval = Duration.seconds(600)

    /// A webhook's deletion crossed an acceptance, a result or a crash: nobody else would ever settle what is left of it.
    private func discardOfGone(at now: Timestamp) throws {
        if let lastLookForGone, steady - lastLookForGone < Self.lookForGoneInterval { return }
        let gone = try engine.database.read { try $0.rows(Self.selectGone) { try $0.next(ID<Webhook>.self) } }
        if !gone.isEmpty {
            try engine.database.write { connection in
                for webhook in gone { try WebhookTotals.discardDeleted(webhook, at: now, on: connection) }
            }
        }
        lastLookForGone = steady
    }

    private static let lookForGoneInterval = Duration.seconds(60)

    /// Steps from one webhook that has something unsettled to the next: costs nothing for each delivery.
    private static let selectGone: SQL = """
        WITH RECURSIVE waiting (id) AS (
            SELECT MIN(webhook_id) FROM deliveries WHERE settled_at IS NULL
            UNION ALL
            SELECT (SELECT MIN(d.webhook_id) FROM deliveries d WHERE d.settled_at IS NULL AND d.webhook_id > waiting.id)
            FROM waiting WHERE waiting.id IS NOT NULL)
        SELECT id FROM waiting WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM webhooks w WHERE w.id = waiting.id)
        """

    /// What waits here while its webhook pauses, or so long that an attempt might outlive the lease, goes back.
    private func giveBackOld() throws {
        for lane in Array(lanes.values) {
            guard let first = lane.firstReady, let leaseUntil = underWay[first.delivery]?.leaseUntil else { continue }
            guard try self.lane(lane.webhook) != nil else { continue }
            sendReady([lane.webhook])
            let isStuck = lane.inFlight == 0 && lane.firstReady != nil
            if isStuck || leaseUntil < steady + DeliveryRequest.totalTimeout + .seconds(5) { giveBack(from: lane) }
        }
    }

    /// The client always answers; should it ever not, the lease ends here and the delivery is sent again.
    private func releaseLost(at now: Timestamp) throws {
        let lost = underWay.values.filter { $0.isSent && $0.leaseUntil < steady }.map(\.claim)
        guard !lost.isEmpty else { return }
        try engine.database.write { connection in
            try LeaseRecovery.release(lost.map { ($0.delivery, $0.attempt) }, at: now, on: connection)
        }
        for claim in lost {
            underWay[claim.delivery] = nil
            shares.end(claim.account)
            let nothing = Settlement(TransferResult(fault: .unknown), of: claim, at: now, random: { 0.5 })
            if let lane = lanes[claim.webhook] {
                _ = lane.end(nothing, version: lane.configuration.version, at: now, steady: steady)
            }
            hinted.insert(claim.webhook)
        }
        sendReady([])
    }
}
