// Closing an account: asked with its figures and its short name typed, exported at once, deleted after thirty days; until then it can be
// taken back, and its export fetched.

import Database
import Foundation
import HTTP
import HTTPTypes
import Spelling
import Templating
import Time
import Web

struct Closing {
    var slug = ""

    /// The context is the account's short name.
    static let form = Form<Closing, String>("operator.closing") {
        Line("slug", \.slug, width: .medium) { typed, slug in typed.isIdentical(to: slug) ? nil : "differs" }
    }
}

struct ClosingController {
    private let app: App
    private let export: AccountExport
    private let template: PageTemplate<ClosingPage>

    init(_ app: App, _ export: AccountExport) throws {
        self.app = app
        self.export = export
        template = try app.site.page("operator/closing")
    }

    @Sendable func new(_ person: Person) throws -> WebResponse {
        let account = try person.read { try person.account(on: $0) }
        guard account.state == .active || account.state == .suspended else { return refused(account, person) }
        return try show(account, FormData(), person)
    }

    @Sendable func create(_ person: Person) throws -> WebResponse {
        let account = try person.read { try person.account(on: $0) }
        guard account.state == .active || account.state == .suspended else { return refused(account, person) }
        let (_, errors) = Closing.form.read(person.form, over: Closing(), Situation(person.t, account.slug))
        guard errors.isEmpty else { return try show(account, person.form, person, errors) }
        let certificate = person.site.ids.next(DeletionCertificate.self)
        do {
            try person.change("account.close", of: account.slug, in: account.id) { connection in
                try ClosureStore.close(
                    account.id, by: person.session.userName, as: certificate, at: person.now, on: connection)
                try person.site.sessions.endAll(in: account.id, on: connection)
            }
        } catch Refusal.stale {
            return refused(account, person)
        }
        app.webhooksChanged([], of: account.id)
        try export.begin()
        return person.redirect(
            to: ClientAccountController.path(of: account.slug), saying: person.t("operator.closed", ["account": account.name]))
    }

    @Sendable func delete(_ person: Person) throws -> WebResponse {
        let account = try person.read { try person.account(on: $0) }
        let words: String
        do {
            let webhooks = try person.change("account.reopen", of: account.slug, in: account.id) { connection in
                try ClosureStore.reopen(account.id, on: connection)
                return try AccountDirectory.webhooks(of: account.id, on: connection)
            }
            app.webhooksChanged(webhooks, of: account.id)
            let state = try person.read { try AccountState.of(account.id, on: $0) }
            words = state == .suspended ? "operator.reopened.suspended" : "operator.reopened"
        } catch Refusal.stale {
            return refused(account, person)
        }
        return person.redirect(
            to: ClientAccountController.path(of: account.slug), saying: person.t(words, ["account": account.name]))
    }

    /// The archive, as long as the account is there.
    @Sendable func download(_ person: Person) throws -> WebResponse {
        let (account, closure) = try person.read { connection in
            let account = try person.account(on: connection)
            return (account, try ClosureStore.closure(of: account.id, on: connection))
        }
        guard let closure, closure.export != nil else { throw Abort(.notFound) }
        let path = AccountExport.path(of: closure.certificate, person.site)
        guard FileManager.default.fileExists(atPath: path) else { throw Abort(.notFound) }
        // All that the account has: whoever takes it along leaves a trace, as whoever looks into the account does.
        if person.visit.request.method == .get { try person.change("account.export", of: account.slug, in: account.id) { _ in } }
        return WebResponse(
            fields: [
                .contentType: "application/x-tar", .contentDisposition: "attachment; filename=\"\(account.slug).tar\"",
            ],
            body: .stream { write in
                let file = try FileHandle(forReadingFrom: URL(filePath: path))
                defer { try? file.close() }
                while let data = try file.read(upToCount: 1 << 16), !data.isEmpty { try write(Array(data)[...]) }
            })
    }

    private func refused(_ account: AccountRecord, _ person: Person) -> WebResponse {
        let path = ClientAccountController.path(of: account.slug)
        return person.redirect(to: path, .info, saying: person.t("operator.state.already", ["account": account.name]))
    }

    private func show(
        _ account: AccountRecord, _ typed: FormData, _ person: Person, _ errors: FieldErrors = FieldErrors()
    ) throws -> WebResponse {
        let t = person.t
        let href = ClientAccountController.path(of: account.slug)
        let figures = try person.read { try AccountDirectory.figures(of: account.id, at: person.now, on: $0) }
        var view = FormView(
            Closing.form.controls(typed, stored: nil, errors: errors, Situation(t, account.slug)), errors: errors,
            action: href + "/closing", save: t("operator.closing.save"), t)
        view.wayOut = .init(t("operator.back"), to: href)
        view.isWarning = true
        let page = ClosingPage(
            form: view, slug: account.slug,
            facts: [
                Fact(t("new_account.slug"), account.slug, isCode: true),
                Fact(t("operator.users"), person.numbers.text(account.users)),
                Fact(t("operator.webhooks"), person.numbers.text(figures.webhooks)),
                Fact(t("operator.media"), t("operator.media.of", count: figures.files, ["size": person.numbers.bytes(figures.bytes)])),
            ], held: figures.heldFiles > 0 ? t("operator.closing.held", count: figures.heldFiles) : "")
        let head = PageHead(
            t("operator.closing.title", ["account": account.name]), lead: t("operator.closing.lead"), section: t("operator.section"),
            up: OperatorStep.below(account.name, account.slug, t))
        return try person.page(template, page, head, hasErrors: view.isRefused)
    }
}

struct ClosingPage: TemplateData {
    let form: FormView
    let slug: String
    let facts: [Fact]
    let held: String
}

/// How far the closing of an account is, on its page.
struct ClosureView: TemplateData {
    let deletion: String
    let closedBy: String
    let closedAt: TimeView
    let href: String
    let export: String
    let sha256: String
    let problem: String
    let held: String
    /// There is a way back.
    let mayReopen: Bool

    init(_ closure: Closure, _ state: AccountState, heldFiles: Int, _ person: Person) {
        let t = person.t
        href = ClientAccountController.path(of: closure.slug)
        mayReopen = state == .closing
        deletion = t(
            mayReopen ? "operator.closure.deletion" : "operator.closure.under_way",
            ["date": person.times.inSentence(closure.deleteAfter)])
        closedBy = closure.closedBy
        closedAt = person.times.view(closure.closedAt)
        export = closure.export.map { t("operator.closure.export", ["size": person.numbers.bytes($0.bytes)]) } ?? ""
        sha256 = closure.export?.sha256 ?? ""
        problem = closure.export == nil ? closure.exportProblem.map { t("operator.closure.problem", ["problem": $0]) } ?? "" : ""
        held = heldFiles > 0 ? t("operator.closure.held", count: heldFiles) : ""
    }
}
