// All the SQL of an account's people. What must hold for the account as a whole, how many there are and that somebody can still
// administer it, is looked at after the write, behind the account's lock: whatever the change was, it is undone when it does not.

import Database
import HTTP
import HTTPTypes
import Spelling
import Time
import Web

/// Somebody, as pages show them.
struct UserRecord {
    enum State: String, CaseIterable {
        case active, invited, disabled
    }

    /// In a list without the queues.
    fileprivate(set) var entry: UserEntry
    let roleName: String
    let authority: Authority
    let isEnabled: Bool
    /// They have chosen one.
    let hasPassword: Bool
    let hasFactor: Bool
    let createdAt: Timestamp
    let lastSeenAt: Timestamp?

    var state: State { !isEnabled ? .disabled : hasPassword ? .active : .invited }
}

struct UserFilter {
    let search: String
    let state: UserRecord.State?
    let role: ID<RoleRow>?

    /// - Parameter roles: the account's. What is none of them, nor a status, narrows nothing.
    init(_ query: FormData, among roles: [RoleRecord]) {
        search = query["q"] ?? ""
        state = query["state"].flatMap { UserRecord.State(rawValue: $0) }
        let role = query["role"].flatMap { ID<RoleRow>($0) }
        self.role = role.flatMap { role in roles.contains { $0.entry.id == role } ? role : nil }
    }

    var isNarrowing: Bool { !search.isEmpty || state != nil || role != nil }
}

struct UserStore {
    /// Without an administrator who can sign in, nobody could undo it.
    struct LastAdministrator: Error {}

    private let ids: IDGenerator
    private let clock: Clock
    private let rights: RightCatalogue
    private let alerts: Alerts

    init(_ app: App) {
        (ids, clock, rights, alerts) = (app.site.ids, app.site.clock, app.site.rights, app.alerts)
    }

    /// Up to `maximum` and one more: a list is not to go through ten thousand for the number above it.
    func count(of account: ID<Account>, upTo maximum: Int, on connection: any Connection) throws -> Int {
        try connection.value(
            "SELECT COUNT(*) FROM (SELECT 1 FROM users WHERE account_id = \(account) LIMIT \(maximum + 1)) AS counted") ?? 0
    }

    func nextID() -> ID<User> { ids.next() }

    /// - Parameter roles: those that may be given; the one to begin with is that by which least is.
    func new(withOneOf roles: [RoleRecord]) throws -> UserEntry {
        let role = roles.min { one, other in
            one.authority.isAdministrator != other.authority.isAdministrator
                ? other.authority.isAdministrator : one.authority.rights.count < other.authority.rights.count
        }
        guard let role else { throw Abort(.notFound) }
        return UserEntry(id: ids.next(), role: role.entry.id)
    }

    func page(
        of account: ID<Account>, _ filter: UserFilter, at position: PagePosition<User>, size: Int, on connection: any Connection
    ) throws -> Keyset<UserRecord> {
        var condition: SQL = ""
        if !filter.search.isEmpty {
            let pattern = LikePattern.containing(filter.search)
            condition = " AND u.search_text LIKE \(pattern) ESCAPE '\\'"
        }
        switch filter.state {
        case .active: condition = "\(condition) AND u.is_enabled = 1 AND u.password_hash <> ''"
        case .invited: condition = "\(condition) AND u.is_enabled = 1 AND u.password_hash = ''"
        case .disabled: condition = "\(condition) AND u.is_enabled = 0"
        case nil: break
        }
        if let role = filter.role { condition = "\(condition) AND u.role_id = \(role)" }
        // By the folded name, as people look for somebody; the address behind it orders those of one name.
        let place = try position.condition(byName: "u.search_text", "u.id", of: "users u WHERE u.account_id = \(account)", on: connection)
        let direction = position.isBackward ? "DESC" as SQL : "ASC"
        let records = try connection.rows(
            """
            \(Self.selection) WHERE u.account_id = \(account) \(condition) \(place)
            ORDER BY u.search_text \(direction), u.id \(direction) LIMIT \(size + 1)
            """, decode)
        return Keyset(records, size: size, position)
    }

    /// Those who have one of these addresses, by address.
    func users(emails: Set<String>, of account: ID<Account>, on connection: any Connection) throws -> [String: UserRecord] {
        var found: [String: UserRecord] = [:]
        for email in emails where !email.isEmpty {
            guard var user = try connection.first("\(Self.selection) WHERE u.email = \(email) AND u.account_id = \(account)", decode) else {
                continue
            }
            user.entry.queues = try QueueMemberStore.queues(of: user.entry.id, in: account, on: connection)
            found[email] = user
        }
        return found
    }

    /// Throws 404 for somebody of another account, as for nobody.
    func user(_ id: ID<User>, of account: ID<Account>, on connection: any Connection) throws -> UserRecord {
        let found = try connection.first("\(Self.selection) WHERE u.id = \(id) AND u.account_id = \(account)", decode)
        guard var found else { throw Abort(.notFound) }
        found.entry.queues = try QueueMemberStore.queues(of: id, in: account, on: connection)
        return found
    }

