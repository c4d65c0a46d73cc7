// How a webhook's state, events and restriction read: the same words in the list, on its own page and in a conflict.

import Database
import Delivery
import Spelling
import Telephony
import Time
import Web

extension WebhookConfiguration {
    /// The one switch that people see. Off is a pause: what comes meanwhile is kept (`isPaused`) or not (`isEnabled` is false).
    var isOn: Bool { isEnabled && !isPaused }

    /// How it is doing, trouble before all else: nothing is said to be well over a failure.
    func statusBadge(isIntegrationOn: Bool, held: Int, _ member: Member) -> BadgeView {
        let t = member.t
        if !isEnabled {
            switch disabledReason {
            case .gone: return BadgeView(.bad, t("webhooks.status.gone"))
            case .failing: return BadgeView(.bad, t("webhooks.status.failing"))
            case .unreadable: return BadgeView(.bad, t("webhooks.status.unreadable"))
            case nil: return BadgeView(.neutral, t("webhooks.status.off"))
            }
        }
        if isPaused {
            return BadgeView(.neutral, held == 0 ? t("webhooks.status.paused") : t("webhooks.status.paused_held", count: held))
        }
        if !isIntegrationOn { return BadgeView(.neutral, t("webhooks.status.integration_off")) }
        // One failure is soon tried again; two in a row are a state.
        if pacing.failuresInRow > 1, let since = pacing.firstFailureAt {
            return BadgeView(.bad, t("webhooks.status.failing_since", ["since": member.times.brief(since)]))
        }
        guard let isLastGood else { return BadgeView(.neutral, t("webhooks.status.nothing_yet")) }
        return isLastGood ? BadgeView(.good, t("webhooks.status.delivering")) : BadgeView(.warning, t("webhooks.status.last_failed"))
    }

    /// When the engine turns it off if the receiver goes on like this; nil while that is not in question.
    var turnsOffAt: Timestamp? {
        guard isOn, pacing.isResting, let lastAt else { return nil }
        return pacing.patienceEnds(ifAttemptedSince: lastAt)
    }

    /// Nil before the first attempt.
    private var isLastGood: Bool? {
        lastResult.map { result in Int(result).map { (200..<300).contains($0) } ?? false }
    }

    /// In a cell that stands beside the status, which has the colour.
    func lastResultText(_ t: Translation) -> String {
        guard let lastResult else { return "" }
        return Int(lastResult).map { "HTTP \($0)" } ?? t("outgoing.fault.\(lastResult)")
    }
}

extension EventSubscription {
    /// One item for each module chosen whole, and each single event.
    func words(_ t: Translation, _ catalogue: EventCatalogue = .standard) -> [String] {
        if isAll { return [t("webhooks.events.all")] }
        let whole = catalogue.modules.filter { modules.contains($0.slug) }
            .map { t("webhooks.events.all_of", ["module": t("webhooks.module.\($0.slug)")]) }
        return whole + catalogue.types.map(\.name).filter(types.contains)
    }

    /// For a cell of the list: names while they are few, else how many.
    func summary(_ t: Translation) -> String {
        if isAll { return t("webhooks.events.all.short") }
        let words = words(t)
        guard words.count > 3 else { return words.joined(separator: ", ") }
        let numberOfTypes = EventCatalogue.standard.types.count { includes($0) }
        return t("webhooks.events.count", count: numberOfTypes)
    }
}

extension Restriction {
    func words(_ restrictable: Restrictable, _ t: Translation) -> String {
        switch self {
        case .none: return t("webhooks.restriction.none")
        case .trackingNumbers(let numbers):
            let names = numbers.map { number in
                let name = restrictable.numbers.first { $0.e164 == number }?.name ?? ""
                return name.isEmpty ? PhoneNumbers.grouped(number) : "\(TextDirection.isolated(name)) (\(PhoneNumbers.grouped(number)))"
            }
            return names.joined(separator: ", ")
        case .users(let values):
            let id = restrictable.user(of: self)
            let person = restrictable.users.first { $0.id.description == id }
            return person.map { "\(TextDirection.isolated($0.name)) (\($0.email))" } ?? values.last ?? ""
        }
    }
}
