// Rotating the signing secret: a new one at once, the old one beside it for a day, so that no receiver misses an event.

import Database
import Delivery
import HTTP
import Time
import Web

struct SecretController {
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
        let webhook = try member.read { try store.webhook(member.id(), of: member.account.id, on: $0) }
        let href = EndpointController.path(of: webhook.id)
        let isPending = webhook.previousSecret.map { $0.until > member.now } ?? false
        let page = ConfirmPage(
            action: href + "/secret", back: href, strong: t("webhooks.rotate.strong"), text: t("webhooks.rotate.text"),
            note: isPending ? t("webhooks.rotate.twice") : t("webhooks.rotate.who"),
            facts: [Fact(t("webhooks.name"), webhook.name), Fact(t("webhooks.target"), webhook.url, isCode: true)],
            submit: t("webhooks.rotate.submit"), keep: t("webhooks.rotate.keep"),
            hidden: [HiddenField(name: FormMark.version, value: String(webhook.version))])
        return try member.page(
            template, page, PageHead(t("webhooks.rotate.title", ["name": webhook.name]), up: EndpointStep.below(webhook, t)))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        var webhook = try member.read { try store.webhook(member.id(), of: account, on: $0) }
        let href = EndpointController.path(of: webhook.id)
        // Pressed twice, a second rotation would leave the secret that receivers still have out at once.
        if let version = member.form[FormMark.version], version != String(webhook.version) {
            let latest: Timestamp = webhook.updatedAt + Duration.seconds(86_400 - 60)
            let isRotatedLast = version == String(webhook.version - 1) && webhook.previousSecret.map { $0.until > latest } ?? false
            if isRotatedLast { return member.redirect(to: href, saying: rotated(webhook, member)) }
            return member.redirect(to: href + "/secret", .warning, saying: member.t("webhooks.rotate.stale"))
        }
        webhook.rotateSecret(at: member.now)
        do {
            let rotated = webhook
            try member.change("webhook.rotate", of: rotated.name) { try store.update(rotated, on: $0) }
        } catch Refusal.stale {
            return member.redirect(to: href + "/secret", .warning, saying: member.t("webhooks.rotate.stale"))
        }
        app.webhooksChanged([webhook.id], of: account)
        return member.redirect(to: href, saying: rotated(webhook, member))
    }

    private func rotated(_ webhook: WebhookConfiguration, _ member: Member) -> String {
        // One that could not be read signs nothing any more.
        guard let previous = webhook.previousSecret else { return member.t("webhooks.rotated.alone") }
        return member.t("webhooks.rotated", ["until": member.times.inSentence(previous.until)])
    }
}
