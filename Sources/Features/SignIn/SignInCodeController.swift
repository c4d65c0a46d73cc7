// Between the password and the session: somebody with a second factor has shown the password, and shows a code within ten minutes, in the
// same browser. Until then nobody is signed in: the page carries a token that is good for this alone.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct SignInCodeController {
    static let path = "/sign-in/code"

    private let app: App
    private let store: SignInStore
    private let choices: SignInChoices
    private let codes: FactorCodes
    private let arrival: SignInArrival
    private let template: PageTemplate<AlonePage>

    init(_ app: App, _ codes: FactorCodes, _ arrival: SignInArrival) throws {
        self.app = app
        store = SignInStore(clock: app.site.clock)
        choices = SignInChoices(clock: app.site.clock)
        self.codes = codes
        self.arrival = arrival
        template = try app.site.page("sign_in/alone")
    }

    /// Of whoever has just shown the password.
    func ask(_ user: Credentials, _ way: SignInWay, _ visit: Visit) throws -> WebResponse {
        let token = try visit.site.database.write { connection in
            try tell(.factorAsked, user, visit, on: connection)
            return try choices.offer([user], to: visit.browserMark, on: connection)
        }
        return try show(token, user, way, visit)
    }

    /// Nil when what the page carries is no longer good for anything.
    func confirm(_ way: SignInWay, _ visit: Visit) throws -> WebResponse? {
        let token = visit.form["choice"] ?? ""
        guard let id = visit.form["user"].flatMap({ ID<User>($0) }) else { return nil }
        // Whoever has not shown the password learns nothing here, and uses up nobody's tries.
        let found = try visit.read { connection in
            try choices.isOffered(token, for: id, by: visit.browserMark, on: connection)
                ? try store.credentials(of: id, on: connection).map {
                    (
                        $0, try store.knownDevice(visit.deviceToken, ofEmail: $0.email, on: connection),
                        try store.users(ofDevice: visit.deviceToken, email: $0.email, on: connection).contains(id)
                    )
                } : nil
        }
        guard let (user, device, isOwn) = found, user.hasFactor else { return nil }
        var (entry, errors) = SignInCode.form.read(visit.form, over: SignInCode(), Situation(visit.t, ()))
        guard errors.isEmpty else { return try show(token, user, way, visit, errors) }
        do {
            // Of a browser that somebody else with this address has used, their tries are none of this user's.
            let tries = isOwn ? device.map { "device \($0)" } : nil
            var recovered: Factor?
            return try codes.counted(tries ?? "user \(id)", of: user, visit) {
                try arrival.start(way, visit, user, device: device) { connection in
                    guard try choices.take(token, for: id, by: visit.browserMark, on: connection) else { return false }
                    let proof = try codes.take(entry.code, of: user, visit, on: connection)
                    recovered = try proof == .recoveryCode ? codes.store.factor(of: id, on: connection) : nil
                    try tell(.factorShown, user, visit, on: connection)
                    return true
                } recovered: {
                    recovered
                }
            }
        } catch let problem as FactorCodes.Problem {
            errors.add("code", problem.text)
            var response = try show(token, user, way, visit, errors, status: problem.status)
            response.fields[.retryAfter] = problem.wait.map { String(max(1, $0.components.seconds)) }
            return response
        }
    }

    private func tell(_ event: AccountEvent, _ user: Credentials, _ visit: Visit, on connection: any Connection) throws {
        let actor = EventActor(user.person, at: visit.request.remoteAddress)
        try app.tell(event, of: user.person, by: actor, in: user.account, on: connection)
    }

    private func show(
        _ token: String, _ user: Credentials, _ way: SignInWay, _ visit: Visit, _ errors: FieldErrors = FieldErrors(),
        status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        let t = visit.t
        let controls = SignInCode.form.controls(FormData(), stored: nil, errors: errors, Situation(t, ()))
        var form = FormView(controls, errors: errors, action: Self.path, save: t("sign_in_code.save"), t)
        form.hidden =
            [HiddenField(name: "choice", value: token), HiddenField(name: "user", value: user.user.description)] + (try way.hidden(visit))
        form.wayOut = .init(t("sign_in_code.back"), to: "/sign-in")
        form.focusFirstLine()
        let place = user.accountName.map { t("sign_in_code.lead", ["email": user.email, "account": $0]) }
        return try visit.page(
            template, AlonePage(form: form, notes: way.kept?.notes(t) ?? []),
            PageHead(t("sign_in_code.title"), lead: place ?? t("sign_in_code.lead.platform", ["email": user.email]), section: ""),
            hasErrors: form.isRefused, status: status)
    }
}
