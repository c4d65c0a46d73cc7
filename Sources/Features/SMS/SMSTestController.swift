// A test of the provider by a real SMS, and the page that says how it went: loading that page again sends nothing.

import Database
import HTTP
import HTTPClient
import HTTPTypes
import Spelling
import Telephony
import Threading
import Web

struct SMSTestController {
    static let path = SMSController.path + "/test"

    static func path(of test: ID<SMSTestRow>) -> String { "\(SMSController.path)/tests/\(test)" }

    private let app: App
    private let store: SMSStore
    private let parts: FormParts
    private let template: PageTemplate<FormPage>
    private let resultTemplate: PageTemplate<SMSTestResultPage>
    /// Whoever asks waits for the provider: one that hangs must not take every worker.
    private let underWay = Places<ID<Account>>(ofOwner: 1, inAll: 4)

    init(_ app: App) throws {
        self.app = app
        store = SMSStore(vault: app.vault)
        parts = try SMSTest.form.parts(app.site)
        template = try app.site.page("shared/form_page")
        resultTemplate = try app.site.page("sms/result")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let (settings, mobile) = try member.read { connection in
            (
                try store.settings(of: member.account.id, on: connection),
                try connection.value("SELECT COALESCE(mobile, '') FROM users WHERE id = \(member.session.user)", as: String.self)
            )
        }
        if let refusal = refusal(settings, member) { return refusal }
        let test = SMSTest(to: mobile ?? "", text: member.t("sms_test.sample", ["account": member.account.name]))
        return try show(SMSTest.form.typed(test), member)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let settings = try member.read { try store.settings(of: member.account.id, on: $0) }
        if let refusal = refusal(settings, member) { return refusal }
        let (test, errors) = SMSTest.form.read(member.form, over: SMSTest(), situation(member.form, member))
        guard errors.isEmpty else { return try show(member.form, member, errors) }
        guard member.form["preview"] == nil else { return try show(SMSTest.form.typed(test), member) }
        do {
            let result = try underWay.withPlace(of: member.account.id) { try send(test, by: settings, member) }
            return member.redirect(to: Self.path(of: result))
        } catch let full as Places<ID<Account>>.Full {
            var errors = FieldErrors()
            errors.notice = full == .owner ? member.t("sms_test.busy") : member.t("sms_test.crowded")
            return try show(member.form, member, errors)
        }
    }

    private func send(_ test: SMSTest, by settings: SMSSettings, _ member: Member) throws -> ID<SMSTestRow> {
        let id: ID<SMSTestRow> = app.site.ids.next()
        guard let request = SMSRequest(SMSMessage(to: test.to, text: test.text, id: id.description), by: settings) else {
            throw Abort(.notFound)
        }
        var result = SMSTestResult(id, to: test.to, request, at: member.now)
        try member.change("sms.test", of: test.to) { try SMSStore.insert(result, of: member.account.id, on: $0) }
        result.settle(app.client.send(request.outgoing), request.mask)
        try app.site.database.write { try SMSStore.update(result, on: $0) }
        return id
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let id: ID<SMSTestRow> = try member.id()
        guard let test = try member.read({ try SMSStore.test(id, of: member.account.id, on: $0) }) else { throw Abort(.notFound) }
        return try member.page(
            resultTemplate, SMSTestResultPage(test, member),
            PageHead(
                member.t("sms.test.title"), up: [(member.t("sms.title"), SMSController.path), (member.t("sms_test.title"), Self.path)]))
    }

    // MARK: The form

    private func refusal(_ settings: SMSSettings, _ member: Member) -> WebResponse? {
        guard settings.url == nil || settings.isUnreadable else { return nil }
        return member.redirect(
            to: SMSController.path, .warning, saying: member.t(settings.url == nil ? "sms.test.no_provider" : "sms.unreadable"))
    }

    private func situation(_ typed: FormData, _ member: Member) -> Situation<SMSTestContext> {
        let text = SMSText.spelled(TypedText.line(typed["text"] ?? ""))
        // Of what is too long to be sent, no more is counted than could be.
        let counted = String(text.prefix(maximumScalars: SMSTest.maximumText * 2))
        return Situation(member.t, SMSTestContext(country: member.account.country, text: counted))
    }

    private func show(_ typed: FormData, _ member: Member, _ errors: FieldErrors = FieldErrors()) throws -> WebResponse {
        let t = member.t
        let controls = SMSTest.form.controls(
            typed, stored: nil, errors: errors, isShownAgain: !errors.isEmpty, situation(typed, member), parts: parts)
        var form = FormView(controls, errors: errors, action: Self.path, save: t("sms_test.save"), t)
        form.buttons = [.init("preview", "yes", t("sms_test.preview"))]
        form.wayOut = .init(t("sms_test.back"), to: SMSController.path)
        let head = PageHead(t("sms_test.title"), lead: t("sms_test.lead"), up: [(t("sms.title"), SMSController.path)])
        return try member.page(
            template, FormPage(form), head, hasErrors: !errors.isEmpty)
    }
}
