// How a test of a webhook went.

import Delivery
import Templating
import Web

struct TestResultPage: TemplateData {
    let exchange: ExchangeView
    let delivery: String
    let again: String

    init(_ result: TestResult, of webhook: WebhookConfiguration, _ member: Member) {
        exchange = ExchangeView(result.exchange, member)
        delivery = "/settings/webhooks/deliveries/\(result.delivery)"
        again = EndpointController.path(of: webhook.id) + "/test"
    }
}
