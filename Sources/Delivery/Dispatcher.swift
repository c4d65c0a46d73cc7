// The engine's loop: write what came in and take what is due, in one transaction; send; again. While one batch commits, the
// next one gathers.

import Database
import HTTPClient
import Logging
import Time

final class Dispatcher {
    /// A result that is not written yet, with what it did to its webhook.
    struct Unrecorded {
        let record: Record
        let circuit: Circuit
        let disabled: WebhookConfiguration.DisabledReason?
    }

    /// After a failed write, as on a full disk: until it works nothing new is sent, and nothing known is lost.
    private static let pauseAfterFailure = Duration.milliseconds(500)
    /// The most results in one transaction, which others wait for.
    private static let mostRecords = 256

    let engine: DeliveryEngine
    private let inFlightPerWebhook: Int
    private let maximumInFlight: Int
    let sweepInterval: Duration
    var lanes: [ID<Webhook>: Lane] = [:]
    /// Those that may have something due.
    var hinted: Set<ID<Webhook>> = []
    /// Deliveries that a person asked for, and their webhooks.
    private var forced: [ID<WebhookDelivery>: ID<Webhook>] = [:]
    private var unrecorded: [Unrecorded] = []
    /// What is under way, and until when its lease holds.
    var underWay: [ID<WebhookDelivery>: (claim: Claim, leaseUntil: Timestamp)] = [:]
    var lastSweep: ContinuousClock.Instant?
    /// The soonest moment at which some lane changes by itself.
    private var alarm: Timestamp?
    private var hasMoreAtOnce = false
    private var failedWrites = 0

    init(_ engine: DeliveryEngine, inFlightPerWebhook: Int, maximumInFlight: Int, sweepInterval: Duration) {
        self.engine = engine
        self.inFlightPerWebhook = max(1, inFlightPerWebhook)
        self.maximumInFlight = max(1, maximumInFlight)
        self.sweepInterval = sweepInterval
    }

    func run() {
        while true {
            let contents = engine.inbox.take(timeout: waitingTime)
            hinted.formUnion(contents.hinted)
            forced.merge(contents.forced) { _, latest in latest }
            for completion in contents.completed { settle(completion) }
            if contents.isStopping {
                hinted.removeAll()
                forced.removeAll()
                if underWay.isEmpty, unrecorded.isEmpty { break }
            } else {
                ringAlarm()
                sweepIfDue()
            }
            guard turn() else { break }
        }
        engine.inbox.hasEnded()
    }

    private var waitingTime: Duration {
        if failedWrites > 0 { return Self.pauseAfterFailure }
        if hasMoreAtOnce { return .zero }
        var time = sweepInterval
        if let lastSweep { time = sweepInterval - (ContinuousClock.now - lastSweep) }
        if let alarm { time = min(time, alarm - engine.clock.now()) }
        return max(time, .milliseconds(1))
    }

    private func ringAlarm() {
        let now = engine.clock.now()
        guard let alarm, alarm <= now else { return }
        self.alarm = nil
        for lane in lanes.values {
            if lane.takeAlarm(at: now) { hinted.insert(lane.webhook) }
            setAlarm(lane.nextAlarm(after: now))
        }
    }

    func setAlarm(_ time: Timestamp?) {
        guard let time else { return }
        alarm = min(alarm ?? time, time)
    }

    /// The lane of a webhook as it is configured now; nil when it is deleted.
    func lane(_ webhook: ID<Webhook>) throws -> Lane? {
        guard let (configuration, isIntegrationOn) = try engine.directory.webhook(webhook) else {
            if let lane = lanes[webhook], lane.inFlight == 0 { lanes[webhook] = nil }
            return nil
        }
        if let lane = lanes[webhook] {
            lane.adopt(configuration, isIntegrationOn: isIntegrationOn)
            return lane
        }
        let lane = Lane(configuration, isIntegrationOn: isIntegrationOn)
        lanes[webhook] = lane
        setAlarm(lane.nextAlarm(after: engine.clock.now()))
        return lane
    }

    /// Decides what a result means. It is written in the next turn.
    private func settle(_ completion: Completion) {
        let claim = completion.claim
        // Given up for lost already: whatever came is void.
        guard let entry = underWay[claim.delivery], entry.claim.attempt == claim.attempt else { return }
        underWay[claim.delivery] = nil
        let now = engine.clock.now()
        var settlement = Settlement(completion.result, of: claim, at: now, random: Double.random(in: 0..<1))
        let known = Result { try lane(claim.webhook) }
        let reason = lanes[claim.webhook]?.ended(settlement, at: now)
        if settlement.state == .pending, case .success(let lane) = known {
            adjust(&settlement, to: lane, disabled: reason)
        }
        if let lane = lanes[claim.webhook] {
            if let nextAt = settlement.nextAt { lane.remember(retryAt: nextAt) }
            if let reason { lane.disable(reason) }
            // What waited behind it, for its turn or for its success, may go.
            if claim.isOrdered || settlement.effect == .success, lane.configuration.isEnabled { hinted.insert(claim.webhook) }
            setAlarm(lane.nextAlarm(after: now))
        }
        let circuit = lanes[claim.webhook]?.circuit ?? Circuit()
        unrecorded.append(Unrecorded(record: Record(completion, settlement, at: now), circuit: circuit, disabled: reason))
    }

