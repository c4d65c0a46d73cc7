// Notices: what the account's administrators have to know of, and what they can do about it.

import Database
import HTTP
import HTTPTypes
import Templating
import Time
import Web

extension Right {
    static let viewAlerts = Right("alerts.view")
}

extension Feature {
    static let alerts = Feature(
        tabs: [
            Tab(
                order: 190, label: "alerts.title", path: AlertController.path, right: .viewAlerts, group: "users.section",
                waiting: AlertSchema.waiting)
        ],
        rights: [.viewAlerts], migrations: AlertSchema.migrations
    ) { app in
        let alerts = try AlertController(app)
        return Running(
            routes: [
                .get(AlertController.path, .needs(.viewAlerts), alerts.index),
                .post(AlertController.path + "/{id}/dismissal", .needs(.viewAlerts), alerts.dismiss),
            ])
    }
}

struct AlertController {
    static let path = "/alerts"
    private static let pageSize = 50
    private let alerts: Alerts
    private let template: PageTemplate<AlertsPage>

    init(_ app: App) throws {
        alerts = app.alerts
        template = try app.site.page("alerts/index")
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let range = DateRange(member.query)
        let instants = range.instants(in: member.times.zone)
        let state = member.query["state"].flatMap { AlertFilter.State(rawValue: $0) }
        let filter = AlertFilter(state: state, from: instants.from, until: instants.until)
        let found = try member.read {
            try AlertStore.page(of: member.account.id, filter, at: PagePosition(member.query), size: Self.pageSize, on: $0)
        }
        let page = AlertsPage(
            filters: FiltersView(
                action: Self.path, search: nil, range: range,
                selects: [
                    SelectView(
                        "state", t("alerts.state"), selected: state?.rawValue ?? "",
                        options: [("", t("alerts.state.all"))]
                            + AlertFilter.State.allCases.map { ($0.rawValue, t("alerts.state.\($0.rawValue)")) })
                ], query: member.query, times: member.times, t: t),
            rows: found.elements.map { AlertView($0, alerts.kind(named: $0.kind), member) },
            pager: found.pager(path: Self.path, query: member.query) { $0.id },
            empty: found.elements.isEmpty ? EmptyView(t("alerts.empty.title"), t("alerts.empty.text")) : nil)
        return try member.page(template, page, PageHead(t("alerts.title"), lead: t("alerts.lead"), section: t("users.section")))
    }

    /// Also for a button that was pressed twice, or stands in a second tab: it is dismissed then.
    @Sendable func dismiss(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let alert = try member.read { try AlertStore.alert(member.id(), of: account, on: $0) }
        let kind = alerts.kind(named: alert.kind)
        guard kind?.mayBeDismissed(by: member) ?? true else { throw Abort(.forbidden) }
        do {
            try member.change("alert.dismiss", of: kind?.title(alert, member.t) ?? alert.kind) {
                connection in
                let isDismissed = try AlertStore.dismiss(
                    alert.id, of: account, by: member.session.userName, isOver: kind?.course != .lasting, at: member.now, on: connection)
                guard isDismissed else { throw Refusal.stale }
            }
        } catch Refusal.stale {
            return member.redirect(to: Self.path, .info, saying: member.t("alerts.dismissed.already"))
        }
        return member.redirect(to: Self.path, saying: member.t("alerts.dismissed"))
    }
}

struct AlertsPage: TemplateData {
    let filters: FiltersView
    let rows: [AlertView]
    let pager: PagerView
    let empty: EmptyView?
}

struct AlertView: TemplateData {
    let gravity: String
    let title: String
    let text: String
    let href: String
    let action: String
    let state: BadgeView
    let first: TimeView
    /// When it came again, and how often it came.
    let last: TimeView?
    let times: String
    /// Empty: nothing is to be dismissed.
    let dismissal: String

    init(_ alert: AlertRecord, _ kind: AlertKind?, _ member: Member) {
        let t = member.t
        gravity = (kind?.gravity ?? .info).rawValue
        title = kind?.title(alert, t) ?? alert.kind
        text = kind?.text(alert, t) ?? ""
        href = kind.flatMap { member.may($0.right) ? $0.place(alert.subject) : nil } ?? ""
        action = kind?.action(t) ?? ""
        if let seenAt = alert.seenAt {
            state = BadgeView(.neutral, t("alerts.seen", ["name": alert.seenBy, "at": member.times.brief(seenAt)]))
        } else if let resolvedAt = alert.resolvedAt {
            state = BadgeView(.good, t("alerts.over", ["at": member.times.brief(resolvedAt)]))
        } else {
            state = BadgeView(kind?.gravity ?? .info, t("alerts.state.open"))
        }
        first = member.times.view(alert.firstAt)
        last = alert.times > 1 ? member.times.view(alert.lastAt) : nil
        times = alert.times > 1 ? t("alerts.times", count: alert.times) : ""
        let mayDismiss = alert.isOpen && kind?.mayBeDismissed(by: member) ?? true
        dismissal = mayDismiss ? "\(AlertController.path)/\(alert.id)/dismissal" : ""
    }
}
