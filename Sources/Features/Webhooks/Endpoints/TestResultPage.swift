// How a test of a webhook went.

import Database
import Delivery
import Templating
import Web

struct TestResultPage: TemplateData {
    let exchange: ExchangeView
    let delivery: String
    let again: String

    init(_ exchange: Exchange, of delivery: ID<WebhookDelivery>, to webhook: ID<Webhook>, _ member: Member) {
        self.exchange = ExchangeView(exchange, member)
        self.delivery = "/settings/webhooks/deliveries/\(delivery)"
        again = EndpointController.path(of: webhook) + "/test"
    }
}
