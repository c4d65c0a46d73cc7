// What somebody does with the second factor that they have: new recovery codes, and turning it off.

import Database
import HTTP
import HTTPTypes
import Mail
import Templating
import Web

struct FactorController {
    static let codesPath = "/me/factor/codes"
    static let endPath = "/me/factor/off"

    private let store: FactorStore
    private let people: SignInStore
    private let codes: FactorCodes
    private let present: PresentPassword
    private let letters: FactorLetters
    private let template: PageTemplate<AlonePage>
    private let codesTemplate: PageTemplate<RecoveryCodesPage>

    init(_ app: App, _ codes: FactorCodes, _ present: PresentPassword) throws {
        store = FactorStore(app.site)
        people = SignInStore(clock: app.site.clock)
        self.codes = codes
        self.present = present
        letters = try FactorLetters(app)
        template = try app.site.page("sign_in/alone")
        codesTemplate = try app.site.page("factor/codes")
    }

    // MARK: Recovery codes

    @Sendable func newCodes(_ person: Person) throws -> WebResponse {
        guard person.session.hasFactor else { return .redirect(to: "/me") }
        return try showRenewal(.codesAlone(), person)
    }

    @Sendable func renewCodes(_ person: Person) throws -> WebResponse {
        let t = person.t
        guard let draft = FactorDraft(sentIn: person.visit, person.session) else {
            var errors = FieldErrors()
            errors.notice = t("factor.codes.draft_gone")
            return try showRenewal(.codesAlone(), person, errors)
        }
        guard let user = try person.read({ try people.credentials(of: person.session.user, on: $0) }) else { throw Abort(.notFound) }
        if try person.read({ try store.isTaken(draft, by: user.user, on: $0) }) { return try show(draft, person) }
        guard user.hasFactor else { return .redirect(to: "/me") }
        var (entry, errors) = FactorEntry.renewal.read(person.form, over: FactorEntry(), Situation(t, ()))
        guard errors.isEmpty else { return try showRenewal(draft, person, errors) }
        do {
            try codes.use(entry.present, of: user, for: "factor.new_codes", person) { connection in
                try store.replaceCodes(by: draft, for: user.user, on: connection)
                try letters.tell(.newCodes, user.user, by: user.name, on: connection)
            }
        } catch let problem as FactorCodes.Problem {
            errors.add("present_code", problem.text)
            return try showRenewal(draft, person, errors, status: problem.status)
        }
        return try show(draft, person)
    }

    private func showRenewal(
        _ draft: FactorDraft, _ person: Person, _ errors: FieldErrors = FieldErrors(), status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        let hidden = try draft.hidden(person.visit, person.session)
        return try show(FactorEntry.renewal, "factor.codes", at: Self.codesPath, [hidden], person, errors, status: status)
    }

    private func show(_ draft: FactorDraft, _ person: Person) throws -> WebResponse {
        let t = person.t
        return try person.page(
            codesTemplate, RecoveryCodesPage(draft, t),
            PageHead(t("factor.codes.made.title"), lead: t("factor.codes.made.lead"), section: ""))
    }

    // MARK: Turning it off

    @Sendable func end(_ person: Person) throws -> WebResponse {
        if let response = refusal(person) { return response }
        return try show(FactorEntry.ending, "factor.off", at: Self.endPath, [], person)
    }

    @Sendable func delete(_ person: Person) throws -> WebResponse {
        let t = person.t
        if let response = refusal(person) { return response }
        guard let user = try person.read({ try people.credentials(of: person.session.user, on: $0) }) else { throw Abort(.notFound) }
        var (entry, errors) = FactorEntry.ending.read(person.form, over: FactorEntry(), Situation(t, ()))
        func again(_ status: HTTPResponse.Status? = nil) throws -> WebResponse {
            try show(FactorEntry.ending, "factor.off", at: Self.endPath, [], person, errors, status: status)
        }
        guard errors.isEmpty else { return try again() }
        if let problem = try present.problem(with: entry.password, of: user, person) {
            errors.add("current_password", problem.text)
            return try again(problem.status)
        }
        do {
            try codes.use(entry.present, of: user, for: "factor.turn_off", person) { connection in
                guard try store.turnOff(for: user.user, on: connection) else { throw Refusal.stale }
                try letters.tell(.off, user.user, by: user.name, on: connection)
            }
        } catch let problem as FactorCodes.Problem {
            errors.add("present_code", problem.text)
            return try again(problem.status)
        } catch Refusal.stale {
            return .redirect(to: "/me")
        }
        return person.redirect(to: "/me", saying: t("factor.off.done"))
    }

    /// Nothing to turn off, or nothing that may be.
    private func refusal(_ person: Person) -> WebResponse? {
        guard person.session.hasFactor else { return person.redirect(to: "/me", .info, saying: person.t("factor.off.already")) }
        return person.session.needsFactor ? person.redirect(to: "/me", .bad, saying: person.t("factor.off.demanded")) : nil
    }

    private func show(
        _ declared: Form<FactorEntry, Void>, _ words: String, at path: String, _ hidden: [HiddenField], _ person: Person,
        _ errors: FieldErrors = FieldErrors(), status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        let t = person.t
        let controls = declared.controls(FormData(), stored: nil, errors: errors, Situation(t, ()))
        var form = FormView(controls, errors: errors, action: path, save: t("\(words).save"), t)
        form.hidden = hidden + [HiddenField(name: "username", value: person.session.email, autocomplete: "username")]
        form.wayOut = .init(t("factor.cancel"), to: "/me")
        return try person.page(
            template, AlonePage(form: form, notes: []), PageHead(t("\(words).title"), lead: t("\(words).lead"), section: ""),
            hasErrors: !errors.isEmpty, status: status)
    }
}

/// Shown once, to be kept.
struct RecoveryCodesPage: TemplateData {
    let codes: CodeView
    /// A form that waited.
    let resume: KeptFormPage?
    /// Where it leads where none waits.
    let next: String

    init(_ draft: FactorDraft, before kept: KeptForm? = nil, _ t: Translation) {
        codes = CodeView(t("factor.codes.label"), draft.codes.joined(separator: "\n"), id: "recovery-codes")
        resume = kept.flatMap { $0.isEmpty ? nil : KeptFormPage($0, t) }
        next = kept?.path ?? "/me"
    }
}
