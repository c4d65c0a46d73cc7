// Ending a pause: what was kept goes out now, or is given up. The page says how much it is before it is decided.

import Database
import Delivery
import HTTP
import Templating
import Web

struct ResumeController {
    private enum Held: String, CaseIterable {
        case release, discard
    }

    private let app: App
    private let store: EndpointStore
    private let template: PageTemplate<ResumeWebhookPage>

    init(_ app: App) throws {
        self.app = app
        store = EndpointStore(app)
        template = try app.site.page("webhooks/endpoints/resume")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let webhook = try store.webhook(member.id(), of: member.account.id)
        guard webhook.isPaused else { return notPaused(webhook, member) }
        return try show(webhook, member)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let webhook = try store.webhook(member.id(), of: account)
        guard let held = Held(rawValue: member.form["held"] ?? "") else {
            var errors = FieldErrors()
            errors.add("held", member.t("webhooks.resume.needed"))
            return try show(webhook, member, errors)
        }
        let count: Int
        do {
            count = try member.change("webhook.resume", of: webhook.id.description) { connection in
                guard let count = try app.engine.resume(webhook.id, of: account, discarding: held == .discard, on: connection) else {
                    throw Refusal.stale
                }
                return count
            }
        } catch Refusal.stale {
            return notPaused(webhook, member)
        }
        app.webhooksChanged([webhook.id], of: account)
        return member.redirect(
            to: EndpointController.path(of: webhook.id),
            saying: member.t("webhooks.resumed.\(held.rawValue)", count: count, ["name": webhook.name]))
    }

    private func notPaused(_ webhook: WebhookConfiguration, _ member: Member) -> WebResponse {
        member.redirect(
            to: EndpointController.path(of: webhook.id), .info, saying: member.t("webhooks.resume.not_paused", ["name": webhook.name]))
    }

    private func show(_ webhook: WebhookConfiguration, _ member: Member, _ errors: FieldErrors = FieldErrors()) throws -> WebResponse {
        let t = member.t
        let waiting = try store.waiting(for: webhook.id, of: webhook.account)
        let href = EndpointController.path(of: webhook.id)
        let page = ResumeWebhookPage(
            errors: errors.summary(t), action: href + "/resume", back: href, count: t("webhooks.waiting.held", count: waiting.all),
            held: ChoicesView(
                "held", t("webhooks.resume.held"), checked: [member.form["held"] ?? Held.release.rawValue],
                choices: Held.allCases.map { ($0.rawValue, t("webhooks.resume.\($0.rawValue)"), t("webhooks.resume.\($0.rawValue).hint")) },
                errors: errors))
        return try member.page(
            template, page, PageHead(t("webhooks.resume.title", ["name": webhook.name])), hasErrors: !errors.isEmpty)
    }
}

struct ResumeWebhookPage: TemplateData {
    let errors: ErrorSummary?
    let action: String
    let back: String
    let count: String
    let held: ChoicesView

    static let fields = Fields<ResumeWebhookPage> {
        Section("errors") { $0.errors }
        Text("action") { $0.action }
        Text("back") { $0.back }
        Text("count") { $0.count }
        Section("held") { $0.held }
    }
}
