// One webhook in full: its facts, its signing secret for those who may see it, and what can be done to it.

import Database
import Delivery
import HTTPClient
import Templating
import Web

struct EndpointPage: TemplateData {
    let mayManage: Bool
    let isIntegrationOff: Bool
    let href: String
    let isOn: Bool
    let switchText: String
    let trouble: String
    let status: BadgeView
    let transmission: String
    let target: URLView
    let identifier: IdentifierView
    let events: [String]
    let authentication: String
    let headerNames: [String]
    let restriction: String
    let deliveries: String
    let waiting: String
    let last: String
    let lastAt: TimeView?
    let created: TimeView
    let updated: TimeView
    let secret: SigningSecretView?

    init(
        _ webhook: WebhookConfiguration, isIntegrationOn: Bool, waiting: EndpointStore.Waiting, _ restrictable: Restrictable,
        _ member: Member
    ) {
        let t = member.t
        let times = member.times
        mayManage = member.may(.manageWebhooks)
        isIntegrationOff = !isIntegrationOn
        href = EndpointController.path(of: webhook.id)
        isOn = webhook.isOn
        if webhook.isOn {
            switchText = t("webhooks.switch.on")
        } else if webhook.isEnabled {
            switchText = t("webhooks.switch.kept")
        } else {
            switchText = t("webhooks.switch.not_kept")
        }
        trouble =
            if !webhook.isEnabled {
                webhook.disabledReason.map { t("webhooks.disabled.\($0.rawValue)") } ?? ""
            } else if webhook.isOn, webhook.pacing.failuresInRow > 1, let since = webhook.pacing.firstFailureAt {
                t(
                    webhook.pacing.isResting ? "webhooks.trouble.rare" : "webhooks.trouble.retried", count: webhook.pacing.failuresInRow,
                    ["since": times.brief(since), "result": webhook.lastResultText(t)])
                    + (webhook.turnsOffAt.map { " " + t("webhooks.trouble.turns_off", ["off": times.brief($0)]) } ?? "")
            } else { "" }
        status = webhook.statusBadge(isIntegrationOn: isIntegrationOn, held: waiting.held, member)
        transmission = t("webhooks.transmission.\(webhook.transmission.rawValue)")
        target = URLView(webhook.url)
        identifier = IdentifierView(webhook.id.description)
        events = webhook.events.words(t)
        let kind = t("outgoing.authentication.\(webhook.authentication.kind.rawValue)")
        authentication =
            switch webhook.authentication {
            case .none, .bearer: kind
            case .basic(let name, _), .apiKey(let name, _): t("webhooks.authentication.named", ["kind": kind, "name": name])
            }
        headerNames = webhook.headers.map(\.name)
        restriction = webhook.restriction.words(restrictable, t)
        deliveries = member.numbers.text(webhook.deliveredCount)
        self.waiting =
            waiting.held > 0
            ? t("webhooks.waiting.held", count: waiting.held)
            : waiting.pending > 0 ? t("webhooks.waiting.pending", count: waiting.pending) : ""
        last = webhook.lastResultText(t)
        lastAt = webhook.lastAt.map { times.view($0) }
        created = times.view(webhook.createdAt)
        updated = times.view(webhook.updatedAt)
        secret = member.may(.seeSecrets) && !webhook.secret.isEmpty ? SigningSecretView(webhook, member) : nil
    }

    static let fields = Fields<EndpointPage> {
        Flag("integration_off") { $0.isIntegrationOff }
        Flag("on") { $0.isOn }
    }
}

/// What signs the requests: shown, never typed.
struct SigningSecretView: TemplateData {
    struct Previous: TemplateData {
        let code: CodeView
        let until: TimeView
    }

    let code: CodeView
    let previous: Previous?

    init(_ webhook: WebhookConfiguration, _ member: Member) {
        code = CodeView(member.t("webhooks.signing.secret"), webhook.secret, id: "signing-secret")
        previous = webhook.previousSecret.flatMap { secret in
            secret.until > member.now
                ? Previous(
                    code: CodeView(member.t("webhooks.signing.previous"), secret.secret, id: "previous-secret"),
                    until: member.times.sentenceView(secret.until)) : nil
        }
    }
}
