// Who did what, and what was deleted: written in the transaction that does it, or not at all.

package import Database
import HTTP
import Spelling
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
    /// What a search goes through at most, in bytes.
    private static let maximumSearchText = 2000

    let account: ID<Account>?
    let user: ID<User>?
    let userName: String
    /// Staff of the platform, at work in somebody's account.
    private var isStaff = false
    /// Empty: not over the network.
    let address: String
    /// The path of the tab whose page it was done on; empty: on none.
    private var area = ""
    let action: StaticString
    let subject: String
    /// Of which the changed fields are.
    let form: String
    let requestID: String
    let changes: [FieldChange]

    /// What is done on a page. The visit knows from where, and on which tab's.
    package init(
        _ visit: Visit, account: ID<Account>?, user: ID<User>?, userName: String, action: StaticString, subject: String,
        form: String = "", changes: [FieldChange] = []
    ) {
        self.init(
            account: account, user: user, userName: userName, action: action, subject: subject, from: visit.request.remoteAddress,
            requestID: visit.requestID, form: form, changes: changes)
        isStaff = visit.session?.isOperator ?? false
        area = visit.area
    }

    /// What a machine does with its key.
    package init(_ call: MachineCall, action: StaticString, subject: String, changes: [FieldChange] = []) {
        self.init(
            account: call.account, user: nil, userName: call.key.description, action: action, subject: subject,
            from: call.request.remoteAddress, requestID: call.requestID, changes: changes)
    }

    /// - Parameter address: empty for what is not done over the network.
    package init(
        account: ID<Account>?, user: ID<User>?, userName: String, action: StaticString, subject: String, from address: String,
        requestID: String, form: String = "", changes: [FieldChange] = []
    ) {
        self.account = account
        self.user = user
        self.userName = userName
        self.action = action
        self.subject = subject
        self.address = address
        self.requestID = requestID
        self.form = form
        self.changes = changes
    }

    package func record(_ site: Site, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO audit (id, account_id, user_id, user_name, is_staff, address, area, action, subject, form, changes, search_text,
                request_id, at)
            VALUES (\(site.ids.next(AuditRow.self)), \(account), \(user), \(userName), \(isStaff), \(address), \(area),
                \(action.description), \(subject), \(form), \(changes.stored), \(searchText), \(requestID), \(site.clock.now()))
            """)
    }

    private var searchText: String {
        let values = changes.flatMap { $0.isSecret ? [] : [$0.before, $0.after] }.joined(separator: "\n")
        return SearchText.folded(
            user == nil ? "" : userName, subject, address, TypedText.prefix(values, maximumBytes: Self.maximumSearchText))
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

    /// For a deletion that takes many transactions: the entry grows with each. False when the history no longer has it.
    @discardableResult
    package func update(_ entry: ID<DeletionRow>, on connection: any Connection) throws -> Bool {
        try connection.execute(
            "UPDATE deletions SET planned = \(planned), items = \(items), bytes = \(bytes) WHERE id = \(entry) AND account_id = \(account)")
            > 0
    }
}
