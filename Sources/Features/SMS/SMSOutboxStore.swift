// All the SQL of the SMS that are to go. What they say may open an account: it is sealed, and goes once nobody has to send it any more.

import Database
import Time
import Web

enum SMSRow: Identified {
    static let idPrefix = "sms"
}

enum SMSState: String, Sendable, CaseIterable, SQLConvertible {
    case waiting
    /// The provider has taken it.
    case sent
    /// The provider will never take it.
    case refused
    /// Its time ran out before the provider took it.
    case expired
    /// It, or the provider's password, cannot be opened with this master key.
    case unreadable
    /// The account has none any more.
    case noProvider = "no_provider"
    /// Another took its place, or its number is theirs no more.
    case withdrawn

    var isGood: Bool { [.waiting, .sent, .withdrawn].contains(self) }
}

/// What a page says of a message.
struct SMSReport: Sendable {
    let state: SMSState
    let recipient: String
    let answer: String
    let at: Timestamp
}

struct SMSOutboxStore {
    struct Due: Sendable {
        var id: ID<SMSRow>
        var account: ID<Account>
        var user: ID<User>
        /// E.164.
        var recipient = ""
        var sealed: [UInt8] = []
        var attempts = 0
        var answer = ""
        var createdAt = Timestamp(milliseconds: 0)
        var expiresAt = Timestamp(milliseconds: 0)

        fileprivate static let record = Record(Due(id: ID(value: 0), account: ID(value: 0), user: ID(value: 0))) {
            Column("id", \.id)
            Column("account_id", \.account)
            Column("user_id", \.user)
            Column("recipient", \.recipient)
            Column("text", \.sealed)
            Column("attempts", \.attempts)
            Column("answer", \.answer)
            Column("created_at", \.createdAt)
            Column("expires_at", \.expiresAt)
        }
    }

    let vault: Vault

    func insert(_ due: Due, _ text: String, on connection: any Connection) throws {
        try withdraw(of: due.user, on: connection)
        var due = due
        due.sealed = try vault.seal(text, at: place(due))
        try connection.execute(
            """
            INSERT INTO sms_messages (\(Due.record.columns), state, next_at)
            VALUES (\(Due.record.values(due)), \(SMSState.waiting), \(due.createdAt))
            """)
    }

    /// It stays without its words, to be counted.
    func withdraw(of user: ID<User>, on connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE sms_messages SET state = \(SMSState.withdrawn), next_at = NULL, text = NULL
            WHERE user_id = \(user) AND next_at IS NOT NULL
            """)
    }

    func hurry(of account: ID<Account>, at now: Timestamp, on connection: any Connection) throws {
        try connection.execute("UPDATE sms_messages SET next_at = \(now) WHERE account_id = \(account) AND next_at > \(now)")
    }

    /// Whatever became of them. A clock that was ahead keeps nobody waiting for days.
    func count(to number: String, of account: ID<Account>, from start: Timestamp, to end: Timestamp, on connection: any Connection) throws
        -> Int
    {
        try connection.value(
            """
            SELECT COUNT(*) FROM sms_messages
            WHERE created_at > \(start) AND created_at <= \(end) AND recipient = \(number) AND account_id = \(account)
            """) ?? 0
    }

    /// Nil when it cannot be opened.
    func text(of due: Due) -> String? { try? vault.open(due.sealed, at: place(due)) }

    private func place(_ due: Due) -> Vault.Place { SealedColumn.smsText.place(account: due.account, row: due.id) }

    func next(before time: Timestamp, sparing accounts: Set<ID<Account>>, on connection: any Connection) throws -> Due? {
        try connection.first(
            """
            SELECT \(Due.record.columns) FROM sms_messages
            WHERE next_at IS NOT NULL AND next_at <= \(time) \(Self.not(accounts)) ORDER BY next_at, id LIMIT 1
            """, Due.record.decode)
    }

    func nextTime(sparing accounts: Set<ID<Account>>, on connection: any Connection) throws -> Timestamp? {
        try connection.value("SELECT MIN(next_at) FROM sms_messages WHERE next_at IS NOT NULL \(Self.not(accounts))")
    }

    private static func not(_ accounts: Set<ID<Account>>) -> SQL {
        accounts.isEmpty ? "" : "AND account_id NOT IN (\(list: accounts.sorted()))"
    }

    /// False when it was withdrawn meanwhile.
    func settle(_ due: Due, as state: SMSState, attempts: Int, answer: String, at now: Timestamp, on connection: any Connection) throws
        -> Bool
    {
        let count = try connection.execute(
            """
            UPDATE sms_messages SET state = \(state), attempts = \(attempts), answer = \(answer), settled_at = \(now), next_at = NULL,
                text = NULL WHERE id = \(due.id) AND next_at IS NOT NULL
            """)
        return count > 0
    }

    func postpone(_ due: Due, to time: Timestamp, attempts: Int, answer: String, on connection: any Connection) throws {
        try connection.execute(
            "UPDATE sms_messages SET attempts = \(attempts), answer = \(answer), next_at = \(time) WHERE id = \(due.id) AND next_at IS NOT NULL"
        )
    }

    func last(of user: ID<User>, on connection: any Connection) throws -> SMSReport? {
        try connection.first(
            """
            SELECT state, recipient, answer, COALESCE(settled_at, created_at) FROM sms_messages
            WHERE user_id = \(user) AND state <> \(SMSState.withdrawn) ORDER BY id DESC LIMIT 1
            """
        ) { row in
            SMSReport(state: try row.next(), recipient: try row.next(), answer: try row.next(), at: try row.next())
        }
    }

    /// What was settled before then; how many went.
    static func delete(before time: Timestamp, upTo limit: Int, on connection: any Connection) throws -> Int {
        try connection.execute(
            """
            DELETE FROM sms_messages WHERE id IN (
                SELECT id FROM sms_messages WHERE created_at < \(time) AND next_at IS NULL ORDER BY created_at LIMIT \(limit))
            """)
    }
}

extension SealedColumn {
    static let smsText = SealedColumn("sms_messages", "text")
}
