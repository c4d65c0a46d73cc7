// One webhook within the engine: what is leased for it, how many requests it has under way, and when more may go. Lives on
// the engine's thread.

import Database
import HTTPClient
import Time

final class Lane {
    /// Retries kept by name; the sweep finds the others.
    private static let maximumRetries = 512
    /// How many deliveries may be leased beyond those under way, so that a quick receiver need not wait for a commit.
    private static let maximumAhead = 256
    /// An answer slower than this ends leasing ahead: what waits here too long would outlive its lease.
    private static let quick = Duration.milliseconds(250)
    /// A body longer than this (bytes) is not kept waiting in memory.
    private static let smallBody = 8 * 1024

    let webhook: ID<Webhook>
    /// The most requests that may be under way to it.
    let bound: Int
    private(set) var configuration: WebhookConfiguration
    private(set) var keys: SigningKeys
    private var isIntegrationOn: Bool
    /// The directory's when it was asked last.
    var generation: Int?
    private(set) var pacing: Pacing
    private(set) var inFlight = 0
    private var ready: ArraySlice<ClaimedDelivery> = []
    private var ahead = 0
    /// How many were ready after the last leasing.
    private var readyAtFirst = 0
    /// Answers in a row that were good and quick.
    private var quickInRow = 0
    private var isProbing = false
    private var restUntil: Timestamp?
    /// The soonest first.
    private var retries: [(at: Timestamp, delivery: ID<WebhookDelivery>)] = []
    /// Whether the next single place is a retry's: retries and first attempts take turns.
    private var isRetrysTurn = true
    /// When the sweep found the next one due.
    private var wakeAt: Timestamp?
    private var lastExpiry: Timestamp?
    /// Since when it could have taken more.
    private var freeSince: Timestamp?
    /// When a request last ended, or the first of those under way began.
    private var lastProgress: Duration
    /// The version in which the address last changed, and how many requests are under way to earlier ones: they take no place here.
    private var addressVersion: Int
    private var inFlightElsewhere = 0

    init(_ configuration: WebhookConfiguration, isIntegrationOn: Bool, bound: Int, at now: Duration) {
        webhook = configuration.id
        self.bound = bound
        self.configuration = configuration
        keys = SigningKeys(configuration)
        self.isIntegrationOn = isIntegrationOn
        pacing = configuration.pacing
        lastProgress = now
        addressVersion = configuration.version
    }

    var account: ID<Account> { configuration.account }
    var isIdle: Bool { inFlight == 0 && inFlightElsewhere == 0 && ready.isEmpty }
    var readyCount: Int { ready.count }

    /// A change by a person gives the receiver a fresh start. Without one what is known here is newer than what was read: the engine
    /// may just have disabled the webhook.
    func adopt(_ configuration: WebhookConfiguration, isIntegrationOn: Bool) {
        self.isIntegrationOn = isIntegrationOn
        guard configuration.version != self.configuration.version else { return }
        if configuration.url != self.configuration.url {
            inFlightElsewhere += inFlight
            inFlight = 0
            addressVersion = configuration.version
        }
        self.configuration = configuration
        keys = SigningKeys(configuration)
        pacing = configuration.pacing
        restUntil = nil
        isProbing = false
        quickInRow = 0
    }

    private func isOpen(at now: Timestamp) -> Bool {
        guard isIntegrationOn, configuration.isEnabled, !configuration.isPaused else { return false }
        return restUntil.map { $0 <= now } ?? true
    }

    /// How many more deliveries may be leased now: to be sent at once, and ahead of that.
    func room(at now: Timestamp) -> (toSend: Int, ahead: Int) {
        guard isOpen(at: now) else { return (0, 0) }
        if let probeAt = pacing.probeAt { return (inFlight == 0 && ready.isEmpty && probeAt <= now ? 1 : 0, 0) }
        let toSend = pacing.window(of: bound) - inFlight - ready.count
        return (max(0, toSend), max(0, ahead + min(0, toSend)))
    }

    /// Whether more can wait: it may not have more, or has half of what was leased still to send.
    func isServed(at now: Timestamp) -> Bool {
        if ready.count > bound, ready.count * 2 > readyAtFirst { return true }
        let (toSend, ahead) = room(at: now)
        return toSend + ahead == 0
    }

    /// Retries that came due, for up to half of the places: a backlog of first attempts that all fail must not keep them out, nor they it.
    func takeRetries(places: Int, at now: Timestamp) -> [ID<WebhookDelivery>] {
        let due = retries.prefix { $0.at <= now }.count
        let share = places / 2 + (places % 2 == 1 && isRetrysTurn ? 1 : 0)
        let taken = min(due, share)
        if due > 0, places % 2 == 1 { isRetrysTurn.toggle() }
        defer { retries.removeFirst(taken) }
        return retries.prefix(taken).map(\.delivery)
    }

    /// Takes in leased deliveries. `isMore` when there may be more where they came from.
    func take(_ deliveries: [ClaimedDelivery], isMore: Bool) {
        ready += deliveries
        readyAtFirst = ready.count
        if !retries.isEmpty, deliveries.contains(where: { $0.claim.attempt > 1 }) {
            let taken = Set(deliveries.map(\.claim.delivery))
            retries.removeAll { taken.contains($0.delivery) }
        }
        guard deliveries.allSatisfy({ $0.body.count <= Self.smallBody }) else { return ahead = 0 }
        // One good answer says little of the next; a row of them does.
        if isMore, quickInRow >= bound { ahead = min(Self.maximumAhead, max(bound, ahead * 2)) }
    }

