// Switching a webhook on again: what was kept goes out now, or is given up. The page says how much it is before it is decided.

import Database
import Delivery
import HTTP
import HTTPTypes
import Web

struct Resumption {
    enum Held: String, CaseIterable, FormText {
        case release, discard
    }

    var held = Held.release

    static let form = Form<Resumption, Void>("webhooks.resume") {
        Choice("held", \.held, of: .cases("webhooks.resume"), asRadios: true)
    }
}

struct ResumeController {
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
        guard !webhook.isOn else { return isOn(webhook, member) }
        return try show(webhook, waiting: waiting, Resumption.form.typed(Resumption()), member)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let (webhook, waiting) = try member.read { try store.webhookInQuestion(member.id(), of: account, on: $0) }
        guard !webhook.isOn else { return isOn(webhook, member) }
        let (resumption, errors) = Resumption.form.read(member.form, over: Resumption(), Situation(member.t, ()))
        // What comes between the question and the answer, when there was nothing to ask about, is sent.
        guard errors.isEmpty || waiting == 0 else {
            return try show(webhook, waiting: waiting, member.form, member, errors)
        }
        let held = resumption.held
        if held == .discard, let conflict = ShownWaiting.conflict(with: waiting, member.form, member.visit) {
            return try show(webhook, waiting: waiting, member.form, member, conflict: conflict)
        }
        let count: Int
        do {
            count = try member.change("webhook.resume", of: webhook.name) { connection in
                var enabled = webhook
                if !webhook.isEnabled {
                    enabled.isEnabled = true
                    try store.update(enabled, on: connection)
                }
                guard webhook.isPaused else { return 0 }
                guard let count = try app.engine.resume(webhook.id, of: account, discarding: held == .discard, on: connection) else {
                    throw Refusal.stale
                }
                return count
            }
        } catch Refusal.stale {
            return isOn(webhook, member)
        }
        app.webhooksChanged([webhook.id], of: account)
        return member.redirect(
            to: EndpointController.path(of: webhook.id),
            saying: count == 0
                ? member.t("webhooks.resumed", ["name": webhook.name])
                : member.t("webhooks.resumed.\(held.rawValue)", count: count, ["name": webhook.name]))
    }

    private func isOn(_ webhook: WebhookConfiguration, _ member: Member) -> WebResponse {
        member.redirect(
            to: EndpointController.path(of: webhook.id), .info, saying: member.t("webhooks.resume.already", ["name": webhook.name]))
    }

    private func show(
        _ webhook: WebhookConfiguration, waiting: Int, _ typed: FormData, _ member: Member, _ errors: FieldErrors = FieldErrors(),
        conflict: ConflictView? = nil
    ) throws -> WebResponse {
        let t = member.t
        let href = EndpointController.path(of: webhook.id)
        let controls = Resumption.form.controls(typed, stored: nil, errors: errors, Situation(t, ()))
        var view = FormView(
            waiting == 0 ? [] : controls, errors: errors, conflict: conflict, action: href + "/resume",
            save: t("webhooks.resume.submit"), t)
        view.hidden = [ShownWaiting.hidden(waiting)]
        view.wayOut = .init(t("webhooks.resume.stay"), to: href)
        let head = PageHead(
            t("webhooks.resume.title", ["name": webhook.name]),
            lead: waiting == 0 ? t("webhooks.resume.nothing") : t("webhooks.waiting.held", count: waiting),
            up: EndpointStep.below(webhook, t))
        return try member.page(template, FormPage(view), head, hasErrors: view.isRefused)
    }
}
