// Setting up a second factor, wished or demanded, and putting another device in the place of one: a picture for the app, a code that
// shows that the app has it, and then the recovery codes, once.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct FactorSetUpController {
    static let path = Session.factorPath
    static let replacementPath = "/me/factor/replace"

    private let store: FactorStore
    private let people: SignInStore
    private let codes: FactorCodes
    private let present: PresentPassword
    private let resume: KeptFormPresenter
    private let template: PageTemplate<FactorSetUpPage>
    private let codesTemplate: PageTemplate<RecoveryCodesPage>

    init(_ app: App, _ codes: FactorCodes, _ present: PresentPassword) throws {
        store = FactorStore(app.site)
        people = SignInStore(clock: app.site.clock)
        self.codes = codes
        self.present = present
        resume = try KeptFormPresenter(app)
        template = try app.site.page("factor/new")
        codesTemplate = try app.site.page("factor/codes")
    }

    @Sendable func new(_ person: Person) throws -> WebResponse {
        if person.session.hasFactor { return .redirect(to: Self.replacementPath) }
        return try show(.complete(), nil, person.visit, person.session)
    }

    @Sendable func replacement(_ person: Person) throws -> WebResponse {
        guard person.session.hasFactor else { return .redirect(to: Self.path) }
        return try show(.complete(), nil, person.visit, person.session)
    }

    /// What has to come before a form that was sent.
    func interruption(_ kept: KeptForm, _ visit: Visit, _ session: Session) throws -> WebResponse {
        try show(.complete(), kept, visit, session, status: .forbidden)
    }

    /// The form that waited, over the setting up where that is due.
    ///
    /// - Parameter visit: already in the session whose token the form needs.
    func goOn(_ kept: KeptForm, _ visit: Visit) throws -> WebResponse {
        guard let session = visit.session, session.lacksFactor else { return try resume.show(kept, visit) }
        return try interruption(kept, visit, session)
    }

    /// Both of one and in the place of one.
    @Sendable func create(_ person: Person) throws -> WebResponse {
        let (t, visit) = (person.t, person.visit)
        let kept = KeptForm(carriedBy: visit)
        guard let draft = FactorDraft(sentIn: visit, person.session) else {
            var errors = FieldErrors()
            errors.notice = t("factor.draft_gone")
            return try show(.complete(), kept, visit, person.session, errors)
        }
        guard let user = try person.read({ try people.credentials(of: person.session.user, on: $0) }) else { throw Abort(.notFound) }
        if try person.read({ try store.isTaken(draft, by: user.user, on: $0) }) { return try showCodes(draft, kept, visit) }
        let isReplacement = visit.request.path == Self.replacementPath
        guard isReplacement == user.hasFactor else { return .redirect(to: isReplacement ? Self.path : Self.replacementPath) }
        var (entry, errors) = form(user.hasFactor).read(person.form, over: FactorEntry(), Situation(t, ()))
        let step = TOTP.typed(entry.code).flatMap { TOTP.step(of: $0, secret: draft.secretBytes, at: person.now) }
        if step == nil, errors["code"].isEmpty { errors.add("code", t("factor.code.wrong")) }
        guard errors.isEmpty, let step else { return try show(draft, kept, visit, person.session, errors) }
        if let problem = try present.problem(with: entry.password, of: user, person) {
            errors.add("current_password", problem.text)
            return try show(draft, kept, visit, person.session, errors, status: problem.status)
        }
        let change: (any Connection) throws -> Void = { connection in
            // Of two pages that do it at once, the first one's app is the one that counts.
            guard try store.isOn(for: user.user, on: connection) == isReplacement else { throw Refusal.stale }
            try store.turnOn(draft, confirmedBy: step, for: user, on: connection)
            try person.site.sessions.endAll(of: user.user, but: person.session.id, on: connection)
        }
        do {
            if isReplacement {
                try codes.use(entry.present, of: user, for: "factor.replace", person, change)
            } else {
                try person.change("factor.turn_on", in: person.session.ownAccount, change)
            }
        } catch let problem as FactorCodes.Problem {
            errors.add("present_code", problem.text)
            return try show(draft, kept, visit, person.session, errors, status: problem.status)
        } catch Refusal.stale {
            return .redirect(to: "/me")
        }
        return try showCodes(draft, kept, visit)
    }

    private func form(_ hasFactor: Bool) -> Form<FactorEntry, Void> { hasFactor ? FactorEntry.replacement : FactorEntry.setUp }

    private func show(
        _ draft: FactorDraft, _ kept: KeptForm?, _ visit: Visit, _ session: Session, _ errors: FieldErrors = FieldErrors(),
        status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        let t = visit.t
        let controls = form(session.hasFactor).controls(FormData(), stored: nil, errors: errors, Situation(t, ()))
        let words = session.hasFactor ? "factor.replace" : "factor.new"
        var form = FormView(
            controls, errors: errors, action: session.hasFactor ? Self.replacementPath : Self.path, save: t("\(words).save"), t)
        form.hidden =
            [
                HiddenField(name: "username", value: session.email, autocomplete: "username"),
                try draft.hidden(visit, session),
            ] + (try kept.map { [try $0.carried(by: visit)] } ?? [])
        let isForced = session.lacksFactor
        if !isForced { form.wayOut = .init(t("factor.cancel"), to: "/me") }
        let account = session.ownAccount == nil ? nil : session.account?.name
        let link = TOTP.link(secret: draft.secretBytes, name: account.map { "\(session.email) (\($0))" } ?? session.email)
        let secret = RecoveryCodes.groups(of: TOTP.base32(draft.secretBytes)).joined(separator: " ")
        let page = FactorSetUpPage(
            form: form, notes: kept?.notes(t) ?? [], isForced: isForced, picture: QRCode(link), link: link,
            secret: CodeView(t("factor.secret"), secret, id: "secret"))
        let lead =
            if let kept { t(kept.isEmpty ? "factor.kept.nothing" : "factor.kept.lead") } else if isForced {
                t(session.isOperator ? "factor.demanded.operator" : "factor.demanded.account")
            } else { t("\(words).lead") }
        return try visit.page(
            template, page, PageHead(t("\(words).title"), lead: lead, section: ""), hasErrors: !errors.isEmpty, status: status)
    }

    private func showCodes(_ draft: FactorDraft, _ kept: KeptForm?, _ visit: Visit) throws -> WebResponse {
        let t = visit.t
        let page = RecoveryCodesPage(draft, before: kept, t)
        return try visit.page(
            codesTemplate, page, PageHead(t("factor.on.title"), lead: t("factor.on.lead"), section: ""))
    }
}

struct FactorSetUpPage: TemplateData {
    let form: FormView
    let notes: [String]
    let isForced: Bool
    let picture: QRCode?
    let link: String
    let secret: CodeView
}