    /// There is no next attempt for a webhook that is gone or off; for one that pauses, it is kept.
    private func adjust(_ settlement: inout Settlement, to lane: Lane?, disabled: WebhookConfiguration.DisabledReason?) {
        guard let lane else {
            settlement.state = .discarded
            settlement.nextAt = nil
            return
        }
        if disabled != nil || !lane.configuration.isEnabled {
            settlement.state = .failed
            settlement.nextAt = nil
        } else if lane.configuration.isPaused {
            settlement.state = .held
            settlement.nextAt = nil
        }
    }

    /// - Returns: false when the database is closed and the engine must end.
    private func turn() -> Bool {
        let now = engine.clock.now()
        let demands = demands(at: now)
        let wanted = forced.filter { lanes[$0.value] != nil || (try? lane($0.value)) != nil }
        forced.removeAll()
        let batch = unrecorded.prefix(Self.mostRecords)
        hasMoreAtOnce = false
        guard !batch.isEmpty || !demands.isEmpty || !wanted.isEmpty else { return true }
        let claims = Claims(epoch: engine.epoch, now: now) { [lanes] in lanes[$0]?.configuration.url ?? "" }
        do {
            let (claimed, found) = try engine.database.write { connection in
                try self.record(batch, on: connection)
                let forced = try claims.take(Array(wanted.keys), on: connection)
                let (due, found) = try claims.take(demands, on: connection)
                return (forced + due, found)
            }
            failedWrites = 0
            unrecorded.removeFirst(batch.count)
            for one in batch where one.disabled != nil { engine.directory.invalidate(account: one.record.completion.claim.account) }
            for one in claimed { send(one, at: now) }
            for demand in demands {
                if found[demand.webhook] ?? 0 < demand.limit {
                    hinted.remove(demand.webhook)
                } else if lanes[demand.webhook]?.capacity(at: now, limit: inFlightPerWebhook) ?? 0 > 0 {
                    hasMoreAtOnce = true
                }
            }
            if !unrecorded.isEmpty { hasMoreAtOnce = true }
            report(batch, claimed: claimed.count)
            return true
        } catch DatabaseError.closed {
            return false
        } catch {
            failedWrites += 1
            forced.merge(wanted) { latest, _ in latest }
            engine.inbox.report { $0.failedWrites = failedWrites }
            if failedWrites == 1 { engine.logger.error("deliveries wait for the database", metadata: ["error": "\(error)"]) }
            return true
        }
    }

    private func demands(at now: Timestamp) -> [Claims.Demand] {
        var room = maximumInFlight - underWay.count
        var demands: [Claims.Demand] = []
        for webhook in hinted where room > 0 {
            do {
                guard let lane = try lane(webhook) else {
                    hinted.remove(webhook)
                    continue
                }
                let capacity = min(room, lane.capacity(at: now, limit: inFlightPerWebhook))
                guard capacity > 0 else { continue }
                demands.append(Claims.Demand(webhook: webhook, limit: capacity))
                room -= capacity
            } catch {
                // The next sweep tries again; the others need not wait.
                hinted.remove(webhook)
                engine.logger.error("a webhook cannot be read", metadata: ["webhook": "\(webhook)", "error": "\(error)"])
            }
        }
        return demands
    }

    private func record(_ batch: ArraySlice<Unrecorded>, on connection: any Connection) throws {
        let applied = try Records.write(batch.map(\.record), epoch: engine.epoch, on: connection)
        var totals = WebhookTotals()
        for one in batch where applied.contains(one.record.completion.claim.delivery) {
            totals.add(one.record, circuit: one.circuit, disabled: one.disabled)
        }
        try totals.write(on: connection)
    }

    private func send(_ delivery: ClaimedDelivery, at now: Timestamp) {
        let claim = delivery.claim
        guard let lane = lanes[claim.webhook] else { return }
        lane.began()
        underWay[claim.delivery] = (claim, now + Claims.lease)
        let startedAt = engine.clock.now()
        let request = DeliveryRequest(lane.configuration, event: claim.event, body: delivery.body, at: startedAt)
        let recordedHeaders = request.recordedHeaders
        engine.client.send(request.outgoing) { [inbox = engine.inbox] result in
            inbox.complete(Completion(claim: claim, startedAt: startedAt, recordedHeaders: recordedHeaders, result: result))
        }
    }

    private func report(_ batch: ArraySlice<Unrecorded>, claimed: Int) {
        let delivered = batch.count { $0.record.settlement.state == .delivered }
        engine.inbox.report { statistics in
            statistics.inFlight = underWay.count
            statistics.attempts += claimed
            statistics.delivered += delivered
            statistics.failedWrites = 0
        }
    }
}
