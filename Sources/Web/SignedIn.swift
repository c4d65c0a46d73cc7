// What a handler gets once the pipeline has proved who asks: somebody who is signed in, or a member at work in an account. Only the
// pipeline makes either, so a handler that has one has nothing left to check.

package import Database
package import HTTP
package import HTTPTypes
package import Templating
package import Time

/// What both can do: read what was sent, answer, and change what is theirs.
package protocol SignedIn: SendableMetatype {
    var visit: Visit { get }
    var session: Session { get }
    /// Whose settings their forms edit: a form says it, and is not saved for another.
    var owner: String { get }
}

/// Somebody who is signed in, perhaps without an account: staff who have opened none.
package struct Person: SignedIn {
    package let visit: Visit
    package let session: Session

    package var owner: String { session.user.description }

    init(visit: Visit, session: Session) {
        self.visit = visit
        self.session = session
    }
}

/// Somebody in an account whose right to the route was checked.
package struct Member: SignedIn {
    package let visit: Visit
    package let session: Session
    /// The account that all that this visit reads and writes belongs to.
    package let account: Session.AccountSummary

    package var owner: String { account.id.description }

    init(visit: Visit, session: Session, account: Session.AccountSummary) {
        self.visit = visit
        self.session = session
        self.account = account
    }

    package func may(_ right: Right) -> Bool { session.rights.contains(right) }

    /// The Deletion history's entry for what is deleted in the same transaction.
    package func recordDeletion(
        of entity: DeletedEntity, named detail: String, count: Int = 1, bytes: Int = 0, on connection: any Connection
    ) throws {
        try Deletion(
            account: account.id, user: session.user, userName: session.userName, entity: entity, detail: detail, planned: count,
            items: count, bytes: bytes
        ).record(site, on: connection)
    }

    /// Deletes, in one transaction with the Deletion history entry and the audit row.
    ///
    /// - Parameter body: says how many it deleted. Throws 404 when that is none: then nothing is written down either.
    @discardableResult
    package func delete(_ entity: DeletedEntity, named detail: String, _ body: (any Connection) throws -> Int) throws -> Int {
        try change("delete", of: "\(entity.rawValue) \(detail)") { connection in
            let count = try body(connection)
            guard count > 0 else { throw Refusal.notFound }
            try recordDeletion(of: entity, named: detail, count: count, on: connection)
            return count
        }
    }
}

extension SignedIn {
    package var t: Translation { visit.t }
    package var site: Site { visit.site }
    package var form: FormData { visit.form }
    package var query: FormData { visit.query }
    package var now: Timestamp { visit.now }
    package var times: Times { visit.times }
    package var numbers: Numbers { visit.numbers }

    package func id<Entity: Identified>(_ name: String = "id", as type: Entity.Type = Entity.self) throws -> ID<Entity> {
        try visit.id(name, as: type)
    }

    package func page<Page: TemplateData>(
        _ template: PageTemplate<Page>, _ page: Page, _ head: PageHead, hasErrors: Bool = false, status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        try visit.page(template, page, head, hasErrors: hasErrors, status: status)
    }

    /// The words of a language, for what is said on the page after the language has changed; the present ones where it is none of ours.
    package func translation(in language: String?) -> Translation {
        language.flatMap { Language(rawValue: $0) }.map { site.locales[$0] } ?? t
    }

    package func redirect(
        to path: String, _ kind: Flash.Kind = .good, saying text: String = "", link: Flash.Link? = nil
    ) -> WebResponse {
        visit.redirect(to: path, kind, saying: text, link: link)
    }

    /// Reads all that a page shows at once: what one page says is of one moment.
    package func read<Value>(_ body: (any Connection) throws -> Value) throws -> Value { try visit.read(body) }

    /// Changes the database in one transaction, together with its audit row: who did what to what. A body that finds that it cannot
    /// throws a `Refusal`: nothing stays then, the audit row included.
    package func change<Value>(
        _ action: StaticString, of subject: String = "", form: String = "", changes: [FieldChange] = [],
        _ body: (any Connection) throws -> Value
    ) throws -> Value {
        try change(action, of: subject, in: session.account?.id, form: form, changes: changes, body)
    }

    /// - Parameters:
    ///   - account: in whose log it stands; nil: in the platform's own.
    ///   - form: of which the changed fields are.
    package func change<Value>(
        _ action: StaticString, of subject: String = "", in account: ID<Account>?, form: String = "", changes: [FieldChange] = [],
        _ body: (any Connection) throws -> Value
    ) throws -> Value {
        try site.database.write { connection in
            let value = try body(connection)
            try record(action, of: subject, in: account, form: form, changes: changes, on: connection)
            return value
        }
    }

    /// The audit row of what happens in a transaction of somebody else's.
    package func record(
        _ action: StaticString, of subject: String, form: String = "", changes: [FieldChange] = [], on connection: any Connection
    ) throws {
        try record(action, of: subject, in: session.account?.id, form: form, changes: changes, on: connection)
    }

    private func record(
        _ action: StaticString, of subject: String, in account: ID<Account>?, form: String = "", changes: [FieldChange] = [],
        on connection: any Connection
    ) throws {
        try AuditEntry(
            visit, account: account, user: session.user, userName: session.userName, action: action, subject: subject, form: form,
            changes: changes
        ).record(site, on: connection)
    }
}
