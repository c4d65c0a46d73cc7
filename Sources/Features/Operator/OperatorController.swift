// The operator's console, its first page: the accounts, and a new one.

import Cron
import Database
import HTTP
import HTTPTypes
import Mail
import Templating
import Web

extension AlertKind {
    /// Staff of the platform is in the account: the account is to know, of each of them by name, and why where they say so.
    static let accountOpened = AlertKind(
        "account_opened", .info, .single, variants: ["", "reasoned"], isOfStaff: true, right: .viewAlerts
    ) { _ in nil }
}

extension Feature {
    static let operatorAccounts = Feature(
        tabs: [
            Tab(order: 10, label: "operator.title", operatorPath: ClientAccountController.path, changesAccounts: true),
            Tab(order: 20, label: "certificate.list.title", operatorPath: CertificateController.path),
            Tab(order: 90, label: "health.title", operatorPath: HealthPageController.path),
        ], raises: [.accountOpened], migrations: ClosingSchema.migrations, folders: ["exports"]
    ) { app in
        let accounts = try OperatorController(app)
        let account = try ClientAccountController(app)
        let visit = AccountVisitController(page: account, alerts: app.alerts, resume: try KeptFormPresenter(app))
        let suspension = try SuspensionController(app)
        let limits = try AccountLimitsController(app)
        let export = AccountExport(app)
        let deletion = AccountDeletion(app, export)
        let closing = try ClosingController(app, export)
        let certificates = try CertificateController(app)
        let health = try HealthPageController(app)
        let invitation = try InvitationController(app)
        let path = ClientAccountController.path
        return Running(
            routes: [
                .get("/operator", .operator) { _ in .redirect(to: path) },
                .get(path, .operator, accounts.index),
                .get(path + "/new", .operator, accounts.editor.edit),
                .post(path, .operator, accounts.create).keeping(NewAccountEntry.form),
                .get(path + "/{slug}", .operator, account.show),
                .post(AccountVisitController.path(of: "{slug}"), .operator, visit.create).limitingBody(to: KeptForm.bodyLimit)
                    .keeping(AccountVisit.form),
                .post("/operator/leave", .operator, visit.delete),
                .get(path + "/{slug}/suspension", .operator, suspension.new),
                .post(path + "/{slug}/suspension", .operator, suspension.create).keeping(Suspension.form),
                .post(path + "/{slug}/suspension/end", .operator, suspension.delete),
                .get(path + "/{slug}/limits", .operator, limits.index),
                .get(path + "/{slug}/closing", .operator, closing.new),
                .post(path + "/{slug}/closing", .operator, closing.create).keeping(Closing.form),
                .post(path + "/{slug}/closing/end", .operator, closing.delete),
                .get(path + "/{slug}/export", .operator, closing.download),
                .get(CertificateController.path, .operator, certificates.index),
                .get(CertificateController.path + "/{id}", .operator, certificates.show),
                .get(CertificateController.path + "/{id}/json", .operator, certificates.export),
                .get(HealthPageController.path, .operator, health.show),
                .post(path + "/{slug}/invitations/{id}", .operator, invitation.create),
            ] + account.names.routes(.operator) + limits.editor.routes(.operator, update: limits.update),
            jobs: {
                // What there is to export is rare, and what has run stands in a table.
                let isExporting = try !app.site.database.read(ClosureStore.unexported).isEmpty
                return [try deletion.job()] + (isExporting ? [try export.job()] : [])
            },
            onStart: { try export.begin() })
    }
}

/// The way up from the pages of an account.
enum OperatorStep {
    static func list(_ t: Translation) -> (label: String, href: String) { (t("operator.title"), ClientAccountController.path) }

    static func below(_ name: String, _ slug: String, _ t: Translation) -> [(label: String, href: String)] {
        [list(t), (name, ClientAccountController.path(of: slug))]
    }
}

extension Person {
    /// Of the account in the address.
    var slug: String { visit.parameters["slug"] ?? "" }

