// All the SQL of the pages about deliveries.
//
// A page costs the same whatever the history's length. One filter is served by an index in the order of the page (the driving
// condition). What no index serves (a second filter, part of a URL) is looked for among the next `window` rows of the driving
// condition only; when they do not fill the page, its pager leads on from where the look ended.

import Database
import Delivery
import HTTPClient
import Time
import Web

struct DeliveryRecord {
    let id: ID<WebhookDelivery>
    let eventType: String
    let url: String
    let authentication: Credential.Kind
    let state: DeliveryState
    let attempts: Int
    let acceptedAt: Timestamp
    let nextAt: Timestamp?
    let lastStatus: Int?
}

/// One page of a newest-first list.
struct DeliveryPage {
    var rows: [DeliveryRecord]
    /// Where the neighbouring pages start, if there are any.
    var newer: ID<WebhookDelivery>?
    var older: ID<WebhookDelivery>?
    /// How many rows were looked through in vain when that is why the page is not full.
    var lookedThrough: Int?
}

enum DeliveryStore {
    /// Rows that one page looks through for what no index serves; some 20 ms.
    static let window = 20_000
    static func page(
        of account: ID<Account>, _ filter: DeliveryFilter, at position: PagePosition<WebhookDelivery>, size: Int, window: Int = window,
        on connection: any Connection
    ) throws -> DeliveryPage {
        let plan = try plan(filter, of: account, on: connection)
        var span = IDSpan(filter, position)
        let edge = plan.rest == nil ? nil : try connection.value(edge(plan, span, window: window), as: ID<WebhookDelivery>.self)
        if let edge { span.end(before: edge) }
        let found = try connection.rows(selection(plan, span, size: size), record)
        return DeliveryPage(found, size: size, position, edge: edge, window: window)
    }

    private static let eventType = SQL.unindexed("d.event_type")
    private static let webhookID = SQL.unindexed("d.webhook_id")

    /// Which index finds the rows, and what has to be looked at row by row.
    struct Plan {
        var driving: SQL
        var rest: SQL?
    }

    /// `checked` keeps the check of the account out of the choice of an index where another one is better.
    private static func plan(_ filter: DeliveryFilter, of account: ID<Account>, on connection: any Connection) throws -> Plan {
        let own: SQL = "d.account_id = \(account)"
        let checked: SQL = "\(SQL.unindexed("d.account_id")) = \(account)"
        var rest: [SQL] = []
        var driving: SQL
        switch filter.search {
        case .delivery(let id):
            // At most one row, so the others cost nothing.
            return Plan(driving: joined(["d.id = \(id)", checked] + others(filter)))
        case .event(let id):
            return Plan(driving: joined([id.owns("d.id"), checked] + others(filter)))
        case .text(let text):
            let event = try connection.value(
                "SELECT id FROM events WHERE account_id = \(account) AND idempotency_key = \(text)", as: ID<Event>.self)
            if let event {
                return Plan(driving: joined([event.owns("d.id"), checked] + others(filter)))
            }
            rest.append("LOWER(d.url) LIKE \(LikePattern.containingASCII(InternationalName.stored(in: text))) ESCAPE '\\'")
        case nil: break
        }
        switch (filter.state, filter.eventType, filter.webhook) {
        case (let state?, let type, let webhook):
            driving = own + (state.isSettled ? " AND d.settled_at IS NOT NULL AND d.state = \(state)" : " AND d.settled_at IS NULL")
            if !state.isSettled { rest.append(state.condition) }
            if let type { rest.append("\(Self.eventType) = \(type)") }
            if let webhook { rest.append("\(Self.webhookID) = \(webhook)") }
        case (nil, let type?, let webhook):
            driving = own + " AND d.event_type = \(type)"
            if let webhook { rest.append("\(Self.webhookID) = \(webhook)") }
        case (nil, nil, let webhook?):
            driving = "d.webhook_id = \(webhook) AND " + checked
        case (nil, nil, nil):
            driving = own
        }
        driving = joined([driving])
        return Plan(driving: driving, rest: rest.isEmpty ? nil : joined(rest))
    }

    private static func joined(_ conditions: [SQL]) -> SQL { conditions.joined(by: " AND ") }

    private static func others(_ filter: DeliveryFilter) -> [SQL] {
        var conditions: [SQL] = []
        if let state = filter.state { conditions.append(state.condition) }
        if let type = filter.eventType { conditions.append("\(Self.eventType) = \(type)") }
        if let webhook = filter.webhook { conditions.append("\(Self.webhookID) = \(webhook)") }
        return conditions
    }

