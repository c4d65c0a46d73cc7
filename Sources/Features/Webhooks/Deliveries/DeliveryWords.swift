// The words on states and faults, looked up once a language: a page of fifty rows would otherwise look up hundreds.

import Delivery
import HTTPClient
import Time
import Web

final class DeliveryWords: Sendable {
    /// What the page says about a fault: whose it was, what happened, and what to do.
    struct Fault: Sendable {
        let kind: BadgeView.Kind
        /// Who was at fault: us, DNS, TLS, the receiver, …
        let who: String
        let short: String
        let advice: String
    }

    /// Answers of a receiver about which different things are to be done.
    private enum Answer: String, CaseIterable {
        case redirect, unauthorized, missing, gone, busy, refused, server

        init(_ status: Int) {
            self =
                switch status {
                case 300..<400: .redirect
                case 401, 403, 407: .unauthorized
                case 404, 405: .missing
                case 410: .gone
                case 429, 503: .busy
                case 400..<500: .refused
                default: .server
                }
        }
    }

    let stateOptions: OptionList
    let typeOptions: OptionList
    private let t: Translation
    private let badges: [DeliveryState: BadgeView]
    private let authentications: [Credential.Kind: String]
    private let faults: [String: Fault]
    private let answers: [Answer: Fault]
    private let typeParts: [String: [String]]

    static func all(_ locales: Locales) -> [Language: DeliveryWords] {
        Language.allCases.reduce(into: [:]) { $0[$1] = DeliveryWords(locales[$1]) }
    }

    init(_ t: Translation) {
        self.t = t
        badges = DeliveryState.allCases.reduce(into: [:]) { badges, state in
            badges[state] = BadgeView(state.badgeKind, t("deliveries.state.\(state.rawValue)"))
        }
        authentications = Credential.Kind.allCases.reduce(into: [:]) {
            $0[$1] = t("deliveries.authentication.\($1.rawValue)")
        }
        faults = TransferFault.allCases.reduce(into: [:]) { faults, fault in
            guard fault != .none else { return }
            let key = "deliveries.fault.\(fault.rawValue)"
            faults[fault.rawValue] = Fault(
                kind: fault.isReceivers ? .bad : .warning, who: t("\(key).who"), short: t(key), advice: t("\(key).advice"))
        }
        answers = Answer.allCases.reduce(into: [:]) { answers, answer in
            let key = "deliveries.answer.\(answer.rawValue)"
            answers[answer] = Fault(
                kind: .bad, who: t("deliveries.fault.receiver_status.who"), short: t(key), advice: t("\(key).advice"))
        }
        stateOptions = OptionList(
            [("", t("deliveries.state.all"))] + DeliveryState.allCases.map { ($0.rawValue, t("deliveries.state.\($0.rawValue)")) })
        let types = EventCatalogue.standard.types + [.test]
        typeParts = types.reduce(into: [:]) { $0[$1.name] = Self.parts($1.name) }
        let names = EventCatalogue.standard.types.map(\.name).sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
        typeOptions = OptionList(
            [("", t("deliveries.type.all"))] + names.map { ($0, $0) } + [(EventType.test.name, t("deliveries.type.test"))])
    }

    /// The words of an event type's name, each with the mark behind it: `USER_`, `CREATED`.
    func parts(ofType name: String) -> [String] { typeParts[name] ?? [name] }

    private static func parts(_ name: String) -> [String] {
        var parts: [[UInt8]] = [[]]
        for byte in name.utf8 {
            parts[parts.count - 1].append(byte)
            if byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":") { parts.append([]) }
        }
        return parts.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The state, and what is to be told of trouble: how often it was tried, when it goes on.
    ///
    /// - Parameter status: of the last attempt.
    func badge(
        _ state: DeliveryState, attempts: Int, type: String, nextAt: Timestamp?, status: Int?, _ times: Times
    ) -> BadgeView {
        switch state {
        case .pending:
            let freshness = EventCatalogue.standard.type(named: type)?.freshness ?? .durable
            let total = RetrySchedule.waits(freshness).count
            guard let nextAt, attempts > 0, attempts < total else { break }
            return BadgeView(
                .warning,
                t("deliveries.badge.retrying", ["attempts": String(attempts), "total": String(total), "next": times.brief(nextAt)]))
        case .delivered where state.isResendFailed(attempts: attempts, status: status):
            return BadgeView(.warning, t("deliveries.badge.resend_failed"))
        case .failed where attempts > 1: return BadgeView(.bad, t("deliveries.badge.failed", count: attempts))
        case .expired where attempts > 1: return BadgeView(.bad, t("deliveries.badge.expired", count: attempts))
        default: break
        }
        return badges[state] ?? BadgeView(.neutral, state.rawValue)
    }

    func authentication(_ kind: Credential.Kind) -> String {
        authentications[kind] ?? kind.rawValue
    }

    /// Nil when nothing went wrong.
    func fault(_ fault: String?, status: Int?) -> Fault? {
        guard let fault, fault != TransferFault.none.rawValue else { return nil }
        if fault == TransferFault.receiverStatus.rawValue, let status { return answers[Answer(status)] }
        return faults[fault] ?? faults[TransferFault.unknown.rawValue]
    }
}

extension DeliveryState {
    /// Not while an attempt is under way or the webhook is paused; the engine decides the rest.
    var canRetry: Bool { self != .leased && self != .held }

    /// Delivered, and sent again in vain later.
    func isResendFailed(attempts: Int, status: Int?) -> Bool {
        self == .delivered && attempts > 1 && !(status.map { (200..<300).contains($0) } ?? false)
    }

    var badgeKind: BadgeView.Kind {
        switch self {
        case .delivered: .good
        case .pending: .warning
        case .leased: .info
        case .held, .discarded: .neutral
        case .failed, .expired: .bad
        }
    }
}
