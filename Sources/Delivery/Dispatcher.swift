// The engine's loop: write what came in and take what is due, in one transaction; meanwhile send what was taken before. While
// one batch commits, the next one gathers.

import Database
import HTTPClient
import Logging
import Synchronization
import Time

final class Dispatcher {
    /// After a failed write, as on a full disk: until it works nothing new is sent, and nothing known is lost.
    private static let pauseAfterFailure = Duration.milliseconds(500)
    /// How many results go into one transaction; other writers wait for it.
    private static let maximumRecords = 256

    let engine: DeliveryEngine
    let inFlightPerWebhook: Int
    private let maximumInFlight: Int
    let sweepInterval: Duration
    var lanes: [ID<Webhook>: Lane] = [:]
    /// Those that may have something due.
    var hinted: Set<ID<Webhook>> = []
    /// Deliveries that a person asked for, and their webhooks.
    private var forced: [ID<WebhookDelivery>: ID<Webhook>] = [:]
    private var unrecorded: [Unrecorded] = []
    private var givenBack: [Claim] = []
    /// The transaction that is being committed.
    private var turn: Turn?
    /// What is leased, and until when.
    var underWay: [ID<WebhookDelivery>: (claim: Claim, leaseUntil: Timestamp)] = [:]
    var lastSweep: ContinuousClock.Instant?
    var lastLookForGone: ContinuousClock.Instant?
    var lastLookForOld: ContinuousClock.Instant?
    /// The soonest moment at which some lane changes by itself.
    private var alarm: Timestamp?
    private var hasMoreAtOnce = false
    private var failedWrites = 0
    private var nextWrite: ContinuousClock.Instant?
    private var isClosed = false
    private var isStopping = false

    init(_ engine: DeliveryEngine, inFlightPerWebhook: Int, maximumInFlight: Int, sweepInterval: Duration) {
        self.engine = engine
        self.inFlightPerWebhook = max(1, inFlightPerWebhook)
        self.maximumInFlight = max(1, maximumInFlight)
        self.sweepInterval = sweepInterval
    }

    func run() {
        while !isClosed {
            let contents = engine.inbox.take(timeout: waitingTime)
            isStopping = contents.isStopping
            hinted.formUnion(contents.hinted)
            forced.merge(contents.forced) { _, latest in latest }
            var touched: Set<ID<Webhook>> = []
            for completion in contents.completed {
                settle(completion)
                touched.insert(completion.claim.webhook)
            }
            if let written = contents.written { finishTurn(written) }
            if isStopping {
                for lane in lanes.values { giveBack(from: lane) }
                // After giving back, which hints: what was given back must not be taken again.
                hinted.removeAll()
                forced.removeAll()
                if underWay.isEmpty, unrecorded.isEmpty, givenBack.isEmpty, turn == nil { break }
            } else {
                for webhook in touched { sendReady(webhook) }
                ringAlarm()
                sweepIfDue()
            }
            startTurn()
        }
        engine.inbox.end()
    }

