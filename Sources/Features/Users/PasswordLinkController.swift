// Where a link to choose a password leads. Looking at it changes nothing: mail filters open every link. Afterwards its browser is one
// that its owner is known in, so that guesses of others do not keep them out there; the sign-in itself is asked as ever.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct ChosenPassword {
    var new = ""
    var again = ""

    /// The context is the person's email address.
    static let form = Form<ChosenPassword, String>("password") {
        Secret("new_password", \.new)
        Check("new_password") { entry, _, email, _ in Passwords.problem(with: entry.new, email: email) }
        Secret("new_password_again", \.again) { again, entry in entry.new.isEmpty || again == entry.new ? nil : "differs" }
    }
}

struct PasswordLinkController {
    static let path = "/password/link"

    private let app: App
    private let links: PasswordLinks
    private let store: SignInStore
    private let template: PageTemplate<AlonePage>

    init(_ app: App) throws {
        self.app = app
        links = PasswordLinks(clock: app.site.clock)
        store = SignInStore(clock: app.site.clock)
        template = try app.site.page("sign_in/alone")
    }

    @Sendable func new(_ visit: Visit) throws -> WebResponse {
        let code = visit.query["code"] ?? ""
        guard let user = try visit.read({ try self.user(of: code, on: $0) }) else { return gone(visit) }
        return try show(user, code, visit)
    }

    @Sendable func create(_ visit: Visit) throws -> WebResponse {
        let code = visit.form["code"] ?? ""
        guard let user = try visit.read({ try self.user(of: code, on: $0) }) else { return gone(visit) }
        var (entry, errors) = ChosenPassword.form.read(visit.form, over: ChosenPassword(), Situation(visit.t, user.email))
        guard errors.isEmpty else { return try show(user, code, visit, errors) }
        let hash: String
        do {
            // A link is used up behind this, and an account makes as many as it likes: of its links no more are stretched at once than of
            // one browser, so that they keep nobody else from signing in.
            let account = user.account?.stored ?? "staff"
            hash = try visit.site.hash(entry.new, for: user.email, replacingThatOf: user.user, by: .known("links \(account)"))
        } catch let abort as Abort where abort.status == .serviceUnavailable {
            errors.add("new_password", visit.t("password.busy"))
            return try show(user, code, visit, errors, status: abort.status)
        }
        let device = Token.random()
        let isTaken = try visit.site.database.write { connection in
            guard let taken = try links.take(code, on: connection), taken.user == user.user else { return false }
            try store.savePassword(hash, of: user, on: connection)
            // Whoever was in their place is so no more.
            try visit.site.sessions.endAll(of: taken.user, on: connection)
            try store.forgetDevices(of: taken.user, but: device, on: connection)
            try store.rememberDevice(device, of: taken.user, on: connection)
            let actor = EventActor(user.person, at: visit.request.remoteAddress)
            if taken.isMailed, try store.verifyEmail(of: user, on: connection) {
                try app.tell(.emailVerified, of: user.person, by: actor, in: user.account, on: connection)
            }
            try app.tell(
                user.passwordHash.isEmpty ? .invitationAccepted : .passwordReset, of: user.person, by: actor, in: user.account,
                on: connection)
            try AuditEntry(
                visit, account: user.account, user: taken.user, userName: user.name, action: "password.link.use", subject: user.email
            ).record(visit.site, on: connection)
            return true
        }
        guard isTaken else { return gone(visit) }
        var response = visit.redirect(to: "/sign-in", saying: visit.t("password.link.done"))
        visit.remember(&response, device: device)
        return response
    }

    private func user(of code: String, on connection: any Connection) throws -> Credentials? {
        guard let id = try links.user(of: code, on: connection), let user = try store.credentials(of: id, on: connection) else {
            return nil
        }
        return user.isEnabled ? user : nil
    }

    private func show(
        _ user: Credentials, _ code: String, _ visit: Visit, _ errors: FieldErrors = FieldErrors(), status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        let t = visit.t
        let controls = ChosenPassword.form.controls(FormData(), stored: nil, errors: errors, Situation(t, user.email))
        var form = FormView(controls, errors: errors, action: Self.path, save: t("password.link.save"), t)
        form.hidden = [
            HiddenField(name: "code", value: code), HiddenField(name: "username", value: user.email, autocomplete: "username"),
        ]
        let lead = t("password.link.lead", ["email": user.email, "account": user.accountName ?? "Hookswitch"])
        return try visit.page(
            template, AlonePage(form: form, notes: []), PageHead(t("password.link.title"), lead: lead, section: ""),
            hasErrors: form.isRefused, status: status)
    }

    private func gone(_ visit: Visit) -> WebResponse {
        visit.redirect(to: "/sign-in", .bad, saying: visit.t("password.link.gone"))
    }
}
