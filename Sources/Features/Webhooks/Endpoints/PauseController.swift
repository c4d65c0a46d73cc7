// Switching a webhook off, which is a pause: the page asks what is to become of the events that come meanwhile.

import Database
import Delivery
import HTTP
import HTTPTypes
import Web

struct Pause {
    /// What becomes of events while the webhook is off.
    enum Meanwhile: String, CaseIterable, FormText {
        case keep, drop
    }

    var meanwhile = Meanwhile.keep

    static let form = Form<Pause, Void>("webhooks.pause") {
        Choice("meanwhile", \.meanwhile, of: .cases("webhooks.pause"), asRadios: true)
    }
}

struct PauseController {
    private let app: App
    private let store: EndpointStore
    private let template: PageTemplate<FormPage>

    init(_ app: App) throws {
        self.app = app
        store = EndpointStore(app)
        template = try app.site.page("shared/form_page")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let (webhook, waiting) = try member.read { try store.webhookInQuestion(member.id(), of: member.account.id, on: $0) }
        guard webhook.isOn else { return isOff(webhook, member) }
        return try show(webhook, waiting: waiting, Pause.form.typed(Pause()), member)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let (webhook, waiting) = try member.read { try store.webhookInQuestion(member.id(), of: account, on: $0) }
        guard webhook.isOn else { return isOff(webhook, member) }
        let (pause, errors) = Pause.form.read(member.form, over: Pause(), Situation(member.t, ()))
        guard errors.isEmpty else { return try show(webhook, waiting: waiting, member.form, member, errors) }
        do {
            try member.change("webhook.pause", of: webhook.name) { connection in
                switch pause.meanwhile {
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
            saying: member.t("webhooks.paused.\(pause.meanwhile.rawValue)", ["name": webhook.name]))
    }

    private func isOff(_ webhook: WebhookConfiguration, _ member: Member) -> WebResponse {
        member.redirect(
            to: EndpointController.path(of: webhook.id), .info, saying: member.t("webhooks.pause.already", ["name": webhook.name]))
    }

    private func show(
        _ webhook: WebhookConfiguration, waiting: Int, _ typed: FormData, _ member: Member, _ errors: FieldErrors = FieldErrors()
    ) throws -> WebResponse {
        let t = member.t
        let href = EndpointController.path(of: webhook.id)
        var view = FormView(
            Pause.form.controls(typed, stored: nil, errors: errors, Situation(t, ())), errors: errors, action: href + "/pause",
            save: t("webhooks.pause.submit"), t)
        view.wayOut = .init(t("webhooks.pause.stay"), to: href)
        let head = PageHead(
            t("webhooks.pause.title", ["name": webhook.name]), lead: waiting == 0 ? "" : t("webhooks.waiting.pending", count: waiting),
            up: EndpointStep.below(webhook, t))
        return try member.page(template, FormPage(view), head, hasErrors: view.isRefused)
    }
}
