// Sessions in the database: found by the hash of a token that only the browser has, ended by time, by sign-out, or by the user.

import Crypto
package import Database
import Spelling
import Time

package struct SessionStore: Sendable {
    package static let idle = Duration.seconds(30 * 60)
    package static let absolute = Duration.seconds(12 * 3600)
    /// The time of the last request is written at most this often, so that reading pages does not write.
    static let touch = Duration.seconds(60)

    let ids: IDGenerator
    let clock: Clock
    let rights: RightCatalogue
    let accountLogo: AccountLogo?
    let operatorsNeedFactor: Bool
    /// Tabs of which something is counted: the platform's, for its staff alone, and an account's.
    private let countedOfPlatform: [Tab]
    private let counted: [Tab]
    /// What every page reads; the same each time, so it is put together once.
    private let selection: SQL

    init(
        ids: IDGenerator, clock: Clock, rights: RightCatalogue, accountLogo: AccountLogo?, counted: [Tab], operatorsNeedFactor: Bool
    ) {
        (self.ids, self.clock, self.rights, self.accountLogo) = (ids, clock, rights, accountLogo)
        self.operatorsNeedFactor = operatorsNeedFactor
        self.counted = counted.filter { !$0.isOfPlatform }
        countedOfPlatform = counted.filter(\.isOfPlatform)
        let platform = countedOfPlatform.compactMap(\.waiting).map { "CASE WHEN u.account_id IS NULL THEN \($0) ELSE 0 END, " as SQL }
        let further = ([accountLogo?.column ?? "NULL"] + self.counted.compactMap(\.waiting) + rights.conditions.map(\.column))
            .joined(by: ", ")
        selection = """
            SELECT \(Session.record.columns), r.rights, r.is_administrator, \(platform.joined(by: ""))a.id, \(Session.AccountSummary.record.columns), \(further)
            FROM sessions s JOIN users u ON u.id = s.user_id
            LEFT JOIN roles r ON r.id = u.role_id LEFT JOIN accounts a ON a.id = s.account_id
            WHERE u.is_enabled = 1 AND \(AccountState.admitsUser)
            """
    }

    /// Starts a session and gives its token, 256 random bits, which is nowhere else. Throws `AccountSuspended`, which is answered by a page
    /// that says so.
    package func start(
        user: ID<User>, account: ID<Account>?, userAgent: String, address: String, on connection: any Connection
    ) throws -> String {
        try requireOpenAccount(of: user, on: connection)
        let token = Token.random()
        let now = clock.now()
        try connection.execute(
            """
            INSERT INTO sessions (token_hash, id, user_id, account_id, created_at, last_seen_at, user_agent, address)
            VALUES (\(Token.hash(token)), \(ids.next(SessionRow.self)), \(user), \(account), \(now), \(now), \(TypedText.prefix(userAgent, maximumBytes: 400)), \(address))
            """)
        return token
    }

    /// One that begins long after now was begun by a clock that was ahead, and would last until that clock's time has come.
    package func find(token: String, on connection: any Connection) throws -> Session? {
        let now = clock.now()
        return try connection.first(
            """
            \(selection) AND s.token_hash = \(Token.hash(token))
                AND s.last_seen_at > \(now - Self.idle) AND s.created_at > \(now - Self.absolute) AND s.created_at <= \(now + Self.absolute)
            """, session)
    }

    private func session(_ row: Row) throws -> Session {
        var session = try Session.record.decode(row)
        session.authority = try authority(row, isOperator: session.isOperator)
        session.rights = session.authority.rights
        for tab in countedOfPlatform { session.waiting[tab.path] = try row.next() }
        if let id: ID<Account> = try row.next() {
            var account = try Session.AccountSummary.record.decode(row)
            account.id = id
            account.logoURL = try row.next(String?.self).flatMap { accountLogo?.url($0) } ?? ""
            for tab in counted { account.waiting[tab.path] = try row.next() }
            session.account = account
            session.rights = try rights.counting(session.rights, row)
        }
        session.needsFactor =
            switch session.account?.factorRule {
            case _ where session.isOperator: operatorsNeedFactor
            case .all: true
            case .administrators: session.isAdministrator
            case .nobody, nil: false
            }
        return session
    }

    private func authority(_ row: Row, isOperator: Bool) throws -> Authority {
        let stored = try row.next(Set<Right>?.self) ?? []
        let isAdministrator = try row.next(Bool?.self) ?? false
        return rights.authority(stored: stored, isAdministrator: isOperator || isAdministrator)
    }

    /// What somebody has by now, behind the account's lock: a session was read when its request began.
    package func authority(of user: ID<User>, on connection: any Connection) throws -> Authority {
        try connection.first(
            """
            SELECT u.account_id IS NULL, r.rights, r.is_administrator FROM users u LEFT JOIN roles r ON r.id = u.role_id
            WHERE u.id = \(user) AND u.is_enabled = 1
            """
        ) { try authority($0, isOperator: $0.next()) } ?? Authority(isAdministrator: false, rights: [])
    }

    func isTouchDue(_ session: Session) -> Bool {
        let age = clock.now() - session.lastSeenAt
        return age > Self.touch || age < .zero - Self.touch
    }

    func touch(_ session: Session, on connection: any Connection) throws {
        try connection.execute("UPDATE sessions SET last_seen_at = \(clock.now()) WHERE id = \(session.id)")
    }

    package func end(_ session: ID<SessionRow>, of user: ID<User>, on connection: any Connection) throws -> Bool {
        try connection.execute("DELETE FROM sessions WHERE id = \(session) AND user_id = \(user)") > 0
    }

    /// Ends all of a user's sessions: at a change of password or rights, or when the user asks. Gives their number.
    @discardableResult
    package func endAll(of user: ID<User>, but kept: ID<SessionRow>? = nil, on connection: any Connection) throws -> Int {
        try connection.execute("DELETE FROM sessions WHERE user_id = \(user) AND id <> \(kept?.stored ?? "")")
    }

    package func deleteExpired(on connection: any Connection) throws {
        let now = clock.now()
        try connection.execute(
            """
            DELETE FROM sessions WHERE last_seen_at <= \(now - Self.idle) OR created_at <= \(now - Self.absolute)
                OR created_at > \(now + Self.absolute)
            """)
    }
}

