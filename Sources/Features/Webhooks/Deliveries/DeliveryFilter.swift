// What a list of deliveries is narrowed to, read from its address, so that a filtered list can be kept and sent to a colleague.

import Database
import Delivery
import HTTP
import Spelling
import Time
import Web

struct DeliveryFilter {
    /// What somebody typed into the search field, told apart by its form: ids are looked up, other text is looked for.
    enum Search: Equatable {
        case delivery(ID<WebhookDelivery>)
        case event(ID<Event>)
        /// An event key (the `event_id` that the platform gave), or part of a URL.
        case text(String)
    }

    var webhook: ID<Webhook>?
    var search: Search?
    var state: DeliveryState?
    var eventType: String?
    /// Never older than the history is kept.
    var from: Timestamp
    /// Not included.
    var until: Timestamp?

    /// Three months of at most 31 days.
    static let kept = Duration.seconds(92 * 86400)
    private static let maximumSearchBytes = 200

    init(webhook: ID<Webhook>? = nil, now: Timestamp) {
        self.webhook = webhook
        from = now - Self.kept
    }

    /// What is no value of a filter counts as not given.
    init(_ query: FormData, webhook: ID<Webhook>?, zone: Zone, now: Timestamp) {
        self.init(webhook: webhook, now: now)
        let range = DateRange(query).instants(in: zone)
        if let first = range.from, first > from { from = first }
        until = range.until
        state = query["state"].flatMap(DeliveryState.init(rawValue:))
        eventType = query["type"].flatMap { $0 == EventType.test.name ? $0 : EventCatalogue.standard.type(named: $0)?.name }
        search = Self.search(query["q"] ?? "")
    }

    /// Whether anything was chosen beside the page.
    static func isUsed(_ query: FormData) -> Bool {
        ["q", "state", "type", "from", "to"].contains { query[$0]?.isEmpty == false }
    }

    private static func search(_ typed: String) -> Search? {
        let text = TypedText.line(TypedText.prefix(TypedText.line(typed), maximumBytes: maximumSearchBytes))
        if text.isEmpty { return nil }
        if let delivery = ID<WebhookDelivery>(text) { return .delivery(delivery) }
        if let event = ID<Event>(text) { return .event(event) }
        return .text(text)
    }
}

/// The address of a list of deliveries as it was left: what leads back from a row to the same filters and page.
struct ListAddress {
    private static let names: Set<String> = ["q", "state", "type", "from", "to", "after", "before"]

    /// Nil: the history of all webhooks.
    let webhook: ID<Webhook>?
    private let query: FormData

    init(webhook: ID<Webhook>?, query: FormData) {
        self.webhook = webhook
        self.query = FormData(query.fields.filter { Self.names.contains($0.name) && !$0.value.isEmpty })
    }

    /// From the query of a page that was reached from a list.
    init(carriedBy query: FormData) {
        self.init(webhook: query["of"].flatMap { ID($0) }, query: query)
    }

    var path: String { Self.path(webhook) }

    var href: String { query.isEmpty ? path : "\(path)?\(query.encoded())" }

    /// The neighbouring page with the same filters; nil when there is none.
    func href(before id: ID<WebhookDelivery>?) -> String? { id.map { href("before", $0) } }
    func href(after id: ID<WebhookDelivery>?) -> String? { id.map { href("after", $0) } }

    private func href(_ name: String, _ id: ID<WebhookDelivery>) -> String {
        var query = query
        query.set("before", nil)
        query.set("after", nil)
        query.set(name, id.description)
        return "\(path)?\(query.encoded())"
    }

    /// Where a search that ended before its page was full goes on: further in the direction in which it went.
    func href(onFrom page: DeliveryPage) -> String? {
        guard page.searchedTo != nil else { return nil }
        return query["before"] == nil ? href(after: page.older) : href(before: page.newer)
    }

    /// What a link or form carries along, with its `?`; empty for the plain history.
    var carried: String {
        var carried = query
        if let webhook { carried.append("of", webhook.description) }
        return carried.isEmpty ? "" : "?\(carried.encoded())"
    }

    static func path(_ webhook: ID<Webhook>?) -> String {
        webhook.map { "/settings/webhooks/endpoints/\($0)/deliveries" } ?? "/settings/webhooks/history"
    }
}
