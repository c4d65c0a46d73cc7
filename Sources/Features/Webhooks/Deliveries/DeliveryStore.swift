// All the SQL of the pages about deliveries.
//
// A page costs the same whatever the history's length. One filter is served by an index in the order of the page (the driving
// condition). What no index serves (a second filter, words of a URL or a payload) is looked for among the next rows of the driving
// condition, newest first, for 200 ms; when those do not fill the page, it says how far back it looked, and its pager leads on.

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
    /// How far back, or forward, the look came when that is why the page is not full.
    var searchedTo: Timestamp?
}

enum DeliveryStore {
    /// For how long, and among how many rows, a page looks for what no index serves.
    struct Look {
        var time = Duration.milliseconds(200)
        var rows = Int.max
        /// Rows looked through at once.
        var step = 500
    }

    /// The first row that was not looked at.
    private typealias Edge = (id: ID<WebhookDelivery>, acceptedAt: Timestamp)

    /// - Parameter withPayload: whether words are looked for in payloads too.
    static func page(
        of account: ID<Account>, _ filter: DeliveryFilter, at position: PagePosition<WebhookDelivery>, size: Int, withPayload: Bool,
        look: Look = Look(), on connection: any Connection
    ) throws -> DeliveryPage {
        let plan = try plan(filter, of: account, withPayload: withPayload, on: connection)
        var span = IDSpan(filter, position)
        guard plan.mustLook else {
            return DeliveryPage(try connection.rows(selection(plan, span, limit: size + 1), record), size: size, position, edge: nil)
        }
        let end = ContinuousClock.now + look.time
        var found: [DeliveryRecord] = []
        var edge: Edge?
        var looked = 0
        repeat {
            let step = min(look.step, look.rows - looked)
            edge = try connection.first(Self.edge(plan, span, window: step)) { (try $0.next(), try $0.next()) }
            var part = span
            if let edge { part.end(before: edge.id) }
            found += try matches(plan, part, limit: size + 1 - found.count, on: connection)
            guard let edge, found.count <= size else { break }
            span.begin(at: edge.id)
            looked += step
        } while looked < look.rows && ContinuousClock.now < end
        return DeliveryPage(found, size: size, position, edge: edge)
    }

    private static func matches(
        _ plan: Plan, _ span: IDSpan, limit: Int, on connection: any Connection
    ) throws -> [DeliveryRecord] {
        guard let words = plan.words else { return try connection.rows(selection(plan, span, limit: limit), record) }
        var found: [DeliveryRecord] = []
        try connection.forEachRow(selection(plan, span, limit: nil)) { row in
            guard found.count < limit else { return }
            let record = try record(row)
            let payload = plan.withPayload ? try row.next(String?.self) : nil
            if words.areFound(inAddress: record.url, inText: payload ?? "") { found.append(record) }
        }
        return found
    }

    private static let eventType = SQL.unindexed("d.event_type")
    private static let webhookID = SQL.unindexed("d.webhook_id")

    /// Which index finds the rows, and what has to be looked at row by row.
    struct Plan {
        var driving: SQL
        var rest: SQL?
        var words: SearchWords?
        var withPayload = false

        var mustLook: Bool { rest != nil || words != nil }
    }

    /// `checked` keeps the check of the account out of the choice of an index where another one is better.
    private static func plan(
        _ filter: DeliveryFilter, of account: ID<Account>, withPayload: Bool, on connection: any Connection
    ) throws -> Plan {
        let own: SQL = "d.account_id = \(account)"
        let checked: SQL = "\(SQL.unindexed("d.account_id")) = \(account)"
        var rest: [SQL] = []
        var words: SearchWords?
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
            words = SearchWords(text)
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
        return Plan(driving: driving, rest: rest.isEmpty ? nil : joined(rest), words: words, withPayload: withPayload && words != nil)
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
        SELECT d.id, d.accepted_at FROM deliveries d WHERE \(plan.driving) AND \(span.condition)
        ORDER BY d.id \(span.direction) LIMIT 1 OFFSET \(window)
        """
    }

    private static func selection(_ plan: Plan, _ span: IDSpan, limit: Int?) -> SQL {
        var conditions = plan.driving
        if let rest = plan.rest { conditions += " AND " + rest }
        return """
            SELECT d.id, d.event_type, d.url, d.authentication, \(DeliveryState.shown), d.attempt, d.accepted_at, d.next_at,
                d.last_status\(plan.withPayload ? ", e.body" as SQL : "")
            FROM deliveries d\(plan.withPayload ? " LEFT JOIN events e ON e.id = d.event_id" as SQL : "")
            WHERE \(conditions) AND \(span.condition)
            ORDER BY d.id \(span.direction)\(limit.map { " LIMIT \($0)" as SQL } ?? "")
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
        let plan = try plan(filter, of: account, withPayload: true, on: connection)
        let span = IDSpan(filter, position)
        let statements =
            [selection(plan, span, limit: 50)] + (plan.mustLook ? [edge(plan, span, window: 100)] : [])
        return (plan.mustLook, try statements.flatMap(connection.plan))
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
        _ found: [DeliveryRecord], size: Int, _ position: PagePosition<WebhookDelivery>,
        edge: (id: ID<WebhookDelivery>, acceptedAt: Timestamp)?
    ) {
        let page = Array(found.prefix(size))
        let hasMore = found.count > size
        rows = position.isBackward ? page.reversed() : page
        if position.isBackward {
            older = rows.last?.id ?? position.before
            newer = hasMore ? rows.first?.id : edge.map { ID(value: $0.id.value &- 1) }
        } else {
            older = hasMore ? rows.last?.id : edge.map { ID(value: $0.id.value &+ 1) }
            newer = position.isFirst ? nil : rows.first?.id ?? position.after
        }
        searchedTo = hasMore ? nil : edge?.acceptedAt
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

    /// Goes on from `edge`, which is included.
    mutating func begin(at edge: ID<WebhookDelivery>) {
        if isBackward { lowest = edge.value } else { above = edge.value &+ 1 }
    }

    var condition: SQL {
        let lower: SQL = "d.id >= \(ID<WebhookDelivery>(value: lowest))"
        guard let above else { return lower }
        return lower + " AND d.id < \(ID<WebhookDelivery>(value: above))"
    }

    var direction: SQL { isBackward ? "ASC" : "DESC" }
}
