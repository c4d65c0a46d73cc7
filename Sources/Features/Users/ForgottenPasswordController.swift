// A password that was forgotten: a link by mail, and the same answer in the same time, whether or not anybody has the address:
// who it is for is looked up behind the answer.

import Database
import HTTP
import HTTPTypes
import Mail
import Spelling
import Templating
import Time
import Web

struct ForgottenEntry {
    var email = ""

    static let form = Form<ForgottenEntry, Void>("forgotten") {
        Line("email", \.email, .email, upTo: 254, autocomplete: "username") { email, _ in
            NewUser.isEmail(email) ? nil : "people.email.format"
        }
    }
}

struct ForgottenPasswordController {
    static let path = "/password/forgotten"
    /// Letters an hour to one address: more would be of use to nobody but who wants to bother its owner.
    private static let maximumAnHour = 3

    private let app: App
    private let letters: PasswordLetters
    private let attempts = SignInAttempts(maximum: maximumAnHour)
    private let template: PageTemplate<AlonePage>

    init(_ app: App) throws {
        self.app = app
        letters = try PasswordLetters(app)
        template = try app.site.page("sign_in/alone")
    }

    @Sendable func new(_ visit: Visit) throws -> WebResponse { try show(FormData(), visit) }

    @Sendable func create(_ visit: Visit) throws -> WebResponse {
        let (entry, errors) = ForgottenEntry.form.read(visit.form, over: ForgottenEntry(), Situation(visit.t, ()))
        guard errors.isEmpty else { return try show(visit.form, visit, errors) }
        let email = NewUser.spelled(entry.email)
        if app.mailer.canSend, attempts.begin(email, at: visit.site.clock.steadyNow) == nil {
            let (address, requestID) = (visit.request.remoteAddress, visit.requestID)
            app.afterwards.run { [app, letters] in
                try app.site.database.write { connection in
                    for reader in try letters.readers(email: email, on: connection) {
                        try letters.send(.forgotten, to: reader, from: "", on: connection)
                        try app.tell(
                            .resetBegun, of: reader.person, by: EventActor(nil, at: address), in: reader.account, on: connection)
                        try AuditEntry(
                            account: reader.account, user: reader.user, userName: reader.name, action: "password.forgotten",
                            subject: reader.email, from: address, requestID: requestID
                        ).record(app.site, on: connection)
                    }
                }
            }
        }
        return visit.redirect(to: "/sign-in", .info, saying: visit.t("forgotten.saved"))
    }

    private func show(_ typed: FormData, _ visit: Visit, _ errors: FieldErrors = FieldErrors()) throws -> WebResponse {
        let t = visit.t
        // Without mail there is nothing to send: it is said whom to ask.
        guard app.mailer.canSend else {
            return visit.redirect(to: "/sign-in", .info, saying: t("forgotten.ask"))
        }
        let controls = ForgottenEntry.form.controls(typed, stored: nil, errors: errors, Situation(t, ()))
        var form = FormView(controls, errors: errors, action: Self.path, save: t("forgotten.save"), t)
        form.wayOut = .init(t("forgotten.back"), to: "/sign-in")
        return try visit.page(
            template, AlonePage(form: form, notes: []), PageHead(t("forgotten.title"), lead: t("forgotten.lead"), section: ""),
            hasErrors: form.isRefused)
    }
}
