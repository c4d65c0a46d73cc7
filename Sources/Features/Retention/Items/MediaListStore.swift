// All the SQL of the list of stored items.
//
// A page costs the same whatever there is: one filter is served by an index in the list's order, and what none serves (a second filter,
// part of a text) is looked for among the next so many rows; when those do not fill the page, it says how far it looked, and leads on.

import Database
import Time
import Web

struct MediaPage {
    var rows: [MediaRecord]
    /// Where the neighbouring pages start, if there are any.
    var newer: MediaPlace?
    var older: MediaPlace?
    /// How far the look came when that is why the page is not full.
    var searchedTo: MediaPlace?
    /// How many match in all, up to `MediaListStore.maximumCounted` and one more; nil where only looking would tell.
    var count: Int?
}

enum MediaListStore {
    static let look = 5000
    static let maximumCounted = 1000
    static let maximumChoices = 1000

    /// - Parameters:
    ///   - older: the page is of what is older than this, and `newer` the other way round.
    ///   - look: rows that are looked through where no index has all that is asked for.
    static func page(
        of account: ID<Account>, _ filter: MediaFilter, older: MediaPlace? = nil, newer: MediaPlace? = nil, size: Int, look: Int = look,
        on connection: any Connection
    ) throws -> MediaPage {
        let plan = Plan(filter, of: account)
        let isBackward = newer != nil
        var span = MediaSpan(filter)
        if let older { span.end(below: older) }
        if let newer { span.begin(above: newer) }
        var edges: [MediaPlace] = []
        if plan.rest != nil {
            edges = try connection.rows(Self.edges(plan, span, look: look, isBackward: isBackward)) {
                MediaPlace(try $0.next(), try $0.next())
            }
        }
        // The last that is looked at, and the first that is not.
        let edge = edges.count == 2 ? edges.first : nil
        if edge != nil, let beyond = edges.last {
            if isBackward { span.end(below: beyond) } else { span.begin(above: beyond) }
        }
        let found = try connection.rows(
            selection(plan, span, limit: size + 1, isBackward: isBackward), MediaRecord.record.decode)
        let hasMore = found.count > size
        let some = Array(found.prefix(size))
        let rows = isBackward ? some.reversed() : some
        var page = MediaPage(rows: rows)
        if isBackward {
            page.newer = hasMore ? rows.first?.place : edge
            page.older = rows.last?.place ?? newer
        } else {
            page.older = hasMore ? rows.last?.place : edge
            page.newer = older == nil ? nil : rows.first?.place ?? older
        }
        page.searchedTo = hasMore ? nil : edge
        if plan.rest == nil {
            page.count = try connection.value(
                "SELECT COUNT(*) FROM (\(matching(plan, MediaSpan(filter), "1")) LIMIT \(maximumCounted + 1)) AS counted")
        } else if older == nil, newer == nil, edge == nil, !hasMore {
            page.count = rows.count
        }
        return page
    }

    /// How many match, and whether those are all: it ends when it has taken too long for a page.
    static func tally(
        of account: ID<Account>, _ filter: MediaFilter, window: Int = 20_000, patience: Duration = .milliseconds(500),
        on connection: any Connection
    ) throws -> (count: Int, isWhole: Bool) {
        let plan = Plan(filter, of: account)
        // An index alone is counted ten times as fast as rows.
        let window = plan.rest == nil ? 10 * window : window
        let end = ContinuousClock.now + patience
        var rest = MediaSpan(filter)
        var count = 0
        while true {
            let beyond = try connection.rows(edges(plan, rest, look: window, isBackward: false)) {
                MediaPlace(try $0.next(), try $0.next())
            }
            var part = rest
            if beyond.count == 2 { part.begin(above: beyond[1]) }
            count += try connection.value(matching(plan, part, "COUNT(*)")) ?? 0
            guard beyond.count == 2 else { return (count, true) }
            rest.end(below: beyond[0])
            if ContinuousClock.now >= end { return (count, false) }
        }
    }

    static func media(_ id: ID<MediaFile>, of account: ID<Account>, on connection: any Connection) throws -> MediaRecord {
        guard let media = try MediaStore.record(id, of: account, on: connection), !media.isIncoming else { throw Refusal.notFound }
        return media
    }

    /// Who is no user any more is known by their items.
    static func userName(_ user: ID<User>, of account: ID<Account>, on connection: any Connection) throws -> String? {
        let known: String? = try connection.value("SELECT name FROM users WHERE id = \(user) AND account_id = \(account)")
        if let known { return known }
        return try connection.value(
            """
            SELECT user_name FROM media_files WHERE account_id = \(account) AND state = 'live' AND user_id = \(user)
            ORDER BY recorded_at DESC LIMIT 1
            """)
    }

