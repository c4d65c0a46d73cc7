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
        let t = member.t
        let account = member.account.id
        let (webhook, waiting) = try member.read { try store.webhookInQuestion(member.id(), of: account, on: $0) }
        let href = EndpointController.path(of: webhook.id)
        let page = ConfirmPage(
            action: href + "/delete", back: href,
            strong: waiting > 0 ? t("webhooks.delete.waiting", count: waiting) : t("webhooks.delete.nothing_waiting"),
            text: t("webhooks.delete.text"), note: webhook.isMain ? t("webhooks.delete.main") : t("webhooks.delete.history"),
            facts: [
                Fact(t("webhooks.target"), webhook.url, isCode: true), Fact(t("webhooks.events"), webhook.events.summary(t)),
                Fact(t("webhooks.deliveries"), member.numbers.text(webhook.deliveredCount)),
            ],
            submit: t("webhooks.delete.submit"), keep: t("webhooks.delete.keep"))
        return try member.page(
            template, page, PageHead(t("webhooks.delete.title", ["name": webhook.name]), up: EndpointStep.below(webhook, t)))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let webhook = try member.read { try store.webhook(member.id(), of: account, on: $0) }
        try member.delete(.webhook, named: webhook.name) { try store.delete(webhook.id, of: account, on: $0) }
        app.webhooksChanged([], of: account)
        return member.redirect(to: EndpointController.path, saying: member.t("webhooks.deleted", ["name": webhook.name]))
    }
}