/// Secrets that we give out once and recognise by their hash.
package enum Token {
    package static func random() -> String { Hexadecimal.text(of: randomBytes(32)) }

    /// Eight at a time: each time asks the kernel.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
        return Array(bytes.prefix(count))
    }

    package static func hash(_ token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(token.utf8)))
    }

    /// In a time that tells nothing of where they differ.
    package static func isEqual(_ one: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        SymmetricKey(data: Array(one)) == SymmetricKey(data: Array(other))
    }
}

extension Session {
    fileprivate static let record = Record(Session()) {
        Column("s.id", \.id)
        Column("s.last_seen_at", \.lastSeenAt)
        Column("u.id", \.user)
        Column("u.name", \.userName)
        Column("u.email", \.email)
        Column("u.account_id IS NULL", \.isOperator)
        Column("u.language", \.language)
        Column("u.time_zone", \.timeZone)
        Column("u.theme", \.theme)
        Column("u.password_changed_at", \.passwordChangedAt)
        Column("u.must_change_password", \.mustChangePassword)
        Column("u.factor_since IS NOT NULL", \.hasFactor)
    }
}

extension Session.AccountSummary {
    fileprivate static let record = Record(Session.AccountSummary()) {
        Column("a.slug", \.slug)
        Column("a.name", \.name)
        Column("a.language", \.language)
        Column("a.country", \.country)
        Column("a.time_zone", \.timeZone)
        Column("a.password_days", \.passwordDays)
        Column("a.state", \.state)
        Column("a.second_factor", \.factorRule)
    }
}
