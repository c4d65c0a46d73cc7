// Who did what, and what was deleted: written in the transaction that does it, or not at all.

package import Database
import Time

/// Whose doing it was where nobody had signed in: written down in no language, and shown in the reader's.
package enum UnnamedActor: String, CaseIterable, Sendable {
    case system = "System"
    /// Somebody at the machine.
    case commandLine = "Command line"

    package func words(_ t: Translation) -> String {
        switch self {
        case .system: t("deletions.system")
        case .commandLine: t("deletions.command_line")
        }
    }
}

package enum AuditRow: Identified {
    package static let idPrefix = "aud"
}

package struct AuditEntry {
    let account: ID<Account>?
    let user: ID<User>?
    let userName: String
    let action: StaticString
    let subject: String
    let requestID: String
    let changes: [FieldChange]

    package init(
        account: ID<Account>?, user: ID<User>?, userName: String, action: StaticString, subject: String, requestID: String,
        changes: [FieldChange] = []
    ) {
        self.account = account
        self.user = user
        self.userName = userName
        self.action = action
        self.subject = subject
        self.requestID = requestID
        self.changes = changes
    }

    package func record(_ site: Site, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO audit (id, account_id, user_id, user_name, action, subject, changes, request_id, at)
            VALUES (\(site.ids.next(AuditRow.self)), \(account), \(user), \(userName), \(action.description), \(subject),
                \(changes.stored), \(requestID), \(site.clock.now()))
            """)
    }
}

package enum DeletionRow: Identified {
    package static let idPrefix = "del"
}

package struct Deletion {
    let account: ID<Account>
    /// Nil: the System.
    let user: ID<User>?
    let userName: String
    let entity: DeletedEntity
    let detail: String
    let planned: Int
    let items: Int
    let bytes: Int

    package init(
        account: ID<Account>, user: ID<User>?, userName: String, entity: DeletedEntity, detail: String, planned: Int, items: Int, bytes: Int
    ) {
        self.account = account
        self.user = user
        self.userName = userName
        self.entity = entity
        self.detail = detail
        self.planned = planned
        self.items = items
        self.bytes = bytes
    }

    @discardableResult
    package func record(_ site: Site, on connection: any Connection) throws -> ID<DeletionRow> {
        let id = site.ids.next(DeletionRow.self)
        try connection.execute(
            """
            INSERT INTO deletions (id, account_id, user_id, user_name, entity, detail, planned, items, bytes, search_text, deleted_at)
            VALUES (\(id), \(account), \(user), \(userName), \(entity), \(detail), \(planned), \(items), \(bytes),
                \(SearchText.folded(user == nil ? "" : userName, detail)), \(site.clock.now()))
            """)
        return id
    }

    /// For a deletion that takes many transactions: the entry grows with each.
    package func update(_ entry: ID<DeletionRow>, on connection: any Connection) throws {
        try connection.execute(
            "UPDATE deletions SET planned = \(planned), items = \(items), bytes = \(bytes) WHERE id = \(entry) AND account_id = \(account)")
    }
}
