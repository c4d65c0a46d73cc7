// All the SQL of requests for more.

import Database
import Time
import Web

enum LimitRequestStore {
    /// How many wait for the platform's staff.
    static let waiting: SQL = "(SELECT COUNT(*) FROM limit_requests WHERE state = 'submitted')"

    /// Of an account, the newest first.
    static func page(
        of account: ID<Account>, at position: PagePosition<LimitRequestRow>, size: Int, on connection: any Connection
    ) throws -> Keyset<LimitRequest> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try connection.rows(
            """
            SELECT \(LimitRequest.record.columns) FROM limit_requests WHERE account_id = \(account) \(position.condition(on: "id"))
            ORDER BY id \(direction) LIMIT \(size + 1)
            """, LimitRequest.record.decode)
        return Keyset(records, size: size, position)
    }

    /// Those that wait: no more than there are limits.
    static func open(of account: ID<Account>, on connection: any Connection) throws -> [LimitRequest] {
        try connection.rows(
            "SELECT \(LimitRequest.record.columns) FROM limit_requests WHERE account_id = \(account) AND state = 'submitted' ORDER BY name",
            LimitRequest.record.decode)
    }

    static func isOpen(_ name: String, of account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.value(
            "SELECT 1 FROM limit_requests WHERE account_id = \(account) AND name = \(name) AND state = 'submitted'", as: Int.self) != nil
    }

    /// What a form that was sent before has made.
    static func made(_ request: LimitRequest, of account: ID<Account>, on connection: any Connection) throws -> Made {
        guard let stored = try? self.request(request.id, of: account, on: connection) else { return .not }
        return stored.name == request.name && stored.wanted == request.wanted && stored.reason == request.reason ? .asAsked : .otherwise
    }

    /// Throws `FieldProblem` while another waits for an answer.
    static func insert(_ request: LimitRequest, in account: ID<Account>, on connection: any Connection) throws {
        do {
            try connection.execute(
                """
                INSERT INTO limit_requests (account_id, \(LimitRequest.record.columns))
                VALUES (\(account), \(LimitRequest.record.values(request)))
                """)
        } catch DatabaseError.duplicate {
            throw FieldProblem("wanted", "open")
        }
    }

    /// Throws 404 for one of another account, as for one that never was.
    static func request(_ id: ID<LimitRequestRow>, of account: ID<Account>, on connection: any Connection) throws -> LimitRequest {
        let found = try connection.first(
            "SELECT \(LimitRequest.record.columns) FROM limit_requests WHERE id = \(id) AND account_id = \(account)",
            LimitRequest.record.decode)
        guard let found else { throw Refusal.notFound }
        return found
    }

    /// Throws `Refusal.stale` when it has an answer, or was withdrawn already.
    static func withdraw(
        _ id: ID<LimitRequestRow>, of account: ID<Account>, by name: String, at now: Timestamp, on connection: any Connection
    ) throws {
        let changed = try connection.execute(
            """
            UPDATE limit_requests SET state = 'withdrawn', closed_by = \(name), closed_at = \(now)
            WHERE id = \(id) AND account_id = \(account) AND state = 'submitted'
            """)
        guard changed == 1 else { throw Refusal.stale }
    }

    // MARK: The platform's staff

    /// Of all accounts.
    struct Queued {
        let request: LimitRequest
        let account: AccountRecord
    }

    /// Those in a state, or in any, the newest first.
    static func queue(
        _ state: LimitRequest.State?, at position: PagePosition<LimitRequestRow>, size: Int, on connection: any Connection
    ) throws -> Keyset<(request: LimitRequest, accountName: String)> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let condition: SQL = state.map { "AND state = \($0)" } ?? ""
        let records = try connection.rows(
            """
            SELECT \(LimitRequest.record.columns), (SELECT a.name FROM accounts a WHERE a.id = limit_requests.account_id)
            FROM limit_requests WHERE 1 = 1 \(condition) \(position.condition(on: "id")) ORDER BY id \(direction) LIMIT \(size + 1)
            """
        ) { (request: try LimitRequest.record.decode($0), accountName: try $0.next(String.self)) }
        return Keyset(records, size: size, position)
    }

    /// Throws 404 for one that is not there.
    static func queued(_ id: ID<LimitRequestRow>, on connection: any Connection) throws -> Queued {
        let found = try connection.first(
            "SELECT \(LimitRequest.record.columns), account_id FROM limit_requests WHERE id = \(id)"
        ) { (request: try LimitRequest.record.decode($0), account: try $0.next(ID<Account>.self)) }
        guard let found, let account = try AccountDirectory.account(found.account, on: connection) else { throw Refusal.notFound }
        return Queued(request: found.request, account: account)
    }

    /// Throws `Refusal.stale` when it was answered or withdrawn meanwhile.
    static func close(
        _ id: ID<LimitRequestRow>, as state: LimitRequest.State, granting number: Int?, saying answer: String?, by name: String,
        at now: Timestamp, on connection: any Connection
    ) throws {
        let changed = try connection.execute(
            """
            UPDATE limit_requests SET state = \(state), granted = \(number), answer = \(answer), closed_by = \(name), closed_at = \(now)
            WHERE id = \(id) AND state = 'submitted'
            """)
        guard changed == 1 else { throw Refusal.stale }
    }

    // MARK: The demonstration

    /// One that was answered a month ago, and one that waits.
    static func demonstrate(_ app: App, _ account: ID<Account>, on connection: any Connection) throws {
        let person = try connection.first(
            """
            SELECT u.id, u.name, a.language FROM users u JOIN roles r ON r.id = u.role_id JOIN accounts a ON a.id = u.account_id
            WHERE u.account_id = \(account) AND r.is_administrator = 1 ORDER BY u.id LIMIT 1
            """
        ) { (id: try $0.next(ID<User>.self), name: try $0.next(String.self), language: try $0.next(String.self)) }
        guard let person else { return }
        let t = app.site.locales[Language(rawValue: person.language) ?? .english]
        let now = app.site.clock.now()
        var answered = LimitRequest(id: app.site.ids.next(), name: "users", had: 1000, wanted: 1500, reason: t("limits.demo.users"))
        (answered.user, answered.userName, answered.createdAt) = (person.id, person.name, now - .seconds(33 * 86_400))
        (answered.state, answered.granted, answered.answer) = (.approved, 1200, t("limits.demo.answer"))
        (answered.closedBy, answered.closedAt) = ("Robin Keller", now - .seconds(32 * 86_400))
        try insert(answered, in: account, on: connection)
        var waiting = LimitRequest(id: app.site.ids.next(), name: "webhooks", had: 20, wanted: 40, reason: t("limits.demo.webhooks"))
        (waiting.user, waiting.userName, waiting.createdAt) = (person.id, person.name, now - .seconds(5 * 3600))
        try insert(waiting, in: account, on: connection)
        try connection.execute(
            "INSERT INTO account_limits (account_id, name, maximum) VALUES (\(account), 'users', 1200)")
    }
}
