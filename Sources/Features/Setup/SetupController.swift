// The first run: one form makes the first operator and the first account, and leaves the operator signed in, in that account.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

extension Feature {
    static let setup = Feature { app in
        let setup = try SetupController(app)
        return Running(routes: [.get("/setup", anonymous: setup.new), .post("/setup", anonymous: setup.create)])
    }
}

struct SetupController {
    private let site: Site
    private let code: SetupCode
    private let people: PeopleStore
    private let store: SignInStore
    private let template: PageTemplate<SetupPage>

    init(_ app: App) throws {
        site = app.site
        code = SetupCode(site: app.site)
        people = PeopleStore(site: app.site)
        store = SignInStore(site: app.site)
        template = try app.site.page("setup/new")
    }

    @Sendable func new(_ visit: Visit) throws -> WebResponse {
        let given = visit.query["code"] ?? ""
        guard try code.accepts(given) else { throw Abort(.notFound) }
        return try show(SetupForm(code: given, language: visit.language), visit)
    }

    @Sendable func create(_ visit: Visit) throws -> WebResponse {
        let form = SetupForm(visit.form)
        guard try code.accepts(form.code) else { throw Abort(.notFound) }
        let errors = form.errors(visit.t, try site.database.read { try form.taken(by: people, on: $0) })
        guard errors.isEmpty else { return try show(form, visit, errors) }
        let operatorHash = try people.hash(form.operator.password, for: form.operator.email)
        let administratorHash = try form.account.administrator.map { try people.hash($0.password, for: $0.email) }
        let device = Token.random()
        let token: String
        do {
            token = try create(form, visit, operatorHash: operatorHash, administratorHash: administratorHash, device: device)
        } catch DatabaseError.duplicate {
            // Nobody is there, so only the account can be: one that the command line made meanwhile.
            return try show(form, visit, form.errors(visit.t, NewAccountForm.Taken(slug: true)))
        }
        code.discard()
        var response = visit.redirect(to: "/", saying: visit.t("setup.done", ["account": form.account.account.name]))
        visit.signIn(&response, session: token, device: device)
        return response
    }

    /// Gives the operator's session.
    private func create(
        _ form: SetupForm, _ visit: Visit, operatorHash: String, administratorHash: String?, device: String
    ) throws -> String {
        try site.database.write { connection in
            // Of two who send the form at once, one is the first.
            guard try people.claimSetUp(on: connection) else { throw Abort(.notFound) }
            let account = try people.create(form.account.account, on: connection)
            let user = try people.create(form.operator, passwordHash: operatorHash, in: nil, on: connection)
            if let administrator = form.account.administrator, let administratorHash {
                try people.create(administrator, passwordHash: administratorHash, in: account, on: connection)
            }
            try AuditEntry(
                account: account, user: user, userName: form.operator.name, action: "setup", subject: form.account.account.slug,
                requestID: visit.requestID
            ).record(site, on: connection)
            try store.rememberDevice(device, of: user, on: connection)
            return try site.sessions.start(
                user: user, account: account, userAgent: visit.request.fields[.userAgent] ?? "", address: visit.request.remoteAddress,
                on: connection)
        }
    }

    private func show(_ form: SetupForm, _ visit: Visit, _ errors: FieldErrors = FieldErrors()) throws -> WebResponse {
        let t = visit.t
        return try visit.page(
            template, SetupPage(form, t, errors), PageHead(t("setup.title"), lead: t("setup.lead"), section: ""), hasErrors: !errors.isEmpty
        )
    }
}
