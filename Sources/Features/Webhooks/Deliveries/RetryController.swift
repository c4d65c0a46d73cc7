// Retry: one more attempt of a delivery, now. If it cannot be sent, the page says why.

import Database
import Delivery
import HTTP
import HTTPTypes
import Web

struct RetryController {
    private let engine: DeliveryEngine
    private let directory: WebhookDirectory

    init(_ app: App) {
        engine = app.engine
        directory = app.directory
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let delivery = try member.id(as: WebhookDelivery.self)
        let account = member.account.id
        guard let target = try member.read({ try DeliveryDetailStore.target(of: delivery, in: account, on: $0) }) else {
            throw Abort(.notFound)
        }
        let address = ListAddress(carriedBy: member.query)
        let isDetail = member.query["from_detail"] != nil
        let detail = "/settings/webhooks/deliveries/\(delivery)\(address.carried)"
        // To the row, which is marked.
        let back = isDetail ? detail : "\(address.href)#\(delivery)"
        let link = isDetail ? nil : Flash.Link(member.t("deliveries.retry.open"), to: detail)
        let names = ["event": target.eventType, "webhook": target.webhookName]
        do {
            try member.change("delivery.retry", of: delivery.description) { connection in
                guard try engine.retry(delivery, in: account, on: connection) != nil else { throw Refusal.stale }
            }
        } catch Refusal.stale {
            return member.redirect(to: back, .warning, saying: member.t(try refusal(target.webhook, account), names), link: link)
        }
        engine.hurry(delivery, to: target.webhook)
        return member.redirect(to: back, saying: member.t("deliveries.retry.sent", names), link: link)
    }

    /// Key of the words on why there was nothing to be done.
    private func refusal(_ webhook: ID<Webhook>, _ account: ID<Account>) throws -> String {
        let all = try directory.webhooks(of: account)
        guard let configuration = all.webhooks.first(where: { $0.id == webhook }) else { return "deliveries.retry.webhook_deleted" }
        if !all.isEnabled { return "deliveries.retry.integration_off" }
        if !configuration.isOn { return "deliveries.retry.webhook_off" }
        return "deliveries.retry.under_way"
    }
}
