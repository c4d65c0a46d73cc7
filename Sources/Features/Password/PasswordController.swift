// A change of one's own password, wanted or forced, after which only this browser is still signed in.

import Database
import HTTP
import HTTPTypes
import Templating
import Time
import Web

struct PasswordController {
    private let app: App
    private let store: SignInStore
    private let present: PresentPassword
    /// What may have to come next before a form that waits.
    private let next: FactorSetUpController
    private let template: PageTemplate<PasswordPage>

    init(_ app: App, _ present: PresentPassword, before next: FactorSetUpController) throws {
        self.app = app
        store = SignInStore(clock: app.site.clock)
        self.present = present
        self.next = next
        template = try app.site.page("password/edit")
    }

    @Sendable func edit(_ person: Person) throws -> WebResponse {
        try show(nil, person.visit, person.session)
    }

    /// The change that has to come before a form that was sent.
    func interruption(_ kept: KeptForm, _ visit: Visit, _ session: Session) throws -> WebResponse {
        try show(kept, visit, session, status: .forbidden)
    }

    @Sendable func update(_ person: Person) throws -> WebResponse {
        let t = person.t
        let kept = KeptForm(carriedBy: person.visit)
        guard let user = try person.read({ try store.credentials(of: person.session.user, on: $0) }) else { throw Abort(.notFound) }
        var (entry, errors) = PasswordEntry.form.read(person.form, over: PasswordEntry(), Situation(t, user.email))
        guard errors.isEmpty else { return try show(kept, person.visit, person.session, errors) }
        if let problem = try present.problem(with: entry.current, of: user, person) {
            errors.add("current_password", problem.text)
            return try show(kept, person.visit, person.session, errors, status: problem.status)
        }
        do {
            return try save(try person.site.hash(entry.new, for: user.email, replacingThatOf: user.user), kept, person, user)
        } catch let abort as Abort where abort.status == .serviceUnavailable {
            errors.add("current_password", t("password.busy"))
            return try show(kept, person.visit, person.session, errors, status: abort.status)
        }
    }

    private func save(_ hash: String, _ kept: KeptForm?, _ person: Person, _ user: Credentials) throws -> WebResponse {
        let visit = person.visit
        let site = person.site
        let (device, token): (String, String)
        do {
            (device, token) = try person.change("password.change", in: person.session.ownAccount) { connection in
                let known = try visit.deviceToken.flatMap { try store.isDevice($0, of: user.user, on: connection) ? $0 : nil }
                let device = known ?? Token.random()
                try store.savePassword(hash, of: user, on: connection)
                try app.tell(
                    .passwordChanged, of: user.person, by: EventActor(user.person, at: visit.request.remoteAddress), in: user.account,
                    on: connection)
                try site.sessions.endAll(of: user.user, on: connection)
                try store.forgetDevices(of: user.user, but: device, on: connection)
                try store.rememberDevice(device, of: user.user, on: connection)
                let token = try site.sessions.start(
                    user: user.user, account: person.session.account?.id, userAgent: visit.request.fields[.userAgent] ?? "",
                    address: visit.request.remoteAddress, on: connection)
                return (device, token)
            }
        } catch Refusal.stale {
            // Changed in another window meanwhile, which has ended this session.
            return .redirect(to: "/sign-in")
        }
        var response: WebResponse
        if let kept, let own = try visit.signedIn(as: token) {
            response = try next.goOn(kept, own)
        } else {
            let wasForced = person.session.passwordHasExpired(at: person.now)
            response = person.redirect(to: wasForced ? "/" : "/me", saying: person.t("password.changed"))
        }
        visit.signIn(&response, session: token, device: device)
        return response
    }

    private func show(
        _ kept: KeptForm?, _ visit: Visit, _ session: Session, _ errors: FieldErrors = FieldErrors(), status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        let t = visit.t
        let isForced = session.passwordHasExpired(at: visit.now)
        let controls = PasswordEntry.form.controls(FormData(), stored: nil, errors: errors, Situation(t, session.email))
        var form = FormView(controls, errors: errors, action: "/password", save: t("password.save"), t)
        form.hidden =
            [HiddenField(name: "username", value: session.email, autocomplete: "username")]
            + (try kept.map { [try $0.carried(by: visit)] } ?? [])
        if !isForced { form.wayOut = .init(t("password.cancel"), to: "/me") }
        let page = PasswordPage(form: form, notes: kept?.notes(t) ?? [], isForced: isForced)
        let lead =
            if let kept { t(kept.isEmpty ? "password.kept.nothing" : "password.kept.lead") } else if session.mustChangePassword {
                t("password.first.lead")
            } else if isForced {
                t("password.expired.lead", count: session.account?.passwordDays ?? 0)
            } else { t("password.lead") }
        return try visit.page(
            template, page, PageHead(t("password.title"), lead: lead, section: ""), hasErrors: !errors.isEmpty, status: status)
    }
}
