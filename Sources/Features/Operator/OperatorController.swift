// The operator's console, its first page: the accounts, a way into each, and a new one.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

extension Feature {
    static let operatorAccounts = Feature { app in
        let accounts = try OperatorController(app)
        return Running(
            routes: [
                .get("/operator", .operator) { _ in .redirect(to: "/operator/accounts") },
                .get("/operator/accounts", .operator, accounts.index),
                .get("/operator/accounts/new", .operator, accounts.new),
                .post("/operator/accounts", .operator, accounts.create),
                .post("/operator/accounts/{slug}/open", .operator, accounts.open),
                .post("/operator/leave", .operator, accounts.leave),
            ])
    }
}

struct OperatorController {
    private static let pageSize = 50
    private let store: AccountDirectory
    private let people: PeopleStore
    private let list: PageTemplate<AccountsPage>
    private let form: PageTemplate<NewAccountPage>

    init(_ app: App) throws {
        store = AccountDirectory(site: app.site)
        people = PeopleStore(site: app.site)
        list = try app.site.page("operator/accounts")
        form = try app.site.page("operator/new_account")
    }

    @Sendable func index(_ person: Person) throws -> WebResponse {
        let t = person.t
        let search = person.query["q"] ?? ""
        let found = try store.page(search: search, at: PagePosition(person.query), size: Self.pageSize)
        let page = AccountsPage(
            search: FieldView("q", t("operator.search"), kind: .search, value: search),
            rows: found.elements.map { AccountRowView($0, person) },
            pager: found.pager(path: "/operator/accounts", query: person.query) { $0.id },
            empty: found.elements.isEmpty ? EmptyView(t("operator.empty.title"), t("operator.empty.text")) : nil)
        return try person.page(list, page, PageHead(t("operator.title"), lead: t("operator.lead"), section: t("operator.section")))
    }

    @Sendable func new(_ person: Person) throws -> WebResponse {
        try show(NewAccountForm(language: person.visit.language), person)
    }

    @Sendable func create(_ person: Person) throws -> WebResponse {
        let form = NewAccountForm(person.form, isAdministratorOptional: false)
        let taken = try person.site.database.read { try form.taken(by: people, on: $0) }
        let errors = errors(of: form, taken, person)
        guard errors.isEmpty, let administrator = form.administrator else { return try show(form, person, errors) }
        let hash = try people.hash(administrator.password, for: administrator.email)
        do {
            try person.change("account.create", of: form.account.slug) { connection in
                let account = try people.create(form.account, on: connection)
                try people.create(administrator, passwordHash: hash, in: account, on: connection)
            }
        } catch DatabaseError.duplicate {
            // A new account has no people yet, so it is the short name that somebody took meanwhile.
            return try show(form, person, self.errors(of: form, NewAccountForm.Taken(slug: true), person))
        }
        return person.redirect(to: "/operator/accounts", saying: person.t("operator.created", ["account": form.account.name]))
    }

    /// From now on this session reads and writes that account. The account's own audit log records it.
    @Sendable func open(_ person: Person) throws -> WebResponse {
        guard let slug = person.visit.parameters["slug"], let account = try people.account(slug: slug),
            let name = try store.name(of: account)
        else {
            throw Abort(.notFound)
        }
        let token = try person.site.database.write { connection in
            let token = try store.open(account, in: person.session.id, on: connection)
            try AuditEntry(
                account: account, user: person.session.user, userName: person.session.userName, action: "account.open", subject: slug,
                requestID: person.visit.requestID
            ).record(person.site, on: connection)
            return token
        }
        var response = person.redirect(to: "/", saying: person.t("operator.opened", ["account": name]))
        person.visit.renew(&response, session: token)
        return response
    }

    /// Out of the account again, back to the list. Also for a strip that stands in a second tab: there is nothing left to leave then.
    @Sendable func leave(_ person: Person) throws -> WebResponse {
        guard let account = person.session.account else { return person.redirect(to: "/operator/accounts") }
        let token = try person.change("account.leave", of: account.slug) { try store.leave(person.session.id, on: $0) }
        var response = person.redirect(to: "/operator/accounts", saying: person.t("operator.left", ["account": account.name]))
        person.visit.renew(&response, session: token)
        return response
    }

    private func errors(of form: NewAccountForm, _ taken: NewAccountForm.Taken, _ person: Person) -> FieldErrors {
        var errors = FieldErrors()
        form.addErrors(to: &errors, person.t, taken)
        return errors
    }

    private func show(_ form: NewAccountForm, _ person: Person, _ errors: FieldErrors = FieldErrors()) throws -> WebResponse {
        let t = person.t
        let page = NewAccountPage(
            errors: errors.summary(t), accountFields: NewAccountFormView(form, isAdministratorRequired: true, t, errors))
        let head = PageHead(
            t("operator.new.title"), lead: t("operator.new.lead"), section: t("operator.section"),
            up: [(t("operator.title"), "/operator/accounts")])
        return try person.page(self.form, page, head, hasErrors: !errors.isEmpty)
    }
}
