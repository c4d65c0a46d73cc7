// One webhook within the engine: how many requests it has under way, and when more may go. Lives on the engine's thread.

import Database
import Time

final class Lane {
    /// Retry times kept; the sweep finds the others.
    private static let mostTimers = 64

    let webhook: ID<Webhook>
    private(set) var configuration: WebhookConfiguration
    private var isIntegrationOn: Bool
    var circuit: Circuit
    private(set) var inFlight = 0
    private var isProbing = false
    private var restUntil: Timestamp?
    private var timers: [Timestamp] = []
    private var lastExpiry: Timestamp?

    init(_ configuration: WebhookConfiguration, isIntegrationOn: Bool) {
        webhook = configuration.id
        self.configuration = configuration
        self.isIntegrationOn = isIntegrationOn
        circuit = configuration.circuit
    }

    /// A change by a person gives the receiver a fresh start.
    func adopt(_ configuration: WebhookConfiguration, isIntegrationOn: Bool) {
        self.isIntegrationOn = isIntegrationOn
        guard configuration.version != self.configuration.version || configuration.isEnabled != self.configuration.isEnabled else { return }
        if configuration.version != self.configuration.version {
            circuit = configuration.circuit
            restUntil = nil
        }
        self.configuration = configuration
    }

    /// How many more requests may go now.
    func capacity(at now: Timestamp, limit: Int) -> Int {
        guard isIntegrationOn, configuration.isEnabled, !configuration.isPaused else { return 0 }
        if let restUntil, restUntil > now { return 0 }
        if let probeAt = circuit.probeAt { return inFlight == 0 && probeAt <= now ? 1 : 0 }
        return max(0, limit - inFlight)
    }

    func began() {
        inFlight += 1
        if circuit.isOpen { isProbing = true }
    }

    /// - Returns: a reason to disable the webhook, if this result gives one.
    func ended(_ settlement: Settlement, at now: Timestamp) -> WebhookConfiguration.DisabledReason? {
        inFlight = max(0, inFlight - 1)
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
        if timers.count < Self.mostTimers { timers.append(time) }
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

    /// Whether it is time to look for live news that grew old behind an open circuit: such a look reads the whole backlog.
    func shouldExpire(at now: Timestamp) -> Bool {
        guard circuit.isOpen, now - (lastExpiry ?? Timestamp(milliseconds: 0)) >= Circuit.firstProbeInterval else { return false }
        lastExpiry = now
        return true
    }
}
