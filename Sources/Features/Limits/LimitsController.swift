// The tab: every limit with what is used of it, and the account's requests for more.

import Database
import HTTP
import HTTPTypes
import Time
import Web

struct LimitsController {
    static let path = "/settings/limits"
    private static let pageSize = 50
    /// Over which the highest day of what is measured is told.
    private static let days = 30

    /// Of each limit that can be adjusted.
    private let editors: [SettingsEditor<Member, LimitRequest, LimitRequestContext>]
    private let limits: [Limit]
    private let template: PageTemplate<LimitsPage>

    static func path(of limit: Limit) -> String { "\(path)/\(limit.name)/request" }

    init(_ app: App) throws {
        let formTemplate: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        limits = app.features.allLimits
        template = try app.site.page("limits/index")
        editors = try limits.filter(\.isAdjustable).map { try Self.editor(of: $0, app.site, formTemplate) }
    }

    /// Of the requests' forms.
    var routes: [Route] {
        editors.flatMap { editor in
            editor.routes(.needs(.manageLimits), update: { try editor.save(try editor.submission($0), to: Self.path) })
        }
    }

    private static func editor(
        of limit: Limit, _ site: Site, _ template: PageTemplate<FormPage>
    ) throws -> SettingsEditor<Member, LimitRequest, LimitRequestContext> {
        try SettingsEditor(
            LimitRequest.form, at: path(of: limit), action: "limit_request.create",
            making: Making(\.id, made: { try LimitRequestStore.made($0, of: $1.account.id, on: $2) }), subject: { $0.name }, site,
            load: { member, _ in LimitRequest(id: member.site.ids.next(), name: limit.name) },
            context: { member, _, connection in
                LimitRequestContext(
                    limit: limit, usage: try limit.usage(of: member.account.id, on: connection),
                    isOpen: try LimitRequestStore.isOpen(limit.name, of: member.account.id, on: connection))
            },
            save: { new, _, member, connection in
                var request = new
                request.had = try limit.maximum(of: member.account.id, on: connection)
                (request.user, request.userName, request.createdAt) = (member.session.user, member.session.userName, member.now)
                try LimitRequestStore.insert(request, in: member.account.id, on: connection)
            },
            page: { view, _, context, member in
                let t = member.t
                var view = view
                view.wayOut = .init(t("limit_request.back"), to: path)
                if context.isOpen { view.notice = t("limit_request.wanted.open") }
                let head = PageHead(
                    t("limit_request.title", ["limit": limit.title(t)]), lead: t("limit_request.lead"), up: [(t("limits.title"), path)])
                return try member.page(template, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let since = member.accountTimes.today.adding(days: 1 - Self.days)
        let (rows, found) = try member.read { connection in
            let open = try LimitRequestStore.open(of: account, on: connection)
            let rows = try limits.map { limit in
                LimitView(
                    limit, try limit.usage(of: account, on: connection),
                    limit.isMeasured ? try LimitMeasureStore.measure(limit, of: account, since: since, on: connection) : nil,
                    isOpen: open.contains { $0.name == limit.name }, member)
            }
            return (rows, try LimitRequestStore.page(of: account, at: PagePosition(member.query), size: Self.pageSize, on: connection))
        }
        let mayManage = member.may(.manageLimits)
        let page = LimitsPage(
            rows: rows,
            requests: found.elements.map { request in
                LimitRequestView(request, limits.first { $0.name == request.name }, mayWithdraw: mayManage, member)
            },
            pager: found.pager(path: Self.path, query: member.query) { $0.id })
        return try member.page(template, page, PageHead(member.t("limits.title"), lead: member.t("limits.lead")))
    }

    /// Also for a button that was pressed twice.
    @Sendable func withdraw(_ member: Member) throws -> WebResponse {
        let id: ID<LimitRequestRow> = try member.id()
        let account = member.account.id
        let request = try member.read { try LimitRequestStore.request(id, of: account, on: $0) }
        do {
            try member.change("limit_request.withdraw", of: request.name) { connection in
                try LimitRequestStore.withdraw(id, of: account, by: member.session.userName, at: member.now, on: connection)
            }
        } catch Refusal.stale {
            return member.redirect(to: Self.path, .info, saying: member.t("limit_request.closed_already"))
        }
        return member.redirect(to: Self.path, saying: member.t("limit_request.withdrawn"))
    }
}
