// Deleting a webhook: the page that says what it takes with it, and the deed.

import Database
import Delivery
import HTTPTypes
import Templating
import Web

struct EndpointDeletionController {
    private let app: App
    private let store: EndpointStore
    private let template: PageTemplate<ConfirmPage>

    init(_ app: App) throws {
        self.app = app
        store = EndpointStore(app)
        template = try app.site.page("shared/confirm")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let (webhook, waiting) = try member.read { try store.webhookInQuestion(member.id(), of: member.account.id, on: $0) }
        return try ask(webhook, waiting, member)
    }

    private func ask(
        _ webhook: WebhookConfiguration, _ waiting: Int, _ member: Member, _ conflict: ConflictView? = nil
    ) throws -> WebResponse {
        let t = member.t
        let href = EndpointController.path(of: webhook.id)
        let page = ConfirmPage(
            action: href + "/delete", back: href,
            strong: waiting > 0 ? t("webhooks.delete.waiting", count: waiting) : t("webhooks.delete.nothing_waiting"),
            text: t("webhooks.delete.text"), note: webhook.isMain ? t("webhooks.delete.main") : t("webhooks.delete.history"),
            facts: facts(webhook, t), figures: [Fact(t("webhooks.deliveries"), member.numbers.text(webhook.deliveredCount))],
            submit: t("webhooks.delete.submit"), keep: t("webhooks.delete.keep"), hidden: [ShownWaiting.hidden(waiting)],
            conflict: conflict)
        return try member.page(
            template, page, PageHead(t("webhooks.delete.title", ["name": webhook.name]), up: EndpointStep.below(webhook, t)),
            hasErrors: conflict != nil, status: conflict.map { _ in .conflict })
    }

    private func facts(_ webhook: WebhookConfiguration, _ t: Translation) -> [Fact] {
        [
            Fact(t("webhooks.name"), webhook.name), Fact(t("webhooks.target"), webhook.url, isCode: true),
            Fact(t("webhooks.events"), webhook.events.summary(t)),
            Fact(t("webhooks.enabled"), t(webhook.isOn ? "shared.on" : "shared.off")),
        ]
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let shown = ShownFacts(member.form)
        let (webhook, waiting) = try member.read { try store.webhookInQuestion(member.id(), of: account, on: $0) }
        let conflict = shown.conflict(with: facts(webhook, member.t), member.t)
        if let conflict = conflict ?? ShownWaiting.conflict(with: waiting, member.form, member.visit) {
            return try ask(webhook, waiting, member, conflict)
        }
        do {
            try member.delete(.webhook, named: webhook.name) { connection in
                try connection.lock(account)
                let now = try store.webhook(webhook.id, of: account, on: connection)
                guard shown.conflict(with: facts(now, member.t), member.t) == nil else { throw Refusal.stale }
                return try store.delete(webhook.id, of: account, on: connection)
            }
        } catch Refusal.stale {
            // In the same moment: said as it is by now.
            return try create(member)
        }
        app.webhooksChanged([], of: account)
        return member.redirect(to: EndpointController.path, saying: member.t("webhooks.deleted", ["name": webhook.name]))
    }
}