    /// The first row beyond the window; nothing when the rows end before it.
    private static func edge(_ plan: Plan, _ span: IDSpan, window: Int) -> SQL {
        """
        SELECT d.id FROM deliveries d WHERE \(plan.driving) AND \(span.condition)
        ORDER BY d.id \(span.direction) LIMIT 1 OFFSET \(window)
        """
    }

    private static func selection(_ plan: Plan, _ span: IDSpan, size: Int) -> SQL {
        var conditions = plan.driving
        if let rest = plan.rest { conditions += " AND " + rest }
        return """
            SELECT d.id, d.event_type, d.url, d.authentication, \(DeliveryState.shown), d.attempt, d.accepted_at, d.next_at, d.last_status
            FROM deliveries d
            WHERE \(conditions) AND \(span.condition)
            ORDER BY d.id \(span.direction) LIMIT \(size + 1)
            """
    }

    @Sendable private static func record(_ row: Row) throws -> DeliveryRecord {
        DeliveryRecord(
            id: try row.next(), eventType: try row.next(), url: try row.next(), authentication: try row.next(), state: try row.next(),
            attempts: try row.next(), acceptedAt: try row.next(), nextAt: try row.next(), lastStatus: try row.next())
    }

    /// The statement of a page, for the test that holds it to its cost.
    static func explained(
        _ filter: DeliveryFilter, of account: ID<Account>, at position: PagePosition<WebhookDelivery>,
        on connection: any Connection
    ) throws -> (hasRest: Bool, steps: [String]) {
        let plan = try plan(filter, of: account, on: connection)
        let span = IDSpan(filter, position)
        let statements =
            [selection(plan, span, size: 50)] + (plan.rest == nil ? [] : [edge(plan, span, window: 100)])
        return (plan.rest != nil, try statements.flatMap(connection.plan))
    }

    /// The name under which the history knows a webhook of the account; nil when it knows none.
    static func webhookName(_ webhook: ID<Webhook>, of account: ID<Account>, on connection: any Connection) throws -> String? {
        try connection.value(
            """
            SELECT webhook_name FROM (SELECT account_id, webhook_name FROM deliveries WHERE webhook_id = \(webhook) ORDER BY id DESC LIMIT 1)
                AS latest
            WHERE account_id = \(account)
            """)
    }
}

extension DeliveryPage {
    /// - Parameters:
    ///   - found: up to `size` + 1 rows in the order in which they were read.
    ///   - edge: the first row that was not looked at any more, if there is one.
    fileprivate init(
        _ found: [DeliveryRecord], size: Int, _ position: PagePosition<WebhookDelivery>, edge: ID<WebhookDelivery>?, window: Int
    ) {
        let page = Array(found.prefix(size))
        let hasMore = found.count > size
        rows = position.isBackward ? page.reversed() : page
        if position.isBackward {
            older = rows.last?.id ?? position.before
            newer = hasMore ? rows.first?.id : edge.map { ID(value: $0.value &- 1) }
        } else {
            older = hasMore ? rows.last?.id : edge.map { ID(value: $0.value &+ 1) }
            newer = position.isFirst ? nil : rows.first?.id ?? position.after
        }
        lookedThrough = hasMore || edge == nil ? nil : window
    }
}

/// The ids that a page may hold: between two bounds and no more, since every further condition on the id makes SQLite's planner,
/// which has no statistics, think less of the index that has the other filters.
///
/// Dates are bounds too: ids are by time. An id is made some milliseconds after its acceptance, so what was accepted just before
/// midnight may be listed with the next day; with one of the two it always is.
private struct IDSpan {
    private var lowest: UInt128
    private var above: UInt128?
    private let isBackward: Bool

    init(_ filter: DeliveryFilter, _ position: PagePosition<WebhookDelivery>) {
        lowest = ID<WebhookDelivery>.first(at: filter.from).value
        above = filter.until.map { ID<WebhookDelivery>.first(at: $0).value }
        isBackward = position.isBackward
        if let after = position.after?.value { above = min(after, above ?? after) }
        if let before = position.before?.value { lowest = max(lowest, before &+ 1) }
    }

    /// Looks no further than `edge`, which is not included.
    mutating func end(before edge: ID<WebhookDelivery>) {
        if isBackward { above = edge.value } else { lowest = edge.value &+ 1 }
    }

    var condition: SQL {
        let lower: SQL = "d.id >= \(ID<WebhookDelivery>(value: lowest))"
        guard let above else { return lower }
        return lower + " AND d.id < \(ID<WebhookDelivery>(value: above))"
    }

    var direction: SQL { isBackward ? "ASC" : "DESC" }
}