    /// Throws 404 when there is no such account.
    func account(on connection: any Connection) throws -> AccountRecord {
        guard let account = try AccountDirectory.account(slug: slug, on: connection) else { throw Abort(.notFound) }
        return account
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
        let letters = try PasswordLetters(app)
        let template: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        self.app = app
        self.people = people
        list = try app.site.page("operator/accounts")
        editor = try SettingsEditor(
            NewAccountEntry.form, at: ClientAccountController.path, action: "account.create",
            making: Making(\.id, made: { new, _, connection in try people.made(new.account, as: new.id, on: connection) }),
            subject: { $0.account.slug },
            // Whatever account the operator has open: its people are not to read of another.
            account: { new, _ in new.id }, app.site,
            load: { person, _ in NewAccountEntry(id: person.site.ids.next(), language: person.visit.language) }, context: { _, _, _ in },
            save: { new, _, person, connection in
                do {
                    let account = try people.create(new.account, as: new.id, on: connection)
                    let administrator = try people.create(new.administrator, passwordHash: new.passwordHash, in: account, on: connection)
                    guard new.passwordHash.isEmpty, app.mailer.canSend,
                        let reader = try letters.reader(administrator, on: connection)
                    else { return }
                    try letters.send(.invitation, to: reader, from: person.session.userName, on: connection)
                } catch DatabaseError.duplicate {
                    // A new account has no people yet, so it is the short name that somebody took meanwhile.
                    throw FieldProblem("slug", "taken")
                }
            },
            page: { view, _, _, person in
                var view = view
                view.wayOut = .init(person.t("operator.cancel"), to: ClientAccountController.path)
                let head = PageHead(
                    person.t("new_account.title"), lead: person.t("new_account.lead"), section: person.t("operator.section"),
                    up: [OperatorStep.list(person.t)])
                return try person.page(template, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ person: Person) throws -> WebResponse {
        let t = person.t
        let filter = AccountFilter(
            search: person.query["q"] ?? "", state: person.query["state"].flatMap { AccountState(rawValue: $0) })
        let found = try person.read {
            try AccountDirectory.page(filter, at: PagePosition(person.query), size: Self.pageSize, on: $0)
        }
        let page = AccountsPage(
            search: SearchView("q", t("operator.search"), value: filter.search),
            state: SelectView(
                "state", t("operator.state"), selected: filter.state?.rawValue ?? "",
                options: [("", t("operator.state.all"))] + AccountState.allCases.map { ($0.rawValue, t("operator.state.\($0.rawValue)")) }),
            isFiltered: !filter.search.isEmpty || filter.state != nil,
            rows: found.elements.map { AccountRowView($0, person) },
            pager: found.pager(path: ClientAccountController.path, query: person.query) { $0.id },
            empty: found.elements.isEmpty ? EmptyView(t("operator.empty.title"), t("operator.empty.text")) : nil)
        return try person.page(list, page, PageHead(t("operator.title"), lead: t("operator.lead"), section: t("operator.section")))
    }

    @Sendable func create(_ person: Person) throws -> WebResponse {
        var submission = try editor.submission(person)
        // Beside the other mistakes; the rule itself is the index. Sent a second time, it is this form that took it.
        if submission.made == .not, try person.read({ try people.isTaken(slug: submission.value.account.slug, on: $0) }) {
            submission.errors.add("slug", person.t("new_account.slug.taken"))
        }
        let administrator = submission.value.administrator
        if submission.made == .not, submission.errors.isEmpty, !administrator.password.isEmpty {
            submission.value.passwordHash = try person.site.hash(administrator.password, for: administrator.email)
        }
        let account = submission.value.account
        return try editor.save(
            // What the form made before may have another short name than it asks for now.
            submission,
            to: submission.made == .otherwise ? ClientAccountController.path : ClientAccountController.path(of: account.slug),
            after: { submission.member.t("operator.created", ["account": account.name]) })
    }
}