    /// To choose from, by name: as many as somebody would look through.
    static func numbers(of account: ID<Account>, on connection: any Connection) throws -> [(number: String, name: String)] {
        try connection.rows(
            "SELECT number, name FROM tracking_numbers WHERE account_id = \(account) ORDER BY name, id LIMIT \(maximumChoices)"
        ) { (number: try $0.next(), name: try $0.next()) }
    }

    // MARK: Statements

    /// Which index finds the rows, and what has to be looked at row by row.
    private struct Plan {
        let driving: SQL
        let rest: SQL?

        init(_ filter: MediaFilter, of account: ID<Account>) {
            let own: SQL = "account_id = \(account) AND state = 'live'"
            var rest = [filter.ofRegistration]
            // At most one row, so the others cost nothing.
            switch filter.search {
            case .item(let id):
                driving = "\(own) AND id = \(id) AND \(filter.condition)"
                self.rest = nil
                return
            case .external(let id):
                driving = "\(own) AND external_id = \(id) AND \(filter.condition)"
                self.rest = nil
                return
            case .text, .nothing: rest.append(filter.ofSearch)
            case nil: break
            }
            var others = [("user", filter.ofUser), ("number", filter.ofNumber), ("held", filter.ofHold), ("kind", filter.ofKind)]
            var found = own
            if let user = filter.user {
                found += " AND user_id = \(user)"
                others.removeAll { $0.0 == "user" }
            } else if let number = filter.number {
                found += " AND tracking_number = \(number)"
                others.removeAll { $0.0 == "number" }
            } else if filter.isHeld == true {
                found += " AND is_held = 1"
                others.removeAll { $0.0 == "held" }
            } else if let kind = filter.kind {
                found += " AND kind = \(kind)"
                others.removeAll { $0.0 == "kind" }
            }
            driving = found
            let all = (rest + others.map(\.1)).compactMap { $0 }
            self.rest = all.isEmpty ? nil : all.joined(by: " AND ")
        }
    }

    private static func matching(_ plan: Plan, _ span: MediaSpan, _ what: SQL) -> SQL {
        let rest: SQL = plan.rest.map { " AND \($0)" } ?? ""
        return "SELECT \(what) FROM media_files WHERE \(plan.driving)\(rest) \(span.condition)"
    }

    private static func selection(_ plan: Plan, _ span: MediaSpan, limit: Int, isBackward: Bool) -> SQL {
        "\(matching(plan, span, MediaRecord.record.columns)) \(order(isBackward)) LIMIT \(limit)"
    }

    /// The last row within the look, and the one beyond it; both only when there is one beyond.
    private static func edges(_ plan: Plan, _ span: MediaSpan, look: Int, isBackward: Bool) -> SQL {
        """
        SELECT recorded_at, id FROM media_files WHERE \(plan.driving) \(span.condition)
        \(order(isBackward)) LIMIT 2 OFFSET \(look - 1)
        """
    }

    private static func order(_ isBackward: Bool) -> SQL {
        isBackward ? "ORDER BY recorded_at, id" : "ORDER BY recorded_at DESC, id DESC"
    }

    /// The statements of a page and of its count, for the test that holds them to their cost.
    static func explained(
        _ filter: MediaFilter, of account: ID<Account>, older: MediaPlace?, on connection: any Connection
    ) throws -> (hasRest: Bool, steps: [String]) {
        let plan = Plan(filter, of: account)
        var span = MediaSpan(filter)
        if let older { span.end(below: older) }
        let statements = [
            selection(plan, span, limit: 51, isBackward: false), matching(plan, span, "COUNT(*)"),
            edges(plan, span, look: look, isBackward: false),
        ]
        return (plan.rest != nil, try statements.flatMap(connection.plan))
    }
}

extension MediaRecord {
    var place: MediaPlace { MediaPlace(recordedAt, id) }
}

/// Between two places and no more: a further condition on the time would have the rows before a later page passed over each time.
private struct MediaSpan {
    private var above: MediaPlace?
    private var below: MediaPlace?

    init(_ filter: MediaFilter) {
        above = filter.from.map { MediaPlace($0 - .milliseconds(1), ID(value: .max)) }
        below = filter.until.map { MediaPlace($0, ID(value: 0)) }
    }

    mutating func begin(above place: MediaPlace) {
        if above.map({ $0 < place }) ?? true { above = place }
    }

    mutating func end(below place: MediaPlace) {
        if below.map({ place < $0 }) ?? true { below = place }
    }

    var condition: SQL {
        var condition: SQL = ""
        if let above { condition += " AND (recorded_at, id) > (\(above.recordedAt), \(above.id))" }
        if let below { condition += " AND (recorded_at, id) < (\(below.recordedAt), \(below.id))" }
        return condition
    }
}

extension MediaPlace: Comparable {
    static func < (one: MediaPlace, other: MediaPlace) -> Bool {
        (one.recordedAt, one.id) < (other.recordedAt, other.id)
    }
}
