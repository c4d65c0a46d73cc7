// How a webhook's state, events and restriction read: the same words in the list, on its own page and in a conflict.

import Database
import Delivery
import HTTPClient
import Spelling
import Telephony
import Web

extension WebhookConfiguration {
    func statusBadge(_ t: Translation) -> BadgeView {
        if !isEnabled {
            switch disabledReason {
            case .gone: return BadgeView(.bad, t("webhooks.status.gone"))
            case .failing: return BadgeView(.bad, t("webhooks.status.failing"))
            case nil: return BadgeView(.neutral, t("webhooks.status.disabled"))
            }
        }
        if isPaused { return BadgeView(.warning, t("webhooks.status.paused")) }
        if circuit.isOpen { return BadgeView(.warning, t("webhooks.status.probed")) }
        return BadgeView(.good, t("webhooks.status.enabled"))
    }

    func lastResultBadge(_ t: Translation) -> BadgeView {
        guard let lastResult else { return BadgeView(.neutral, t("webhooks.result.none")) }
        if let status = Int(lastResult) { return BadgeView((200..<300).contains(status) ? .good : .bad, "HTTP \(status)") }
        return BadgeView(.bad, t("webhooks.fault.\(lastResult)"))
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
                return name.isEmpty ? PhoneNumbers.grouped(number) : "\(name) (\(PhoneNumbers.grouped(number)))"
            }
            return names.joined(separator: ", ")
        case .users(let values):
            let id = restrictable.user(of: self)
            let person = restrictable.users.first { $0.id.description == id }
            return person.map { "\($0.name) (\($0.email))" } ?? values.last ?? ""
        }
    }
}

extension EndpointForm {
    /// Every value that two people can set differently, but secrets, for the comparison of a conflict.
    func comparable(_ restrictable: Restrictable, _ t: Translation) -> [(label: String, text: String)] {
        let restriction: Restriction =
            switch Restriction.Kind(rawValue: restriction) {
            case .trackingNumber: .trackingNumbers(numbers)
            case .user: restrictable.restriction(toUser: user) ?? .none
            default: .none
            }
        let isKnown = WebhookConfiguration.Authentication.Kind(rawValue: credential.kind) != nil
        return [
            (t("webhooks.name"), name), (t("webhooks.target"), target),
            (t("webhooks.events"), subscription().words(t).joined(separator: ", ")),
            (t("webhooks.authentication"), isKnown ? t("webhooks.authentication.\(credential.kind)") : ""),
            (t("webhooks.login"), credential.login), (t("webhooks.header_name"), credential.header),
            (t("webhooks.headers"), headerNames), (t("webhooks.restriction"), restriction.words(restrictable, t)),
            (t("webhooks.enabled"), t(isEnabled ? "shared.on" : "shared.off")),
        ]
    }

    private var headerNames: String {
        headers.split(whereSeparator: \.isNewline).map { TypedText.line(String($0.prefix { $0 != ":" })) }.joined(separator: ", ")
    }
}
