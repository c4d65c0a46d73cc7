// The list of email domains, and the form by which the platform's staff adds one: to the account's own people that page does not exist.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct EmailDomainController {
    static let path = "/settings/security/email-domains"
    private static let pageSize = 50

    let addition: SettingsEditor<Member, EmailDomain, LimitUsage>
    private let template: PageTemplate<EmailDomainsPage>

    init(_ app: App) throws {
        let formTemplate: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        template = try app.site.page("security/email_domains")
        addition = try SettingsEditor(
            EmailDomain.form, at: Self.path, action: "email_domain.create",
            making: Making(\.id, made: { try EmailDomainStore.made($0, of: $1.account.id, on: $2) }), subject: { $0.shown }, app.site,
            load: { member, _ in EmailDomain(id: member.site.ids.next()) },
            context: { member, _, connection in try Limit.emailDomains.usage(of: member.account.id, on: connection) },
            save: { new, _, member, connection in
                try EmailDomainStore.insert(
                    new, by: member.session.userName, in: member.account.id, at: member.now, telling: app.alerts, on: connection)
            },
            page: { view, _, usage, member in
                var view = view
                view.wayOut = .init(member.t("email_domains.cancel"), to: Self.path)
                if let refusal = usage.refusal(member.visit) { view.notice = refusal }
                let head = PageHead(
                    member.t("email_domain.new.title"), section: member.t("security.title"), up: [EmailDomainStep.list(member.t)])
                return try member.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let search = member.query["q"] ?? ""
        let (found, usage) = try member.read { connection in
            (
                try EmailDomainStore.page(
                    of: member.account.id, search: search, at: PagePosition(member.query), size: Self.pageSize, on: connection),
                try Limit.emailDomains.usage(of: member.account.id, on: connection)
            )
        }
        let mayAdd = member.session.isOperator
        let empty =
            search.isEmpty
            ? EmptyView(
                t("email_domains.empty.title"), t(mayAdd ? "email_domains.empty.staff" : "email_domains.empty.text"),
                action: mayAdd ? (Self.path + "/new", t("email_domains.add")) : nil)
            : EmptyView(t("email_domains.none.title"), t("email_domains.none.text"))
        let page = EmailDomainsPage(
            search: SearchView("q", t("email_domains.search"), value: search), isFiltered: !search.isEmpty, mayAdd: mayAdd,
            count: t("email_domains.count", count: usage.used, ["limit": member.numbers.text(usage.maximum)]),
            rows: found.elements.map { EmailDomainView($0, member) },
            pager: found.pager(path: Self.path, query: member.query, isByName: true) { $0.domain.id },
            empty: found.elements.isEmpty ? empty : nil)
        return try member.page(
            template, page, PageHead(t("email_domains.title"), lead: t("email_domains.lead"), section: t("security.title")))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let submission = try addition.submission(member)
        return try addition.save(
            submission, to: submission.value.path, after: { member.t("email_domains.added", ["domain": submission.value.shown]) })
    }
}

enum EmailDomainStep {
    static func list(_ t: Translation) -> (label: String, href: String) { (t("email_domains.title"), EmailDomainController.path) }
}