    /// Whether a delivery that is leased may go.
    func mayBegin(at now: Timestamp) -> Bool {
        !ready.isEmpty && isOpen(at: now) && inFlight < pacing.window(of: bound)
    }

    func next() -> ClaimedDelivery? { ready.popFirst() }

    var firstReady: Claim? { ready.first?.claim }

    /// Leases that will not be used soon: they go back, as if never taken.
    func giveBack() -> [Claim] {
        ahead = 0
        quickInRow = 0
        defer { ready = [] }
        return ready.map(\.claim)
    }

    func begin(at now: Duration) {
        if inFlight == 0 { lastProgress = now }
        inFlight += 1
        if pacing.isResting { isProbing = true }
    }

    /// Whether what is leased ahead should go back after this result.
    func isSlowed(by settlement: Settlement, took time: Duration, at now: Timestamp) -> Bool {
        guard settlement.effect == .success, time <= Self.quick, isOpen(at: now) else {
            quickInRow = 0
            return true
        }
        quickInRow += 1
        return false
    }

    /// Whether it was quick, holds leases for that, and does not answer any more: they are others' room.
    func isStalled(at now: Duration) -> Bool { inFlight > 0 && !ready.isEmpty && now - lastProgress > Self.quick }

    /// A request of this version has ended.
    ///
    /// - Returns: a reason to disable the webhook, if this result gives one.
    func end(_ settlement: Settlement, version: Int, at now: Timestamp, steady: Duration) -> WebhookConfiguration.DisabledReason? {
        if version < addressVersion {
            inFlightElsewhere = max(0, inFlightElsewhere - 1)
            return nil
        }
        inFlight = max(0, inFlight - 1)
        lastProgress = steady
        // What was sent before somebody changed the webhook says nothing about it as it is now.
        guard version == configuration.version else { return nil }
        let wasProbe = isProbing
        isProbing = false
        if let restUntil = settlement.restUntil { self.restUntil = restUntil }
        switch settlement.effect {
        case .success:
            pacing.succeed(of: bound)
            restUntil = nil
            return nil
        case .neutral:
            if wasProbe { pacing.probeAgain(at: now) }
            return nil
        case .receiverFailed:
            let isPatienceOver = pacing.fail(at: now, isProbe: wasProbe, of: bound)
            return settlement.isGone ? .gone : isPatienceOver ? .failing : nil
        }
    }

    func disable(_ reason: WebhookConfiguration.DisabledReason) {
        configuration.isEnabled = false
        configuration.disabledReason = reason
    }

    func remember(_ delivery: ID<WebhookDelivery>, at time: Timestamp) {
        guard retries.count < Self.maximumRetries else { return wake(at: time) }
        let place = retries.lastIndex { $0.at <= time }.map { $0 + 1 } ?? 0
        retries.insert((time, delivery), at: place)
    }

    func wake(at time: Timestamp) {
        wakeAt = min(wakeAt ?? time, time)
    }

    /// Whether a remembered moment, or the end of a wait, has come; such times are forgotten.
    func takeAlarm(at now: Timestamp) -> Bool {
        var isDue = retries.first.map { $0.at <= now } ?? false
        if let wakeAt, wakeAt <= now {
            self.wakeAt = nil
            isDue = true
        }
        if let restUntil, restUntil <= now {
            self.restUntil = nil
            isDue = true
        }
        if let probeAt = pacing.probeAt, probeAt <= now { isDue = true }
        return isDue
    }

    /// The next moment at which something may change by itself.
    func nextAlarm(after now: Timestamp) -> Timestamp? {
        var next: Timestamp?
        func consider(_ time: Timestamp?) {
            if let time, time > now { next = min(next ?? time, time) }
        }
        consider(retries.first { $0.at > now }?.at)
        consider(wakeAt)
        consider(pacing.probeAt)
        consider(restUntil)
        return next
    }

    /// Since when it could have taken more than it had, as far as the sweep has seen; nil while it could not: it rests, is switched off,
    /// or has as much under way as it may.
    func freeSince(at now: Timestamp) -> Timestamp? {
        freeSince = isOpen(at: now) && !pacing.isResting && inFlight < pacing.window(of: bound) ? freeSince ?? now : nil
        return freeSince
    }

    /// Whether it is time to look for real-time events that expired behind a rest: looking reads the whole backlog.
    func shouldExpire(at now: Timestamp) -> Bool {
        guard pacing.isResting, now - (lastExpiry ?? Timestamp(milliseconds: 0)) >= .seconds(30) else { return false }
        lastExpiry = now
        return true
    }

    /// Somebody set the clock: what waits here waits as long as it would have.
    func shift(by step: Duration) {
        pacing.shift(by: step)
        restUntil = restUntil.map { $0 + step }
        wakeAt = wakeAt.map { $0 + step }
        lastExpiry = nil
        retries = retries.map { ($0.at + step, $0.delivery) }
    }
}
