// The Test button: a real signed delivery of a `test` event, and a page that says how it went.

import Database
import Delivery
import HTTP
import HTTPTypes
import Web

struct EndpointTestController {
    private let app: App
    private let store: EndpointStore
    private let template: PageTemplate<TestResultPage>

    init(_ app: App) throws {
        self.app = app
        store = EndpointStore(app)
        template = try app.site.page("webhooks/endpoints/test")
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        try app.test(member.read { try store.webhook(member.id(), of: member.account.id, on: $0) }, member)
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let delivery = try member.id("delivery", as: WebhookDelivery.self)
        let (webhook, exchange) = try member.read { connection in
            let webhook = try store.webhook(member.id(), of: account, on: connection)
            return (webhook, try TestResultStore.exchange(delivery, of: webhook.id, in: account, on: connection))
        }
        guard let exchange else { throw Abort(.notFound) }
        let page = TestResultPage(exchange, of: delivery, to: webhook.id, member)
        return try member.page(
            template, page, PageHead(member.t("webhooks.test.title", ["name": webhook.name]), up: EndpointStep.below(webhook, member.t)))
    }
}

/// The Test button of the settings page, which tests the main webhook.
struct MainTestController {
    private let app: App
    private let store: EndpointStore

    init(_ app: App) {
        self.app = app
        store = EndpointStore(app)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        guard let main = try member.read({ try store.main(of: member.account.id, on: $0) }) else {
            return member.redirect(to: WebhookSettingsController.path, .warning, saying: member.t("webhooks.test.no_main"))
        }
        return try app.test(main, member)
    }
}

extension App {
    /// Sends, waits (15 s at most), and leads to the result, so that loading that page again sends nothing.
    fileprivate func test(_ webhook: WebhookConfiguration, _ member: Member) throws -> WebResponse {
        let result: DeliveryEngine.TestResult
        do {
            // As stored now, not as the directory may still have it.
            result = try engine.test(
                webhook,
                context: EventSamples.context(
                    account: member.account.slug, user: member.session.user.description, email: member.session.email,
                    address: member.visit.request.remoteAddress),
                within: { try member.record("webhook.test", of: webhook.name, on: $0) })
        } catch DeliveryEngine.TestFailure.unreadable {
            return member.redirect(to: EndpointController.path(of: webhook.id), .warning, saying: member.t("webhooks.disabled.unreadable"))
        } catch DeliveryEngine.TestFailure.tooMany {
            return member.redirect(to: EndpointController.path(of: webhook.id), .warning, saying: member.t("webhooks.test.too_many"))
        } catch DeliveryEngine.TestFailure.full {
            return member.redirect(to: EndpointController.path(of: webhook.id), .warning, saying: member.t("webhooks.test.full"))
        }
        return member.redirect(to: "\(EndpointController.path(of: webhook.id))/tests/\(result.delivery)")
    }
}
