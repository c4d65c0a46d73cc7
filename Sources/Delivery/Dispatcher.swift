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
    private static let maximumRecords = 512
    /// For how long results may wait for others to be written with them. A turn that begins as soon as the one
    /// before has ended takes 30 of them, one that waits so long 120, and the writer 37 instead of 55 µs of processor a delivery.
    private static let gatheringTime = Duration.milliseconds(10)

    /// The clock has been set when it stands elsewhere by so much; below that, waiting a little longer or shorter is as well.
    static let noticedStep = Duration.seconds(1)

    let engine: DeliveryEngine
    private let inFlightPerWebhook: Int
    let sweepInterval: Duration
    var lanes: [ID<Webhook>: Lane] = [:]
    /// Those that may have something due.
    var hinted: Set<ID<Webhook>> = []
    /// Deliveries that a person asked for, and their webhooks.
    private var forced: [ID<WebhookDelivery>: ID<Webhook>] = [:]
    var unrecorded: [Unrecorded] = []
    private var givenBack: [Claim] = []
    /// The transaction that is being committed.
    private var turn: Turn?
    /// What is leased.
    var underWay: [ID<WebhookDelivery>: UnderWay] = [:]
    var shares: Shares
    /// Those with something ready that their account's share keeps back; the longest waiting first.
    private var blocked: [ID<Webhook>] = []
    var lastSweep: Duration?
    var lastLookForGone: Duration?
    var lastLookForOld: Duration?
    /// The soonest moment at which some lane changes by itself.
    var alarm: Timestamp?
    private var failedWrites = 0
    private var nextWrite: Duration?
    /// When the last turn ended.
    private var lastTurn: Duration?
    /// Until when what is not written yet waits for more. Kept, since time goes on between the decision and the wait.
    private var gatheringEnd: Duration?
    private var isClosed = false
    private var isStopping = false
    /// Where the wall clock stood against the steady one, and by how much it was set since of what the database does not know yet.
    var knownOffset: Duration
    var owedStep = Duration.zero

    /// A delivery that is leased.
    struct UnderWay {
        let claim: Claim
        let leaseUntil: Duration
        /// Else it waits for its turn.
        var isSent = false
    }

    init(_ engine: DeliveryEngine, inFlightPerWebhook: Int, maximumInFlight: Int, sweepInterval: Duration) {
        self.engine = engine
        self.inFlightPerWebhook = max(1, inFlightPerWebhook)
        self.sweepInterval = sweepInterval
        shares = Shares(places: max(1, maximumInFlight))
        knownOffset = engine.clock.offset()
    }

    var steady: Duration { engine.steady.now() }

    func run() {
        while !isClosed {
            let contents = engine.inbox.take(by: engine.steady, timeout: waitingTime)
            noticeStep()
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
                sendReady(touched)
                ringAlarm()
                sweepIfDue()
            }
            startTurn()
        }
        engine.inbox.end()
    }

    /// Nil while a transaction is being committed: its end is the next thing to happen.
    private var waitingTime: Duration? {
        guard turn == nil else { return nil }
        var time = sweepInterval
        // The first look is at once: what waited for the start is not to wait for more.
        guard let lastSweep else { return .zero }
        time = sweepInterval - (steady - lastSweep)
        if let alarm { time = min(time, alarm - engine.clock.now()) }
        if let nextWrite { time = min(time, nextWrite - steady) }
        if let gatheringEnd { time = min(time, gatheringEnd - steady) }
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
        // Asked for with every result: most often nobody has changed anything.
        let generation = engine.directory.generation
        if let lane = lanes[webhook], lane.generation == generation { return lane }
        guard let (configuration, isIntegrationOn) = try engine.directory.webhook(webhook) else {
            if let lane = lanes[webhook] {
                giveBack(from: lane)
                if lane.isIdle { lanes[webhook] = nil }
            }
            return nil
        }
        if let lane = lanes[webhook] {
            lane.adopt(configuration, isIntegrationOn: isIntegrationOn)
            lane.generation = generation
            return lane
        }
        let lane = Lane(configuration, isIntegrationOn: isIntegrationOn, bound: inFlightPerWebhook, at: steady)
        lane.generation = generation
        lanes[webhook] = lane
        setAlarm(lane.nextAlarm(after: engine.clock.now()))
        return lane
    }

    private func giveBack(_ claim: Claim) {
        underWay[claim.delivery] = nil
        shares.giveBack(claim.account)
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
        shares.end(claim.account)
        let now = engine.clock.now()
        var settlement = Settlement(completion.result, of: claim, at: now) { Double.random(in: 0..<1) }
        // First as it is configured now: what was sent before a change has no effect on what is there after it.
        let current = Result { try self.lane(claim.webhook) }
        let lane = lanes[claim.webhook]
        let reason = lane?.end(settlement, version: completion.version, at: now, steady: steady)
        let isOutdated = lane.map { $0.configuration.version != completion.version } ?? false
        if isOutdated { settlement.goOn(claim, at: now) }
        if settlement.state == .pending, case .success(let current) = current { adjust(&settlement, to: current, disabled: reason) }
        if let lane {
            if let nextAt = settlement.nextAt { lane.remember(claim.delivery, at: nextAt) }
            if let reason { lane.disable(reason) }
            if lane.isSlowed(by: settlement, took: completion.result.timings.total, at: now) { giveBack(from: lane) }
            // What waited behind it, for its turn or for its success, may go.
            if claim.isOrdered || isOutdated || settlement.effect == .success, lane.configuration.isEnabled { hinted.insert(claim.webhook) }
            setAlarm(lane.nextAlarm(after: now))
        }
        unrecorded.append(
            Unrecorded(
                record: AttemptRecord(completion, settlement, at: now), pacing: isOutdated ? nil : lane?.pacing, disabled: reason))
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
        gatheringEnd = nil
        guard turn == nil else { return }
        if let nextWrite, steady < nextWrite { return }
        nextWrite = nil
        if mayGather {
            if let lastTurn, !unrecorded.isEmpty { gatheringEnd = lastTurn + Self.gatheringTime }
            return
        }
        let now = engine.clock.now()
        let (demands, retries) = demands(at: now)
        let wanted = forced.filter { (try? lane($0.value)) != nil }
        forced.removeAll()
        let records = Array(unrecorded.prefix(Self.maximumRecords))
        let claims = Claims(epoch: engine.epoch, now: now)
        let turn = Turn(
            records: records, demands: demands, retries: retries, forced: wanted, givenBack: givenBack, claims: claims,
            whenDisabled: engine.whenDisabled)
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

    /// Whether results should wait for more: those with a backlog have enough to go on with.
    private var mayGather: Bool {
        guard let lastTurn, steady - lastTurn < Self.gatheringTime, !isStopping, forced.isEmpty, givenBack.isEmpty,
            unrecorded.count < Self.maximumRecords / 2
        else { return false }
        let now = engine.clock.now()
        return hinted.contains { lanes[$0]?.readyCount ?? 0 > inFlightPerWebhook }
            && hinted.allSatisfy { lanes[$0]?.isServed(at: now) ?? false }
    }

    private func finishTurn(_ result: Result<Turn.Outcome, any Error>) {
        guard let turn else { return }
        self.turn = nil
        switch result {
        case .success(let outcome):
            failedWrites = 0
            lastTurn = steady
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
            nextWrite = steady + Self.pauseAfterFailure
            engine.inbox.report { $0.failedWrites = failedWrites }
            if failedWrites == 1 { engine.logger.error("deliveries wait for the database", metadata: ["error": "\(error)"]) }
        }
    }

    private func finish(_ turn: Turn, _ outcome: Turn.Outcome) {
        for one in turn.records where one.disabled != nil { engine.directory.invalidate(account: one.record.completion.claim.account) }
        let leaseUntil = steady + Claims.lease
        for delivery in outcome.forced {
            underWay[delivery.claim.delivery] = UnderWay(claim: delivery.claim, leaseUntil: leaseUntil)
            shares.lease(delivery.claim.account)
            if let lane = lanes[delivery.claim.webhook] { isStopping ? giveBack(delivery.claim) : send(delivery, through: lane) }
        }
        var claimed: [ID<Webhook>: [ClaimedDelivery]] = [:]
        for delivery in outcome.claimed {
            underWay[delivery.claim.delivery] = UnderWay(claim: delivery.claim, leaseUntil: leaseUntil)
            shares.lease(delivery.claim.account)
            claimed[delivery.claim.webhook, default: []].append(delivery)
        }
        for demand in turn.demands {
            let isMore = outcome.found[demand.webhook] ?? 0 >= demand.limit
            guard let lane = lanes[demand.webhook] else { continue }
            lane.take(claimed[demand.webhook] ?? [], isMore: isMore)
            if isMore { hinted.insert(demand.webhook) }
        }
        sendReady(turn.demands.map(\.webhook))
        let delivered = turn.records.count { $0.record.settlement.effect == .success }
        engine.inbox.report { statistics in
            statistics.inFlight = underWay.count
            statistics.delivered += delivered
            statistics.failedWrites = 0
        }
    }

    /// What is to be leased for each webhook that has a hint: for each account what its share allows, and within it as much for each
    /// webhook. And which retries by name are to be among it.
    private func demands(at time: Timestamp) -> (demands: [Claims.Demand], retries: [ID<WebhookDelivery>]) {
        if underWay.count > shares.places { for lane in lanes.values where lane.isStalled(at: steady) { giveBack(from: lane) } }
        var wanting: [ID<Account>: [(lane: Lane, toSend: Int, ahead: Int)]] = [:]
        for webhook in hinted {
            do {
                guard let lane = try lane(webhook) else {
                    hinted.remove(webhook)
                    continue
                }
                let (toSend, ahead) = lane.room(at: time)
                if toSend + ahead > 0 { wanting[lane.account, default: []].append((lane, toSend, ahead)) }
            } catch {
                // The next sweep tries again; the others need not wait.
                hinted.remove(webhook)
                engine.logger.error("a webhook cannot be read", metadata: ["webhook": "\(webhook)", "error": "\(error)"])
            }
        }
        var demands: [Claims.Demand] = []
        var retries: [ID<WebhookDelivery>] = []
        let toSend = shares.divided(among: wanting.mapValues { lanes in lanes.reduce(0) { $0 + $1.toSend } })
        var plannedAhead = 0
        for (account, lanes) in wanting {
            let now = Self.shared(toSend[account] ?? 0, among: lanes.map { ($0.lane.inFlight + $0.lane.readyCount, $0.toSend) })
            let ahead = Self.shared(
                shares.roomAhead(of: account, planned: plannedAhead), among: lanes.map { ($0.lane.readyCount, $0.ahead) })
            for (index, one) in lanes.enumerated() {
                let limit = now[index] + ahead[index]
                guard limit > 0 else { continue }
                plannedAhead += ahead[index]
                let named = one.lane.takeRetries(places: limit, at: time)
                retries += named
                demands.append(Claims.Demand(webhook: one.lane.webhook, limit: limit - named.count))
            }
        }
        return (demands, retries)
    }

    /// Divides places one by one: the next goes to whoever has the least of those that still want one.
    private static func shared(_ places: Int, among lanes: [(has: Int, wants: Int)]) -> [Int] {
        let all = lanes.reduce(0) { $0 + $1.wants }
        guard places < all else { return lanes.map(\.wants) }
        var given = lanes.map { _ in 0 }
        for _ in 0..<max(0, places) {
            var next: Int?
            for index in lanes.indices where given[index] < lanes[index].wants {
                if next.map({ lanes[index].has + given[index] < lanes[$0].has + given[$0] }) ?? true { next = index }
            }
            if let next { given[next] += 1 }
        }
        return given
    }

    // MARK: Sending

    /// One from each in turn, those first that had to wait, until none may go.
    func sendReady(_ webhooks: some Sequence<ID<Webhook>>) {
        guard !isStopping else { return }
        let now = engine.clock.now()
        var queue = blocked
        queue += webhooks.filter { !blocked.contains($0) }
        blocked.removeAll()
        while !queue.isEmpty {
            var next: [ID<Webhook>] = []
            for webhook in queue {
                guard let lane = lanes[webhook], lane.mayBegin(at: now) else { continue }
                guard shares.room(of: lane.account) > 0 else {
                    blocked.append(webhook)
                    continue
                }
                if let delivery = lane.next() { send(delivery, through: lane) }
                next.append(webhook)
            }
            queue = next
        }
    }

    private func send(_ delivery: ClaimedDelivery, through lane: Lane) {
        let claim = delivery.claim
        lane.begin(at: steady)
        shares.begin(claim.account)
        underWay[claim.delivery]?.isSent = true
        let startedAt = engine.clock.now()
        let (version, url) = (lane.configuration.version, lane.configuration.url)
        let request = DeliveryRequest(
            lane.configuration, keys: lane.keys, event: claim.event, sequence: claim.sequence, body: delivery.body, at: startedAt)
        let recordedHeaders = request.recordedHeaders
        engine.inbox.report { $0.attempts += 1 }
        engine.send(request.outgoing) { [inbox = engine.inbox] result in
            inbox.complete(
                Completion(
                    claim: claim, version: version, startedAt: startedAt, url: url,
                    recordedHeaders: recordedHeaders, result: result))
        }
    }
}

/// Where a transaction leaves what it took, for the thread that waits for its commit.
private final class OutcomeBox: Sendable {
    let value = Mutex(Turn.Outcome())
}