    private static let selection: SQL = """
        SELECT u.id, u.name, u.email, u.role_id, u.mobile, u.head_of_line, u.version, r.name, r.rights, r.is_administrator, u.is_enabled,
            u.password_hash <> '', u.factor_since IS NOT NULL, u.created_at, (SELECT MAX(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id)
        FROM users u JOIN roles r ON r.id = u.role_id
        """

    private func decode(_ row: Row) throws -> UserRecord {
        UserRecord(
            entry: try UserEntry.record.decode(row), roleName: try row.next(),
            authority: rights.authority(stored: try row.next(), isAdministrator: try row.next()), isEnabled: try row.next(),
            hasPassword: try row.next(), hasFactor: try row.next(), createdAt: try row.next(), lastSeenAt: try row.next())
    }

    /// What a form that was sent before has made.
    func made(_ entry: UserEntry, of account: ID<Account>, on connection: any Connection) throws -> Made {
        guard let stored = try? user(entry.id, of: account, on: connection).entry else { return .not }
        var same = entry
        same.version = stored.version
        return stored == same ? .asAsked : .otherwise
    }

    /// Somebody who has no password yet, and so cannot sign in before they have followed a link. Throws `Refusal.limitReached`, and
    /// `FieldProblem` when the account has the address already, or allows none of its domain.
    func insert(_ entry: UserEntry, in account: ID<Account>, on connection: any Connection) throws {
        try Limit.users.requireRoom(in: account, telling: alerts, on: connection)
        try AllowedUserDomains(of: account, on: connection).require(entry.email)
        let now = clock.now()
        do {
            try connection.execute(
                """
                INSERT INTO users (id, account_id, role_id, email, name, search_text, password_hash, password_changed_at, mobile,
                    head_of_line, created_at)
                VALUES (\(entry.id), \(account), \(entry.role), \(entry.email), \(entry.name),
                    \(SearchText.folded(entry.name, entry.email)), '', \(now), \(entry.mobile), \(entry.headOfLine), \(now))
                """)
        } catch DatabaseError.duplicate {
            throw FieldProblem("email", "taken")
        }
    }

    /// Throws `Refusal.stale`, `LastAdministrator`, and `FieldProblem` when the account has the address already, or allows no other one of
    /// its domain.
    func update(_ entry: UserEntry, of account: ID<Account>, on connection: any Connection) throws {
        try connection.lock(account)
        let email = try connection.value("SELECT email FROM users WHERE id = \(entry.id) AND account_id = \(account)", as: String.self)
        if email.map({ !$0.isIdentical(to: entry.email) }) ?? true {
            try AllowedUserDomains(of: account, on: connection).require(entry.email)
        }
        do {
            let changed = try connection.execute(
                """
                UPDATE users SET \(UserEntry.record.assignments(entry)), search_text = \(SearchText.folded(entry.name, entry.email)),
                    version = version + 1
                WHERE id = \(entry.id) AND account_id = \(account) AND version = \(entry.version)
                """)
            guard changed == 1 else { throw Refusal.stale }
        } catch DatabaseError.duplicate {
            throw FieldProblem("email", "taken")
        }
        try requireAdministrator(of: account, on: connection)
    }

    /// Ends their sessions with it, and a link that they may have. False when they are so already. Throws `LastAdministrator`.
    func setEnabled(_ isEnabled: Bool, _ user: ID<User>, of account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.lock(account)
        let changed = try connection.execute(
            """
            UPDATE users SET is_enabled = \(isEnabled), version = version + 1
            WHERE id = \(user) AND account_id = \(account) AND is_enabled <> \(isEnabled)
            """)
        guard changed == 1 else { return false }
        if !isEnabled {
            try connection.execute("DELETE FROM sessions WHERE user_id = \(user)")
            try connection.execute("DELETE FROM password_links WHERE user_id = \(user)")
        }
        try requireAdministrator(of: account, on: connection)
        return true
    }

    /// What was theirs in the records stays, with their name. How many it deleted. Throws `LastAdministrator`.
    func delete(_ user: ID<User>, of account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.lock(account)
        guard try connection.value("SELECT 1 FROM users WHERE id = \(user) AND account_id = \(account)", as: Int.self) != nil else {
            return 0
        }
        let theirs: [SQL] = [
            "sessions", "devices", "sign_in_choices", "password_links", "user_imports", "queue_members", "recovery_codes",
        ]
        for table in theirs {
            try connection.execute("DELETE FROM \(table) WHERE user_id = \(user)")
        }
        try BlacklistRemovalStore.remove(of: user, in: account, ids, on: connection)
        let count = try connection.execute("DELETE FROM users WHERE id = \(user) AND account_id = \(account)")
        try requireAdministrator(of: account, on: connection)
        return count
    }

    /// One who can sign in.
    private func requireAdministrator(of account: ID<Account>, on connection: any Connection) throws {
        let found = try connection.value(
            """
            SELECT 1 FROM users u JOIN roles r ON r.id = u.role_id
            WHERE u.account_id = \(account) AND r.is_administrator = 1 AND u.is_enabled = 1 AND u.password_hash <> '' LIMIT 1
            """, as: Int.self)
        guard found != nil else { throw LastAdministrator() }
    }
}
