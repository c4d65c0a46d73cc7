// The operator's console, its first page: the accounts, a way into each, and a new one.

import Database
import HTTP
import HTTPTypes
import JSON
import Templating
import Web

extension AlertKind {
    /// Staff of the platform is in the account: the account is to know, of each of them by name.
    static let accountOpened = AlertKind("account_opened", .info, .single, right: .viewAlerts) { _ in nil }
}

extension Feature {
    static let operatorAccounts = Feature(raises: [.accountOpened]) { app in
        let accounts = try OperatorController(app)
        return Running(
            routes: [
                .get("/operator", .operator) { _ in .redirect(to: "/operator/accounts") },
                .get("/operator/accounts", .operator, accounts.index),
                .get("/operator/accounts/new", .operator, accounts.editor.edit),
                .post("/operator/accounts", .operator, accounts.create).keeping(NewAccountEntry.form),
                .post("/operator/accounts/{slug}/open", .operator, accounts.open),
                .post("/operator/leave", .operator, accounts.leave),
            ])
    }
}

struct OperatorController {
    private static let pageSize = 50
    private let app: App
    private let people: PeopleStore
    private let list: PageTemplate<AccountsPage>
    let editor: SettingsEditor<Person, NewAccountEntry, Void>

    init(_ app: App) throws {
        let people = PeopleStore(site: app.site)
        let template: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        (self.app, self.people) = (app, people)
        list = try app.site.page("operator/accounts")
        editor = try SettingsEditor(
            NewAccountEntry.form, at: "/operator/accounts", action: "account.create",
            making: Making(\.id, made: { new, _, connection in try people.made(new.account, as: new.id, on: connection) }),
            subject: { $0.account.slug },
            // Whatever account the operator has open: its people are not to read of another.
            account: { new, _ in new.id }, app.site,
            load: { person, _ in NewAccountEntry(id: person.site.ids.next(), language: person.visit.language) }, context: { _, _, _ in },
            save: { new, _, _, connection in
                do {
                    let account = try people.create(new.account, as: new.id, on: connection)
                    try people.create(new.administrator, passwordHash: new.passwordHash, in: account, on: connection)
                } catch DatabaseError.duplicate {
                    // A new account has no people yet, so it is the short name that somebody took meanwhile.
                    throw FieldProblem("slug", "taken")
                }
            },
            page: { view, _, _, person in
                var view = view
                view.wayOut = .init(person.t("operator.cancel"), to: "/operator/accounts")
                let head = PageHead(
                    person.t("new_account.title"), lead: person.t("new_account.lead"), section: person.t("operator.section"),
                    up: [(person.t("operator.title"), "/operator/accounts")])
                return try person.page(template, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ person: Person) throws -> WebResponse {
        let t = person.t
        let search = person.query["q"] ?? ""
        let found = try person.read {
            try AccountDirectory.page(search: search, at: PagePosition(person.query), size: Self.pageSize, on: $0)
        }
        let page = AccountsPage(
            search: SearchView("q", t("operator.search"), value: search),
            rows: found.elements.map { AccountRowView($0, person) },
            pager: found.pager(path: "/operator/accounts", query: person.query) { $0.id },
            empty: found.elements.isEmpty ? EmptyView(t("operator.empty.title"), t("operator.empty.text")) : nil)
        return try person.page(list, page, PageHead(t("operator.title"), lead: t("operator.lead"), section: t("operator.section")))
    }

    @Sendable func create(_ person: Person) throws -> WebResponse {
        var submission = try editor.submission(person)
        // Beside the other mistakes; the rule itself is the index. Sent a second time, it is this form that took it.
        if submission.made == .not, try person.read({ try people.isTaken(slug: submission.value.account.slug, on: $0) }) {
            submission.errors.add("slug", person.t("new_account.slug.taken"))
        }
        guard submission.made == .not, submission.errors.isEmpty else { return try editor.save(submission, after: after(submission)) }
        let administrator = submission.value.administrator
        submission.value.passwordHash = try person.site.hash(administrator.password, for: administrator.email)
        return try editor.save(submission, after: after(submission))
    }

    private func after(_ submission: SettingsEditor<Person, NewAccountEntry, Void>.Submission) -> () -> String? {
        { submission.member.t("operator.created", ["account": submission.value.account.name]) }
    }

    /// From now on this session reads and writes that account. The account's own audit log records it.
    @Sendable func open(_ person: Person) throws -> WebResponse {
        guard let slug = person.visit.parameters["slug"],
            let (account, name) = try person.read({ try AccountDirectory.account(slug: slug, on: $0) })
        else {
            throw Abort(.notFound)
        }
        let token = try person.site.database.write { connection in
            let token = try AccountDirectory.open(account, in: person.session.id, on: connection)
            try AuditEntry(
                account: account, user: person.session.user, userName: person.session.userName, action: "account.open", subject: slug,
                requestID: person.visit.requestID
            ).record(person.site, on: connection)
            try app.alerts.raise(
                .accountOpened, for: account, of: person.session.user.description, ["name": .string(person.session.userName)],
                on: connection)
            return token
        }
        var response = person.redirect(to: "/", saying: person.t("operator.opened", ["account": name]))
        person.visit.renew(&response, session: token)
        return response
    }

    /// Out of the account again, back to the list. Also for a strip that stands in a second tab: there is nothing left to leave then.
    @Sendable func leave(_ person: Person) throws -> WebResponse {
        guard let account = person.session.account else { return person.redirect(to: "/operator/accounts") }
        let token = try person.change("account.leave", of: account.slug) { try AccountDirectory.leave(person.session.id, on: $0) }
        var response = person.redirect(to: "/operator/accounts", saying: person.t("operator.left", ["account": account.name]))
        person.visit.renew(&response, session: token)
        return response
    }
}
