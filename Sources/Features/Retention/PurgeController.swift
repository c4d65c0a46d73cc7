// Purge now: first a page with the figures, then exactly what it showed, less what was put under hold since.

import Database
import HTTP
import HTTPTypes
import Templating
import Time
import Web

struct PurgeController {
    /// Figures that were shown longer ago are shown again before anything goes.
    private static let figuresLast = Duration.seconds(3600)

    private let background: BackgroundPurge
    private let template: PageTemplate<RetentionConfirmPage>

    init(_ app: App) throws {
        background = BackgroundPurge(RetentionPurge(app), logger: app.site.logger)
        template = try app.site.page("retention/confirm")
    }

    @Sendable func confirm(_ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account.id
        let now = member.now
        let (policy, figures) = try member.read { connection in
            let policy = try RetentionStore.policy(of: account, on: connection)
            return (policy, try RetentionStore.figures(of: account, under: policy, asOf: now, on: connection))
        }
        let page = RetentionConfirmPage(
            action: "/settings/retention/purge",
            hidden: [
                HiddenField(name: "as_of", value: String(now.milliseconds)),
                HiddenField(name: "version", value: String(policy.version)),
            ],
            summary: figures.items == 0
                ? t("retention.purge.none")
                : t("retention.purge.summary", count: figures.items, ["size": member.numbers.bytes(figures.bytes)]),
            comparison: "", figures: FiguresView(figures, member),
            button: figures.items == 0 ? "" : t("retention.purge.button", count: figures.items))
        return try member.page(template, page, PageHead(t("retention.purge.title"), up: [(t("retention.title"), "/settings/retention")]))
    }

    @Sendable func run(_ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account.id
        guard let shownAt = member.form["as_of"].flatMap({ Int64($0) }).map({ Timestamp(milliseconds: $0) }), shownAt <= member.now,
            member.now - shownAt <= Self.figuresLast,
            member.form["version"] == String(try member.read { try RetentionStore.policy(of: account, on: $0) }.version)
        else { return member.redirect(to: "/settings/retention/purge", .warning, saying: t("retention.purge.stale")) }
        let actor = PurgeActor(user: member.session.user, name: member.session.userName)
        let figures: [PurgeFigures]
        switch try background.run(account, by: actor, asOf: shownAt, recording: { try member.change("retention.purge") { _ in } }) {
        case .alreadyRunning: return member.redirect(to: "/settings/retention", .info, saying: t("retention.purge.running"))
        case .goesOn: return member.redirect(to: "/settings/retention", .info, saying: t("retention.purge.goes_on"))
        case .done(let done): figures = done
        }
        if figures.items < figures.planned {
            return member.redirect(
                to: "/settings/retention", .warning,
                saying: t("retention.purge.partly", count: figures.items, ["planned": member.numbers.text(figures.planned)]))
        }
        return member.redirect(
            to: "/settings/retention",
            saying: t("retention.purge.done", count: figures.items, ["size": member.numbers.bytes(figures.bytes)]))
    }
}
