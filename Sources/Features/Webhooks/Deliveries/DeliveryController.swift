// Deliveries of one webhook, and the History of all: the last three months, with filters, a row that opens, and Retry.

import Cron
import Database
import Delivery
import HTTP
import HTTPTypes
import Templating
import Time
package import Web

extension Right {
    package static let viewPayloads = Right("webhooks.payloads")
    package static let retryDeliveries = Right("webhooks.retry")
}

extension DeletedEntity {
    package static let webhookHistory = DeletedEntity("webhook_history")
}

extension Feature {
    static let webhookDeliveries = Feature(
        tabs: [
            Tab(
                order: 83, label: "deliveries.history.title", path: ListAddress.path(nil), right: .viewWebhooks,
                parent: "/settings/webhooks", pagesBelow: "/settings/webhooks/deliveries")
        ],
        rights: [.viewPayloads, .retryDeliveries],
        presets: [.integrator: [.viewPayloads, .retryDeliveries]],
        deletes: [.webhookHistory]
    ) { app in
        let deliveries = try DeliveryController(app)
        let expansion = try DeliveryExpansionController(app)
        let detail = try DeliveryDetailController(app)
        let retry = RetryController(app)
        return Running(
            routes: [
                .get("/settings/webhooks/history", .needs(.viewWebhooks), deliveries.history),
                .get("/settings/webhooks/endpoints/{id}/deliveries", .needs(.viewWebhooks), deliveries.index),
                .get("/settings/webhooks/deliveries/{id}", .needs(.viewWebhooks), detail.show),
                .get("/settings/webhooks/deliveries/{id}/expansion", .needs(.viewWebhooks), expansion.show),
                .post("/settings/webhooks/deliveries/{id}/retry", .needs(.retryDeliveries), retry.create),
            ],
            jobs: { [try WebhookHistoryPurge(site: app.site).job()] })
    }
}

struct DeliveryController {
    private static let pageSize = 50
    private let directory: WebhookDirectory
    private let template: PageTemplate<DeliveriesPage>
    private let words: [Language: DeliveryWords]

    init(_ app: App) throws {
        directory = app.directory
        template = try app.site.page("webhooks/deliveries/index")
        words = DeliveryWords.all(app.site.locales)
    }

    /// Of all webhooks.
    @Sendable func history(_ member: Member) throws -> WebResponse {
        let filter = DeliveryFilter(member.query, webhook: nil, zone: member.times.zone, now: member.now)
        let found = try member.read { try find(filter, member, on: $0) }
        return try show(
            found, filter, webhook: nil, member, PageHead(member.t("deliveries.history.title"), lead: member.t("deliveries.history.lead")))
    }

    /// Of one webhook, also of one that was deleted, as long as the history has it.
    @Sendable func index(_ member: Member) throws -> WebResponse {
        let webhook = try member.id(as: Webhook.self)
        let account = member.account.id
        let present = try directory.webhooks(of: account).webhooks.first { $0.id == webhook }
        let filter = DeliveryFilter(member.query, webhook: webhook, zone: member.times.zone, now: member.now)
        let (name, found) = try member.read { connection in
            guard let name = try present?.name ?? DeliveryStore.webhookName(webhook, of: account, on: connection) else {
                throw Abort(.notFound)
            }
            return (name, try find(filter, member, on: connection))
        }
        let up = [EndpointStep.list(member.t)] + (present.map { [($0.name, EndpointController.path(of: $0.id))] } ?? [])
        let head = PageHead(member.t("deliveries.of", ["name": name]), lead: member.t("deliveries.of.lead"), up: up)
        return try show(found, filter, webhook: webhook, member, head)
    }

    private func find(
        _ filter: DeliveryFilter, _ member: Member, on connection: any Connection
    ) throws -> DeliveryPage {
        try DeliveryStore.page(
            of: member.account.id, filter, at: PagePosition(member.query), size: Self.pageSize, withPayload: member.may(.viewPayloads),
            on: connection)
    }

    private func show(
        _ found: DeliveryPage, _ filter: DeliveryFilter, webhook: ID<Webhook>?, _ member: Member,
        _ head: PageHead
    ) throws -> WebResponse {
        let t = member.t
        let query = member.query
        let words = words[t.language] ?? DeliveryWords(t)
        let times = member.times
        let path = ListAddress.path(webhook)
        let address = ListAddress(webhook: webhook, query: query)
        var urls = LastURL()
        var column = TimeColumn(times)
        let page = DeliveriesPage(
            filters: FiltersView(
                action: path,
                search: SearchView(
                    "q", t(member.may(.viewPayloads) ? "deliveries.search_payloads" : "deliveries.search"), value: query["q"] ?? ""),
                range: DateRange(query),
                selects: [
                    SelectView("state", t("deliveries.state"), selected: filter.state?.rawValue ?? "", words.stateOptions),
                    SelectView("type", t("deliveries.type"), selected: filter.eventType ?? "", words.typeOptions),
                ], query: query, times: times, t: t),
            rows: found.rows.map {
                DeliveryRowView($0, words, &column, urls.view($0.url))
            },
            pager: PagerView(newer: address.href(before: found.newer), older: address.href(after: found.older)), carried: address.carried,
            mayRetry: member.may(.retryDeliveries),
            note: found.searchedTo.map { t("deliveries.searched_to", ["time": times.inSentence($0)]) } ?? "",
            goOn: address.href(onFrom: found) ?? "", empty: found.rows.isEmpty ? empty(query, isDone: found.searchedTo == nil, t) : nil)
        return try member.page(template, page, head)
    }

    private func empty(_ query: FormData, isDone: Bool, _ t: Translation) -> EmptyView {
        if !isDone { return EmptyView(t("deliveries.none_yet.title"), t("deliveries.none_yet.text")) }
        return DeliveryFilter.isUsed(query)
            ? EmptyView(t("deliveries.none_fits.title"), t("deliveries.none_fits.text"))
            : EmptyView(t("deliveries.none.title"), t("deliveries.none.text"))
    }
}

/// Neighbouring rows mostly go to the same address, whose parts need be found only once.
private struct LastURL {
    private var last = URLView("")
    private var text = ""

    mutating func view(_ url: String) -> URLView {
        if url != text {
            text = url
            last = URLView(url)
        }
        return last
    }
}
