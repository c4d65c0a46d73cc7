// All the SQL of mail.

package import Database
package import Time

package enum MailState: String, Sendable, SQLConvertible {
    case waiting
    case sent
    /// The relay said that it never will.
    case refused
    /// Its time ran out before the relay took it.
    case expired
    /// Its words cannot be opened with this master key.
    case unreadable
}

/// What a page says of a message.
package struct MailReport: Sendable {
    package let state: MailState
    package let recipient: String
    package let answer: String
    package let attempts: Int
    package let at: Timestamp
}

/// What became of a message in the end.
package struct MailSettlement: Sendable {
    package let state: MailState
    package let account: ID<Account>?
    package let user: ID<User>?
    package let recipient: String
    /// The relay's.
    package let answer: String
}

/// Who gets a message, and until when it is worth sending.
package struct MailAddressee: Sendable {
    package let account: ID<Account>?
    package let user: ID<User>?
    package let address: String
    package let name: String

    package init(account: ID<Account>?, user: ID<User>?, address: String, name: String) {
        (self.account, self.user, self.address, self.name) = (account, user, address, name)
    }
}

struct MailStore {
    struct Due {
        let id: ID<MailRow>
        let account: ID<Account>?
        let user: ID<User>?
        let recipient: String
        let name: String
        let subject: String
        let text: [UInt8]
        let html: [UInt8]
        let attempts: Int
        let createdAt: Timestamp
        let expiresAt: Timestamp
    }

    let vault: Vault

    func insert(
        _ message: MailMessage, as id: ID<MailRow>, to addressee: MailAddressee, at now: Timestamp, until end: Timestamp,
        on connection: any Connection
    ) throws {
        let text = try vault.seal(message.text, at: place(id, addressee.account, "text"))
        let html = try vault.seal(message.html, at: place(id, addressee.account, "html"))
        try connection.execute(
            """
            INSERT INTO mails (id, account_id, user_id, recipient, recipient_name, subject, text, html, state, next_at, expires_at,
                created_at)
            VALUES (\(id), \(addressee.account), \(addressee.user), \(message.recipient), \(message.recipientName), \(message.subject),
                \(text), \(html), \(MailState.waiting), \(now), \(end), \(now))
            """)
    }

    /// The one that is due first, of the account that comes behind `last`, or else of the first one: however much an account has to send,
    /// one message of each other goes in between. None before `time`.
    ///
    /// - Parameter failed: those that come behind all others, the first of them first: one at which the relay breaks off each time must
    ///   keep no other.
    func next(before time: Timestamp, behind last: ID<Account>?, sparing failed: [ID<MailRow>], on connection: any Connection) throws
        -> Due?
    {
        let last = last?.stored ?? ""
        let others: SQL = failed.isEmpty ? "" : "AND id NOT IN (\(list: failed))"
        if let due = try first(before: time, "COALESCE(account_id, '') > \(last) \(others)", on: connection)
            ?? first(before: time, "COALESCE(account_id, '') <= \(last) \(others)", on: connection)
        {
            return due
        }
        for id in failed {
            if let due = try first(before: time, "id = \(id)", on: connection) { return due }
        }
        return nil
    }

    private func first(before time: Timestamp, _ which: SQL, on connection: any Connection) throws -> Due? {
        // The sum keeps the index by time, which would sort all that is due, out of it.
        try connection.first(
            """
            SELECT id, account_id, user_id, recipient, recipient_name, subject, text, html, attempts, created_at, expires_at FROM mails
            WHERE next_at IS NOT NULL AND next_at + 0 <= \(time) AND \(which) ORDER BY COALESCE(account_id, ''), next_at, id LIMIT 1
            """
        ) { row in
            Due(
                id: try row.next(), account: try row.next(), user: try row.next(), recipient: try row.next(), name: try row.next(),
                subject: try row.next(), text: try row.next(), html: try row.next(), attempts: try row.next(), createdAt: try row.next(),
                expiresAt: try row.next())
        }
    }

    func isDue(besides failed: [ID<MailRow>], before time: Timestamp, on connection: any Connection) throws -> Bool {
        let others: SQL = failed.isEmpty ? "" : "AND id NOT IN (\(list: failed))"
        return try connection.value(
            "SELECT 1 FROM mails WHERE next_at IS NOT NULL AND next_at <= \(time) \(others) LIMIT 1", as: Int.self) != nil
    }

    func nextTime(on connection: any Connection) throws -> Timestamp? {
        try connection.value("SELECT MIN(next_at) FROM mails WHERE next_at IS NOT NULL")
    }

    func message(of due: Due) throws -> MailMessage {
        MailMessage(
            to: due.recipient, named: due.name, subject: due.subject,
            text: try vault.open(due.text, at: place(due.id, due.account, "text")),
            html: try vault.open(due.html, at: place(due.id, due.account, "html")))
    }

    /// Its words go with it.
    func settle(_ due: Due, as state: MailState, attempts: Int, answer: String, at now: Timestamp, on connection: any Connection)
        throws
    {
        try connection.execute(
            """
            UPDATE mails SET state = \(state), attempts = \(attempts), answer = \(answer), settled_at = \(now), next_at = NULL, text = NULL,
                html = NULL WHERE id = \(due.id) AND next_at IS NOT NULL
            """)
    }

    func postpone(_ id: ID<MailRow>, to time: Timestamp, attempts: Int, answer: String, on connection: any Connection) throws {
        try connection.execute(
            "UPDATE mails SET attempts = \(attempts), answer = \(answer), next_at = \(time) WHERE id = \(id) AND next_at IS NOT NULL")
    }

    func last(of user: ID<User>, on connection: any Connection) throws -> MailReport? {
        try connection.first(
            """
            SELECT state, recipient, answer, attempts, COALESCE(settled_at, created_at) FROM mails WHERE user_id = \(user)
            ORDER BY id DESC LIMIT 1
            """
        ) { row in
            MailReport(
                state: try row.next(), recipient: try row.next(), answer: try row.next(), attempts: try row.next(), at: try row.next())
        }
    }

    func count(
        to recipient: String, of account: ID<Account>?, since time: Timestamp, endingBy end: Timestamp, on connection: any Connection
    ) throws -> Int {
        try connection.value(
            """
            SELECT COUNT(*) FROM mails
            WHERE recipient = \(recipient) AND created_at > \(time) AND expires_at <= \(end)
                AND COALESCE(account_id, '') = \(account?.stored ?? "")
            """) ?? 0
    }

    func waiting(on connection: any Connection) throws -> Int {
        try connection.value("SELECT COUNT(*) FROM mails WHERE next_at IS NOT NULL") ?? 0
    }

    static func delete(before time: Timestamp, upTo limit: Int, on connection: any Connection) throws -> Int {
        try connection.execute(
            """
            DELETE FROM mails WHERE id IN (
                SELECT id FROM mails WHERE created_at < \(time) AND next_at IS NULL ORDER BY created_at LIMIT \(limit))
            """)
    }

    private func place(_ id: ID<MailRow>, _ account: ID<Account>?, _ column: StaticString) -> Vault.Place {
        Vault.Place(account: account, table: "mails", row: id, column: column)
    }
}
