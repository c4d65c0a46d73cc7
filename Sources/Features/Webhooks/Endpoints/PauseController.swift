// Pausing a webhook: what comes from now on is kept for it.

import Database
import Delivery
import Web

struct PauseController {
    private let app: App
    private let store: EndpointStore

    init(_ app: App) {
        self.app = app
        store = EndpointStore(app)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let webhook = try store.webhook(member.id(), of: account)
        let href = EndpointController.path(of: webhook.id)
        do {
            try member.change("webhook.pause", of: webhook.id.description) { connection in
                guard try app.engine.hold(webhook.id, of: account, on: connection) else { throw Refusal.stale }
            }
        } catch Refusal.stale {
            return member.redirect(to: href, .info, saying: member.t("webhooks.pause.already", ["name": webhook.name]))
        }
        app.webhooksChanged([], of: account)
        return member.redirect(to: href, saying: member.t("webhooks.paused", ["name": webhook.name]))
    }
}
