// After the sign-in, or the change of password, that interrupted a form: all that was typed, and the button that sends it. Where
// something that counts is missing, the button opens the form instead; where nothing was kept, there is only the way to its page.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct KeptFormPage: TemplateData {
    let path: String
    let inputs: [HiddenField]
    /// By their labels.
    let typed: [HiddenField]
    let notes: [String]
    let send: String

    init(_ form: KeptForm, _ t: Translation) {
        path = form.path
        inputs =
            form.fields.map { HiddenField(name: $0.name, value: $0.value) }
            + (form.isWhole ? [] : [HiddenField(name: KeptMark.name, value: "yes")])
        // The version of a row means nothing to people.
        typed = form.fields.filter { !$0.value.isEmpty && !FormMark.all.contains($0.name) }.map {
            let label = form.labels[$0.name]
            return HiddenField(name: label.flatMap { t.find($0.key) } ?? $0.name, value: label?.words($0.value, t) ?? $0.value)
        }
        notes = form.notes(t)
        send = t(form.isWhole ? "sign_in.resume.send" : "sign_in.resume.open")
    }

    static let fields = Fields<KeptFormPage> {
        Text("resume_path") { $0.path }
    }
}

struct KeptFormPresenter {
    private let template: PageTemplate<KeptFormPage>
    private let visitTemplate: PageTemplate<AlonePage>

    init(_ app: App) throws {
        template = try app.site.page("sign_in/resume")
        visitTemplate = try app.site.page("sign_in/alone")
    }

    /// - Parameter visit: already in the session whose token the form needs.
    func show(_ form: KeptForm, _ visit: Visit) throws -> WebResponse {
        let t = visit.t
        if form.isEmpty { return visit.redirect(to: form.path, .info, saying: t("sign_in.resume.nothing")) }
        if let account = try account(of: form, visit) { return try ask(for: account, before: form, visit) }
        return try visit.page(
            template, KeptFormPage(form, t),
            PageHead(
                t("sign_in.resume.title"), lead: t(form.isWhole ? "sign_in.resume.lead" : "sign_in.resume.incomplete"),
                section: t("sign_in.resume.section")))
    }

    /// Staff have left the account in another tab.
    func reopen(_ form: KeptForm, _ visit: Visit) throws -> WebResponse {
        guard let account = try account(of: form, visit) else {
            return visit.redirect(to: ClientAccountController.path, .info, saying: visit.t("sign_in.resume.nothing"))
        }
        return try ask(for: account, before: form, visit)
    }

    /// Staff were in an account when they filled the form in, and are in none by now: that account.
    private func account(of form: KeptForm, _ visit: Visit) throws -> AccountRecord? {
        guard let session = visit.session, session.isOperator, session.account == nil,
            let owner = form.fields.first(where: { $0.name == FormMark.owner }), let id = ID<Account>(owner.value)
        else { return nil }
        return try visit.read { try AccountDirectory.account(id, on: $0) }
    }

    /// They open it as ever, and the form waits on behind that.
    func ask(
        for account: AccountRecord, before form: KeptForm, _ visit: Visit, _ typed: FormData = FormData(),
        _ errors: FieldErrors = FieldErrors()
    ) throws -> WebResponse {
        let t = visit.t
        var view = FormView(
            AccountVisit.form.controls(typed, stored: nil, errors: errors, Situation(t, ())), errors: errors,
            action: AccountVisitController.path(of: account.slug), save: t("operator.visit.save"), t)
        view.hidden = [try form.carried(by: visit)]
        view.wayOut = .init(t("sign_in.resume.discard"), to: "/")
        return try visit.page(
            visitTemplate, AlonePage(form: view, notes: form.notes(t)),
            PageHead(t("operator.visit.title"), lead: t("sign_in.resume.visit", ["account": account.name]), section: ""),
            hasErrors: view.isRefused)
    }
}

extension KeptForm.Label {
    /// Of what was sent: of a choice its words, where it has any that do not depend on the account.
    fileprivate func words(_ value: String, _ t: Translation) -> String {
        guard isChosen else { return value }
        return t.find("\(key).\(value)") ?? t.find("shared.choice.\(value)") ?? (value == "yes" ? t("shared.on") : value)
    }
}
