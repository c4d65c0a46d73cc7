// One delivery in full: what was sent and what came back at every attempt, whose fault it was, and what happens next.

import Database
import Delivery
import HTTP
import HTTPTypes
import JSON
import Templating
import Time
import Web

struct DeliveryDetailController {
    private let template: PageTemplate<DeliveryDetailPage>
    private let words: [Language: DeliveryWords]

    init(_ app: App) throws {
        template = try app.site.page("webhooks/deliveries/show")
        words = DeliveryWords.all(app.site.locales)
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let id = try member.id(as: WebhookDelivery.self)
        let seesPayload = member.may(.viewPayloads)
        let found = try member.read {
            try DeliveryDetailStore.delivery(id, of: member.account.id, withPayload: seesPayload, on: $0)
        }
        guard let delivery = found else { throw Abort(.notFound) }
        let t = member.t
        let words = words[t.language] ?? DeliveryWords(t)
        let address = ListAddress(carriedBy: member.query)
        let command = CurlCommand(delivery)
        let badge = words.badge(
            delivery.state, attempts: delivery.attempts.first?.number ?? 0, type: delivery.eventType, nextAt: delivery.nextAt,
            status: delivery.attempts.first?.status, member.times)
        let page = DeliveryDetailPage(
            id: delivery.id.description, listHref: address.href,
            retryCarried: address.carried.isEmpty ? "?from_detail=1" : address.carried + "&from_detail=1",
            mayRetry: member.may(.retryDeliveries) && delivery.state.canRetry, eventType: delivery.eventType,
            badge: badge, stateText: stateText(delivery, member),
            next: delivery.state == .pending ? delivery.nextAt.map { member.times.sentenceView($0) } : nil,
            deliveryID: IdentifierView(delivery.id.description), eventID: IdentifierView(delivery.event.description),
            webhookName: delivery.webhookName, webhookHref: ListAddress.path(delivery.webhook),
            eventHref: "\(ListAddress.path(nil))?q=\(delivery.event)", url: URLView(delivery.url), facts: facts(delivery, words, member),
            attempts: delivery.attempts.map { AttemptView($0, words, member, seesPayload: seesPayload) }, seesPayload: seesPayload,
            isSent: delivery.attempts.contains { $0.finishedAt != nil },
            body: delivery.body.map { CodeView(t("deliveries.body"), Self.readable($0), id: "body") },
            curl: CodeView(t("deliveries.curl"), command.text, id: "curl"))
        let up: [(label: String, href: String)] =
            address.webhook == nil
            ? [(t("deliveries.history.title"), address.href)]
            : [
                EndpointStep.list(t), (delivery.webhookName, EndpointController.path(of: delivery.webhook)),
                (t("webhooks.deliveries"), address.href),
            ]
        let head = PageHead(
            t("deliveries.one.title", ["event": delivery.eventType, "webhook": delivery.webhookName]), lead: t("deliveries.one.lead"),
            up: up,
            title: t(
                "deliveries.one.document_title",
                ["event": delivery.eventType, "state": badge.label, "webhook": delivery.webhookName]))
        return try member.page(template, page, head)
    }

    /// What the state means for this delivery, in a sentence.
    private func stateText(_ delivery: DeliveryDetail, _ member: Member) -> String {
        member.t("deliveries.state.\(delivery.isResendFailed ? "resend_failed" : delivery.state.rawValue).text")
    }

    private func facts(_ delivery: DeliveryDetail, _ words: DeliveryWords, _ member: Member) -> [Fact] {
        let t = member.t
        let freshness = EventCatalogue.standard.type(named: delivery.eventType)?.freshness ?? .durable
        var facts = [Fact(t("deliveries.accepted_at"), member.times.text(delivery.acceptedAt))]
        if let time = delivery.eventTime { facts.append(Fact(t("deliveries.event_time"), member.times.text(time))) }
        if let key = delivery.eventKey { facts.append(Fact(t("deliveries.event_key"), key, isCode: true)) }
        if let key = delivery.orderKey { facts.append(Fact(t("deliveries.order_key"), key, isCode: true)) }
        if let sequence = delivery.sequence { facts.append(Fact(t("deliveries.sequence"), String(sequence))) }
        facts.append(Fact(t("deliveries.freshness"), t("deliveries.freshness.\(freshness.rawValue)")))
        facts.append(Fact(t("deliveries.authentication"), words.authentication(delivery.authentication)))
        return facts
    }

    /// Indented for reading. What was sent is the same without the white space; the curl command has it byte for byte.
    private static func readable(_ body: String) -> String {
        (try? JSONValue(parsing: Array(body.utf8)))?.prettyPrinted() ?? body
    }
}