    private var waitingTime: Duration {
        if hasMoreAtOnce, turn == nil, failedWrites == 0 { return .zero }
        var time = sweepInterval
        // The first look is at once: what waited for the start is not to wait for more.
        guard let lastSweep else { return .zero }
        time = sweepInterval - (ContinuousClock.now - lastSweep)
        if let alarm { time = min(time, alarm - engine.clock.now()) }
        if let nextWrite { time = min(time, nextWrite - ContinuousClock.now) }
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
            if let lane = lanes[webhook] {
                giveBack(from: lane)
                if lane.isIdle { lanes[webhook] = nil }
            }
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

    private func giveBack(_ claim: Claim) {
        underWay[claim.delivery] = nil
        givenBack.append(claim)
    }

    func giveBack(from lane: Lane) {
        let claims = lane.giveBack()
        claims.forEach(giveBack)
        if !claims.isEmpty { hinted.insert(lane.webhook) }
    }

    /// Decides what a result means. It is written in the next turn.
    private func settle(_ completion: Completion) {
        let claim = completion.claim
        // Given up for lost already: whatever came is void.
        guard let entry = underWay[claim.delivery], entry.claim.attempt == claim.attempt else { return }
        underWay[claim.delivery] = nil
        let now = engine.clock.now()
        var settlement = Settlement(completion.result, of: claim, at: now) { Double.random(in: 0..<1) }
        let reason = lanes[claim.webhook]?.end(settlement, at: now)
        if settlement.state == .pending, case .success(let lane) = Result(catching: { try lane(claim.webhook) }) {
            adjust(&settlement, to: lane, disabled: reason)
        }
        if let lane = lanes[claim.webhook] {
            if let nextAt = settlement.nextAt { lane.remember(retryAt: nextAt) }
            if let reason { lane.disable(reason) }
            if lane.isSlowed(by: settlement, took: completion.result.timings.total, at: now) { giveBack(from: lane) }
            // What waited behind it, for its turn or for its success, may go.
            if claim.isOrdered || settlement.effect == .success, lane.configuration.isEnabled { hinted.insert(claim.webhook) }
            setAlarm(lane.nextAlarm(after: now))
        }
        let circuit = lanes[claim.webhook]?.circuit ?? Circuit()
        unrecorded.append(Unrecorded(record: AttemptRecord(completion, settlement, at: now), circuit: circuit, disabled: reason))
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

    // MARK: Turns

    private func startTurn() {
        guard turn == nil else { return }
        if let nextWrite, ContinuousClock.now < nextWrite { return }
        nextWrite = nil
        hasMoreAtOnce = false
        let now = engine.clock.now()
        let demands = demands(at: now)
        let wanted = forced.filter { (try? lane($0.value)) != nil }
        forced.removeAll()
        let records = Array(unrecorded.prefix(Self.maximumRecords))
        let claims = Claims(epoch: engine.epoch, now: now)
        let turn = Turn(records: records, demands: demands, forced: wanted, givenBack: givenBack, claims: claims)
        guard !turn.isEmpty else { return }
        unrecorded.removeFirst(records.count)
        givenBack.removeAll()
        for demand in demands { hinted.remove(demand.webhook) }
        self.turn = turn
        let outcome = OutcomeBox()
        engine.database.write { connection in
            let done = try turn.run(on: connection)
            outcome.value.withLock { $0 = done }
        } then: { [inbox = engine.inbox] error in
            inbox.finish(error.map { .failure($0) } ?? .success(outcome.value.withLock { $0 }))
        }
    }

    private func finishTurn(_ result: Result<Turn.Outcome, any Error>) {
        guard let turn else { return }
        self.turn = nil
        switch result {
        case .success(let outcome):
            failedWrites = 0
            finish(turn, outcome)
        case .failure(DatabaseError.closed):
            isClosed = true
        case .failure(let error):
            // As before it, to be tried again.
            unrecorded = turn.records + unrecorded
            givenBack = turn.givenBack + givenBack
            forced.merge(turn.forced) { latest, _ in latest }
            hinted.formUnion(turn.demands.map(\.webhook))
            failedWrites += 1
            nextWrite = ContinuousClock.now + Self.pauseAfterFailure
            engine.inbox.report { $0.failedWrites = failedWrites }
            if failedWrites == 1 { engine.logger.error("deliveries wait for the database", metadata: ["error": "\(error)"]) }
        }
    }

    private func finish(_ turn: Turn, _ outcome: Turn.Outcome) {
        for one in turn.records where one.disabled != nil { engine.directory.invalidate(account: one.record.completion.claim.account) }
        let leaseUntil = turn.claims.now + Claims.lease
        for delivery in outcome.forced {
            underWay[delivery.claim.delivery] = (delivery.claim, leaseUntil)
            if let lane = lanes[delivery.claim.webhook] { isStopping ? giveBack(delivery.claim) : send(delivery, through: lane) }
        }
        var claimed: [ID<Webhook>: [ClaimedDelivery]] = [:]
        for delivery in outcome.claimed {
            underWay[delivery.claim.delivery] = (delivery.claim, leaseUntil)
            claimed[delivery.claim.webhook, default: []].append(delivery)
        }
        for demand in turn.demands {
            let isMore = outcome.found[demand.webhook] ?? 0 >= demand.limit
            guard let lane = lanes[demand.webhook] else { continue }
            lane.take(claimed[demand.webhook] ?? [], isMore: isMore, limit: inFlightPerWebhook)
            sendReady(demand.webhook)
            guard isMore else { continue }
            hinted.insert(demand.webhook)
            if lane.room(at: engine.clock.now(), limit: inFlightPerWebhook) > 0 { hasMoreAtOnce = true }
        }
        if !unrecorded.isEmpty { hasMoreAtOnce = true }
        let delivered = turn.records.count { $0.record.settlement.state == .delivered }
        engine.inbox.report { statistics in
            statistics.inFlight = underWay.count
            statistics.delivered += delivered
            statistics.failedWrites = 0
        }
    }

    private func demands(at now: Timestamp) -> [Claims.Demand] {
        // As many again as may be under way are leased ahead, so that those who are quick do not take the places of others.
        if underWay.count > maximumInFlight { for lane in lanes.values where lane.isStalled { giveBack(from: lane) } }
        var room = 2 * maximumInFlight - underWay.count
        var demands: [Claims.Demand] = []
        for webhook in hinted where room > 0 {
            do {
                guard let lane = try lane(webhook) else {
                    hinted.remove(webhook)
                    continue
                }
                let capacity = min(room, lane.room(at: now, limit: inFlightPerWebhook))
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

    // MARK: Sending

    func sendReady(_ webhook: ID<Webhook>) {
        guard !isStopping, let lane = lanes[webhook] else { return }
        let now = engine.clock.now()
        while let delivery = lane.next(at: now, limit: inFlightPerWebhook) { send(delivery, through: lane) }
    }

    private func send(_ delivery: ClaimedDelivery, through lane: Lane) {
        let claim = delivery.claim
        lane.begin()
        let startedAt = engine.clock.now()
        let configuration = lane.configuration
        let request = DeliveryRequest(
            configuration, keys: lane.keys, event: claim.event, sequence: claim.sequence, body: delivery.body, at: startedAt)
        let recordedHeaders = request.recordedHeaders
        engine.inbox.report { $0.attempts += 1 }
        engine.client.send(request.outgoing) { [inbox = engine.inbox] result in
            inbox.complete(
                Completion(
                    claim: claim, startedAt: startedAt, url: configuration.url, recordedHeaders: recordedHeaders, result: result))
        }
    }
}

/// Where a transaction leaves what it took, for the thread that waits for its commit.
private final class OutcomeBox: Sendable {
    let value = Mutex(Turn.Outcome())
}
