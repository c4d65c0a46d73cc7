// Switching a webhook on again: what was kept goes out now, or is given up. The page says how much it is before it is decided.

import Database
import Delivery
import HTTP
import HTTPTypes
import Templating
import Web

struct ResumeController {
    private enum Held: String, CaseIterable {
        case release, discard
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
        guard !webhook.isOn else { return isOn(webhook, member) }
        return try show(webhook, member)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let webhook = try store.webhook(member.id(), of: account)
        guard !webhook.isOn else { return isOn(webhook, member) }
        let chosen = Held(rawValue: member.form["held"] ?? "")
        let isEmpty = try store.waiting(for: webhook.id, of: account).all == 0
        guard chosen != nil || isEmpty else {
            var errors = FieldErrors()
            errors.add("held", member.t("webhooks.resume.needed"))
            return try show(webhook, member, errors)
        }
        // What comes between the question and the answer, when there was nothing to ask about, is sent.
        let held = chosen ?? .release
        let count: Int
        do {
            count = try member.change("webhook.resume", of: webhook.id.description) { connection in
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

    private func show(_ webhook: WebhookConfiguration, _ member: Member, _ errors: FieldErrors = FieldErrors()) throws -> WebResponse {
        let t = member.t
        let waiting = try store.waiting(for: webhook.id, of: webhook.account).all
        let href = EndpointController.path(of: webhook.id)
        let page = SwitchWebhookPage(
            errors: errors.summary(t), action: href + "/resume", back: href,
            text: waiting == 0 ? t("webhooks.resume.nothing") : t("webhooks.waiting.held", count: waiting),
            choices: waiting == 0
                ? nil
                : ChoicesView(
                    "held", t("webhooks.resume.held"), checked: [member.form["held"] ?? Held.release.rawValue],
                    choices: Held.allCases.map {
                        ($0.rawValue, t("webhooks.resume.\($0.rawValue)"), t("webhooks.resume.\($0.rawValue).hint"))
                    }, errors: errors), submit: t("webhooks.resume.submit"), keep: t("webhooks.resume.stay"))
        return try member.page(
            template, page, PageHead(t("webhooks.resume.title", ["name": webhook.name]), up: EndpointStep.below(webhook, t)),
            hasErrors: !errors.isEmpty)
    }
}
