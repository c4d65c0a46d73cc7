// Switching a webhook off, which is a pause: the page asks what is to become of the events that come meanwhile.

import Database
import Delivery
import HTTP
import HTTPTypes
import Templating
import Web

struct PauseController {
    /// What becomes of events while the webhook is off.
    private enum Meanwhile: String, CaseIterable {
        case keep, drop
    }

    private let app: App
    private let store: EndpointStore
    private let template: PageTemplate<SwitchWebhookPage>

    init(_ app: App) throws {
        self.app = app
        store = EndpointStore(app)
        template = try app.site.page("webhooks/endpoints/switch")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let webhook = try store.webhook(member.id(), of: member.account.id)
        guard webhook.isOn else { return isOff(webhook, member) }
        return try show(webhook, member)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let webhook = try store.webhook(member.id(), of: account)
        guard webhook.isOn else { return isOff(webhook, member) }
        guard let meanwhile = Meanwhile(rawValue: member.form["meanwhile"] ?? "") else {
            var errors = FieldErrors()
            errors.add("meanwhile", member.t("webhooks.pause.needed"))
            return try show(webhook, member, errors)
        }
        do {
            try member.change("webhook.pause", of: webhook.id.description) { connection in
                switch meanwhile {
                case .keep:
                    guard try app.engine.hold(webhook.id, of: account, on: connection) else { throw Refusal.stale }
                case .drop:
                    var dropping = webhook
                    dropping.isEnabled = false
                    dropping.disabledReason = nil
                    try store.update(dropping, on: connection)
                }
            }
        } catch Refusal.stale {
            return isOff(webhook, member)
        }
        app.webhooksChanged([], of: account)
        return member.redirect(
            to: EndpointController.path(of: webhook.id),
            saying: member.t("webhooks.paused.\(meanwhile.rawValue)", ["name": webhook.name]))
    }

    private func isOff(_ webhook: WebhookConfiguration, _ member: Member) -> WebResponse {
        member.redirect(
            to: EndpointController.path(of: webhook.id), .info, saying: member.t("webhooks.pause.already", ["name": webhook.name]))
    }

    private func show(_ webhook: WebhookConfiguration, _ member: Member, _ errors: FieldErrors = FieldErrors()) throws -> WebResponse {
        let t = member.t
        let waiting = try store.waiting(for: webhook.id, of: webhook.account).all
        let href = EndpointController.path(of: webhook.id)
        let page = SwitchWebhookPage(
            errors: errors.summary(t), action: href + "/pause", back: href,
            text: waiting == 0 ? "" : t("webhooks.waiting.pending", count: waiting),
            choices: ChoicesView(
                "meanwhile", t("webhooks.pause.meanwhile"), checked: [member.form["meanwhile"] ?? Meanwhile.keep.rawValue],
                choices: Meanwhile.allCases.map {
                    ($0.rawValue, t("webhooks.pause.\($0.rawValue)"), t("webhooks.pause.\($0.rawValue).hint"))
                },
                errors: errors), submit: t("webhooks.pause.submit"), keep: t("webhooks.pause.stay"))
        return try member.page(
            template, page, PageHead(t("webhooks.pause.title", ["name": webhook.name]), up: EndpointStep.below(webhook, t)),
            hasErrors: !errors.isEmpty)
    }
}

/// A page that asks how the switch is to be turned.
struct SwitchWebhookPage: TemplateData {
    let errors: ErrorSummary?
    let action: String
    let back: String
    let text: String
    /// Nil: there is nothing to choose.
    let choices: ChoicesView?
    let submit: String
    let keep: String

    static let fields = Fields<SwitchWebhookPage> {
        Section("errors") { $0.errors }
        Text("action") { $0.action }
        Text("back") { $0.back }
        Text("text") { $0.text }
        Section("question") { $0.choices }
        Text("submit") { $0.submit }
        Text("keep") { $0.keep }
    }
}
