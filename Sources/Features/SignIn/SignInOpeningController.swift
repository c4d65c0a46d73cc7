// Where the link of `hookswitch user unlock` leads: a page with one button, because what follows links by itself, a mail filter or a
// preview, must not use it up.

import Database
import HTTP
import HTTPTypes
import Web

struct SignInOpeningController {
    static let path = "/sign-in/unlock"

    private let openings: SignInOpenings
    private let store: SignInStore
    private let template: PageTemplate<AlonePage>

    init(_ app: App) throws {
        openings = SignInOpenings(clock: app.site.clock)
        store = SignInStore(clock: app.site.clock)
        template = try app.site.page("sign_in/alone")
    }

    @Sendable func new(_ visit: Visit) throws -> WebResponse {
        let code = visit.query["code"] ?? ""
        let t = visit.t
        guard let email = try visit.read({ try openings.email(of: code, on: $0) }) else { return gone(visit) }
        var form = FormView([], action: Self.path, save: t("sign_in.unlock.save"), t)
        form.hidden = [HiddenField(name: "code", value: code)]
        let head = PageHead(t("sign_in.unlock.title"), lead: t("sign_in.unlock.lead", ["email": email]), section: "")
        return try visit.page(template, AlonePage(form: form, notes: []), head)
    }

    @Sendable func create(_ visit: Visit) throws -> WebResponse {
        let code = visit.form["code"] ?? ""
        let device = Token.random()
        let isTaken = try visit.site.database.write { connection in
            guard let email = try openings.take(code, on: connection) else { return false }
            for user in try store.credentials(email: email, on: connection) where user.isEnabled {
                // Until a sign-in there makes it theirs for longer.
                try store.rememberDevice(device, of: user.user, for: SignInOpenings.period, on: connection)
                try AuditEntry(
                    visit, account: user.account, user: user.user, userName: user.name, action: "sign_in.unlock.use", subject: user.email
                ).record(visit.site, on: connection)
            }
            return true
        }
        guard isTaken else { return gone(visit) }
        var response = visit.redirect(to: "/sign-in", saying: visit.t("sign_in.unlock.done"))
        visit.remember(&response, device: device)
        return response
    }

    private func gone(_ visit: Visit) -> WebResponse {
        visit.redirect(to: "/sign-in", .bad, saying: visit.t("sign_in.unlock.gone"))
    }
}
