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
    private let template: PageTemplate<AlonePage>

    init(_ app: App) throws {
        site = app.site
        code = SetupCode(site: app.site)
        people = PeopleStore(site: app.site)
        store = SignInStore(clock: app.site.clock)
        template = try app.site.page("sign_in/alone")
    }

    @Sendable func new(_ visit: Visit) throws -> WebResponse {
        let given = visit.query["code"] ?? ""
        guard try code.accepts(given) else { throw Abort(.notFound) }
        return try show(SetupEntry.form.typed(SetupEntry(language: visit.language)), code: given, visit)
    }

    @Sendable func create(_ visit: Visit) throws -> WebResponse {
        let given = visit.form["code"] ?? ""
        guard try code.accepts(given) else { throw Abort(.notFound) }
        var (entry, errors) = SetupEntry.form.read(visit.form, over: SetupEntry(language: visit.language), Situation(visit.t, ()))
        // Beside the other mistakes; the rule itself is the index.
        let isTaken = try visit.read { try people.isTaken(slug: entry.account.slug, on: $0) }
        if isTaken { errors.add("slug", visit.t("new_account.slug.taken")) }
        guard errors.isEmpty else { return try show(visit.form, code: given, visit, errors) }
        let operatorHash = try site.hash(entry.operator.password, for: entry.operator.email)
        let administratorHash = try entry.administrator.map { try site.hash($0.password, for: $0.email) }
        let device = Token.random()
        let token: String
        do {
            token = try create(entry, visit, operatorHash: operatorHash, administratorHash: administratorHash, device: device)
        } catch DatabaseError.duplicate {
            // Nobody is there, so only the account can be: one that the command line made meanwhile.
            errors.add("slug", visit.t("new_account.slug.taken"))
            return try show(visit.form, code: given, visit, errors)
        }
        code.discard()
        var response = visit.redirect(to: "/", saying: visit.t("setup.done", ["account": entry.account.name]))
        visit.signIn(&response, session: token, device: device)
        return response
    }

    /// Gives the operator's session.
    private func create(
        _ entry: SetupEntry, _ visit: Visit, operatorHash: String, administratorHash: String?, device: String
    ) throws -> String {
        try site.database.write { connection in
            // Of two who send the form at once, one is the first.
            guard try people.claimSetUp(on: connection) else { throw Abort(.notFound) }
            let account = try people.create(entry.account, on: connection)
            let user = try people.create(entry.operator, passwordHash: operatorHash, in: nil, on: connection)
            if let administrator = entry.administrator, let administratorHash {
                try people.create(administrator, passwordHash: administratorHash, in: account, on: connection)
            }
            try AuditEntry(
                visit, account: account, user: user, userName: entry.operator.name, action: "setup", subject: entry.account.slug
            ).record(site, on: connection)
            try store.rememberDevice(device, of: user, on: connection)
            return try site.sessions.start(
                user: user, account: account, userAgent: visit.request.fields[.userAgent] ?? "", address: visit.request.remoteAddress,
                on: connection)
        }
    }

    private func show(
        _ typed: FormData, code: String, _ visit: Visit, _ errors: FieldErrors = FieldErrors()
    ) throws -> WebResponse {
        let t = visit.t
        let controls = SetupEntry.form.controls(typed, stored: nil, errors: errors, Situation(t, ()))
        var form = FormView(controls, errors: errors, action: "/setup", save: t("setup.save"), t)
        form.hidden = [HiddenField(name: "code", value: code)]
        return try visit.page(
            template, AlonePage(form: form, notes: []), PageHead(t("setup.title"), lead: t("setup.lead"), section: ""),
            hasErrors: form.isRefused)
    }
}
