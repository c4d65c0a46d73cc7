// One webhook within the engine: what is leased for it, how many requests it has under way, and when more may go. Lives on
// the engine's thread.

import Database
import HTTPClient
import Time

final class Lane {
    /// Retry times kept; the sweep finds the others.
    private static let maximumTimers = 64
    /// How many deliveries may be leased beyond those under way, so that a quick receiver need not wait for a commit.
    private static let maximumAhead = 128
    /// An answer slower than this ends leasing ahead: what waits here too long would outlive its lease.
    private static let quick = Duration.milliseconds(250)
    /// A body longer than this (bytes) is not kept waiting in memory.
    private static let smallBody = 8 * 1024

    let webhook: ID<Webhook>
    private(set) var configuration: WebhookConfiguration
    private(set) var keys: SigningKeys
    private var isIntegrationOn: Bool
    var circuit: Circuit
    private(set) var inFlight = 0
    private var ready: ArraySlice<ClaimedDelivery> = []
    private var ahead = 0
    private var isProbing = false
    private var restUntil: Timestamp?
    private var timers: [Timestamp] = []
    private var lastExpiry: Timestamp?
    /// Answers in a row that were good and quick.
    private var quickInRow = 0
    /// Since when it could have taken more.
    private var freeSince: Timestamp?
    /// When a request last ended, or the first of those under way began.
    private var lastProgress = ContinuousClock.now

    init(_ configuration: WebhookConfiguration, isIntegrationOn: Bool) {
        webhook = configuration.id
        self.configuration = configuration
        keys = SigningKeys(configuration)
        self.isIntegrationOn = isIntegrationOn
        circuit = configuration.circuit
    }

    var isIdle: Bool { inFlight == 0 && ready.isEmpty }

    /// A change by a person gives the receiver a fresh start. Without one what is known here is newer than what was read: the engine
    /// may just have disabled the webhook.
    func adopt(_ configuration: WebhookConfiguration, isIntegrationOn: Bool) {
        self.isIntegrationOn = isIntegrationOn
        guard configuration.version != self.configuration.version else { return }
        self.configuration = configuration
        keys = SigningKeys(configuration)
        circuit = configuration.circuit
        restUntil = nil
    }

    private func isOpen(at now: Timestamp) -> Bool {
        guard isIntegrationOn, configuration.isEnabled, !configuration.isPaused else { return false }
        return restUntil.map { $0 <= now } ?? true
    }

    /// How many more deliveries may be leased now.
    func room(at now: Timestamp, limit: Int) -> Int {
        guard isOpen(at: now) else { return 0 }
        if let probeAt = circuit.probeAt { return isIdle && probeAt <= now ? 1 : 0 }
        return max(0, limit + ahead - inFlight - ready.count)
    }

    /// Takes in leased deliveries. `isMore` when there may be more where they came from.
    func take(_ deliveries: [ClaimedDelivery], isMore: Bool, limit: Int) {
        ready += deliveries
        guard deliveries.allSatisfy({ $0.body.count <= Self.smallBody }) else { return ahead = 0 }
        // Only for one that has shown that it is quick: what is leased ahead of a slow one goes back, for nothing.
        if isMore, quickInRow >= limit { ahead = min(Self.maximumAhead, max(limit, ahead * 2)) }
    }

    /// The next delivery to send, if one may go.
    func next(at now: Timestamp, limit: Int) -> ClaimedDelivery? {
        guard !ready.isEmpty, isOpen(at: now), inFlight < (circuit.isOpen ? 1 : limit) else { return nil }
        return ready.removeFirst()
    }

    var firstReady: Claim? { ready.first?.claim }

    /// Leases that will not be used soon: they go back, as if never taken.
    func giveBack() -> [Claim] {
        ahead = 0
        quickInRow = 0
        defer { ready = [] }
        return ready.map(\.claim)
    }

    func begin() {
        if inFlight == 0 { lastProgress = .now }
        inFlight += 1
        if circuit.isOpen { isProbing = true }
    }

    /// Whether what is leased ahead should go back after this result.
    func isSlowed(by settlement: Settlement, took time: Duration, at now: Timestamp) -> Bool {
        let isQuick = settlement.effect == .success && time <= Self.quick
        quickInRow = isQuick ? quickInRow + 1 : 0
        return !isQuick || !isOpen(at: now)
    }

    /// Whether it was quick, holds leases for that, and does not answer any more: they are others' room.
    var isStalled: Bool { inFlight > 0 && !ready.isEmpty && ContinuousClock.now - lastProgress > Self.quick }

    /// - Returns: a reason to disable the webhook, if this result gives one.
    func end(_ settlement: Settlement, at now: Timestamp) -> WebhookConfiguration.DisabledReason? {
        inFlight = max(0, inFlight - 1)
        lastProgress = .now
        let wasProbe = isProbing
        isProbing = false
        if let restUntil = settlement.restUntil { self.restUntil = restUntil }
        switch settlement.effect {
        case .success:
            circuit.succeed()
            restUntil = nil
            return nil
        case .neutral:
            // Nobody knows more than before: ask again after the same wait.
            if wasProbe, let interval = circuit.probeInterval { circuit.probeAt = now + interval }
            return nil
        case .receiverFailed:
            let isPatienceOver = circuit.fail(at: now, isProbe: wasProbe)
            return settlement.isGone ? .gone : isPatienceOver ? .failing : nil
        }
    }

    func disable(_ reason: WebhookConfiguration.DisabledReason) {
        configuration.isEnabled = false
        configuration.disabledReason = reason
    }

    func remember(retryAt time: Timestamp) {
        if timers.count < Self.maximumTimers { timers.append(time) }
    }

    /// Whether a remembered moment, or the end of a wait, has come; such times are forgotten.
    func takeAlarm(at now: Timestamp) -> Bool {
        let count = timers.count
        timers.removeAll { $0 <= now }
        var isDue = timers.count < count
        if let restUntil, restUntil <= now {
            self.restUntil = nil
            isDue = true
        }
        if let probeAt = circuit.probeAt, probeAt <= now { isDue = true }
        return isDue
    }

    /// The next moment at which something may change by itself.
    func nextAlarm(after now: Timestamp) -> Timestamp? {
        var next = timers.min()
        for case let time? in [circuit.probeAt, restUntil] where time > now { next = min(next ?? time, time) }
        return next
    }

    /// Since when it could have taken more than it had, as far as the sweep has seen; nil while it could not: it rests, is switched off,
    /// or has as much under way as it may.
    func freeSince(at now: Timestamp, limit: Int) -> Timestamp? {
        freeSince = isOpen(at: now) && !circuit.isOpen && inFlight < limit ? freeSince ?? now : nil
        return freeSince
    }

    /// Whether it is time to look for real-time events that expired behind an open circuit: looking reads the whole backlog.
    func shouldExpire(at now: Timestamp) -> Bool {
        guard circuit.isOpen, now - (lastExpiry ?? Timestamp(milliseconds: 0)) >= Circuit.firstProbeInterval else { return false }
        lastExpiry = now
        return true
    }
}
