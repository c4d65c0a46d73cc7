// The list of an account's webhooks. There are twenty at most: it is searched in memory and has no pages.

import Database
import Delivery
import HTTP
import Spelling
import Templating
import Web

struct EndpointListPage: TemplateData {
    let mayManage: Bool
    let isIntegrationOff: Bool
    let search: SearchView?
    let rows: [EndpointRow]
    /// A column that says the same in every row says nothing.
    let hasTransmissions: Bool
    let total: String
    let empty: EmptyView?

    init(_ account: AccountWebhooks, held: [ID<Webhook>: Int], maximum: Int, _ member: Member) {
        let t = member.t
        let wanted = TypedText.line(member.query["q"] ?? "")
        mayManage = member.may(.manageWebhooks)
        isIntegrationOff = !account.isEnabled && !account.webhooks.isEmpty
        let folded = SearchText.folded(wanted)
        let shown = account.webhooks.filter { webhook in
            wanted.isEmpty
                || [webhook.name, webhook.url, InternationalName.shown(in: webhook.url)].contains { SearchText.folded($0).has(folded) }
        }
        search =
            account.webhooks.isEmpty ? nil : SearchView("q", t("webhooks.endpoints.search"), value: wanted)
        rows = shown.map { webhook in
            EndpointRow(
                webhook, webhook.statusBadge(isIntegrationOn: account.isEnabled, held: held[webhook.id] ?? 0, member), member)
        }
        hasTransmissions = Set(account.webhooks.map(\.transmission)).count > 1
        total = t("webhooks.endpoints.total", count: account.webhooks.count, ["limit": member.numbers.text(maximum)])
        if account.webhooks.isEmpty {
            empty = EmptyView(
                t("webhooks.endpoints.empty.title"), t("webhooks.endpoints.empty.text"),
                action: mayManage ? (EndpointController.path + "/new", t("webhooks.endpoints.add")) : nil)
        } else if shown.isEmpty {
            empty = EmptyView(
                t("webhooks.endpoints.none.title"), t("webhooks.endpoints.none.text"),
                action: (EndpointController.path, t("webhooks.endpoints.show_all")))
        } else {
            empty = nil
        }
    }

    static let fields = Fields<EndpointListPage> {
        Flag("integration_off") { $0.isIntegrationOff }
    }
}

struct EndpointRow: TemplateData {
    let name: String
    let href: String
    let isMain: Bool
    let transmission: String
    let target: URLView
    let events: String
    let status: BadgeView
    let turnsOff: String
    let deliveries: String
    let last: String
    let lastAt: TimeView?

    init(_ webhook: WebhookConfiguration, _ status: BadgeView, _ member: Member) {
        let t = member.t
        name = webhook.name
        href = EndpointController.path(of: webhook.id)
        isMain = webhook.isMain
        transmission = t("webhooks.transmission.\(webhook.transmission.rawValue).short")
        target = URLView(webhook.url)
        events = webhook.events.summary(t)
        self.status = status
        turnsOff = webhook.turnsOffAt.map { t("webhooks.turns_off", ["off": member.times.brief($0)]) } ?? ""
        deliveries = member.numbers.text(webhook.deliveredCount)
        last = webhook.lastResultText(t)
        lastAt = webhook.lastAt.map { member.times.view($0) }
    }

    static let fields = Fields<EndpointRow> {
        Flag("main") { $0.isMain }
        Flag("in_trouble") { $0.status.kind == .bad }
    }
}
