// Suspending an account and letting it go on. What follows from either is `AccountState`'s to say.

import Database
import Delivery
import HTTP
import HTTPTypes
import Templating
import Web

struct Suspension {
    var reason = ""

    static let form = Form<Suspension, Void>("operator.suspension") {
        Line("reason", \.reason, upTo: 500)
    }
}

struct SuspensionController {
    private let app: App
    private let template: PageTemplate<FormPage>

    init(_ app: App) throws {
        self.app = app
        template = try app.site.page("shared/form_page")
    }

    @Sendable func new(_ person: Person) throws -> WebResponse {
        let account = try person.read { try person.account(on: $0) }
        guard account.state == .active else { return refused(account, person) }
        return try show(account, Suspension.form.typed(Suspension()), person)
    }

    @Sendable func create(_ person: Person) throws -> WebResponse {
        let account = try person.read { try person.account(on: $0) }
        guard account.state == .active else { return refused(account, person) }
        let (suspension, errors) = Suspension.form.read(person.form, over: Suspension(), Situation(person.t, ()))
        guard errors.isEmpty else { return try show(account, person.form, person, errors) }
        let changes = [FieldChange("reason", before: "", after: suspension.reason)]
        do {
            let form = Suspension.form.name
            try person.change("account.suspend", of: account.slug, in: account.id, form: form, changes: changes) { connection in
                try AccountDirectory.suspend(
                    account.id, because: suspension.reason, by: person.session.userName, at: person.now, on: connection)
                try person.site.sessions.endAll(in: account.id, on: connection)
            }
        } catch Refusal.stale {
            return refused(account, person)
        }
        app.webhooksChanged([], of: account.id)
        return person.redirect(
            to: ClientAccountController.path(of: account.slug), saying: person.t("operator.suspended", ["account": account.name]))
    }

    @Sendable func delete(_ person: Person) throws -> WebResponse {
        let account = try person.read { try person.account(on: $0) }
        let webhooks: [ID<Webhook>]
        do {
            webhooks = try person.change("account.resume", of: account.slug, in: account.id) { connection in
                try AccountDirectory.resume(account.id, on: connection)
                return try AccountDirectory.webhooks(of: account.id, on: connection)
            }
        } catch Refusal.stale {
            return refused(account, person)
        }
        app.webhooksChanged(webhooks, of: account.id)
        return person.redirect(
            to: ClientAccountController.path(of: account.slug), saying: person.t("operator.resumed", ["account": account.name]))
    }

    /// Somebody was quicker, or a second click.
    private func refused(_ account: AccountRecord, _ person: Person) -> WebResponse {
        let path = ClientAccountController.path(of: account.slug)
        return person.redirect(to: path, .info, saying: person.t("operator.state.already", ["account": account.name]))
    }

    private func show(
        _ account: AccountRecord, _ typed: FormData, _ person: Person, _ errors: FieldErrors = FieldErrors()
    ) throws -> WebResponse {
        let t = person.t
        let href = ClientAccountController.path(of: account.slug)
        var view = FormView(
            Suspension.form.controls(typed, stored: nil, errors: errors, Situation(t, ())), errors: errors, action: href + "/suspension",
            save: t("operator.suspension.save"), t)
        view.wayOut = .init(t("operator.back"), to: href)
        view.isWarning = true
        let head = PageHead(
            t("operator.suspension.title", ["account": account.name]), lead: t("operator.suspension.lead"), section: t("operator.section"),
            up: OperatorStep.below(account.name, account.slug, t))
        return try person.page(template, FormPage(view), head, hasErrors: view.isRefused)
    }
}
