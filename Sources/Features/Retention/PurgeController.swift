// Purge now: first a page with the figures, then exactly what it showed, less what was put under hold since.

import Database
import HTTP
import HTTPTypes
import Templating
import Time
import Web

struct PurgeController {
    static let path = "/settings/retention/purge"

    private let background: BackgroundPurge
    private let template: PageTemplate<RetentionConfirmPage>

    init(_ app: App) throws {
        background = BackgroundPurge(RetentionPurge(app), logger: app.site.logger)
        template = try app.site.page("retention/confirm")
    }

    @Sendable func confirm(_ member: Member) throws -> WebResponse {
        let policy = try member.read { try RetentionStore.policy(of: member.account.id, on: $0) }
        return try ask(policy, insteadOf: nil, member)
    }

    @Sendable func run(_ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account.id
        let (policy, isDone) = try member.read { connection in
            (
                try RetentionStore.policy(of: account, on: connection),
                try ShownFigures(.purge, of: member).map {
                    try PurgeRunStore.hasRun(since: $0.shownAt, by: member.session.user, in: account, on: connection)
                } ?? false
            )
        }
        // Pressed twice, or in two windows: what was shown is gone, or going.
        guard !isDone else { return member.redirect(to: RunsController.path, .info, saying: t("retention.purge.already")) }
        guard let shown = ShownFigures(.purge, of: member), shown.isOf(policy) else {
            return member.redirect(to: Self.path, .warning, saying: t("retention.purge.stale"))
        }
        let now = try member.figures(under: policy, asOf: shown.shownAt)
        guard shown.changedALot(now).isEmpty else { return try ask(policy, insteadOf: shown, member) }
        let actor = PurgeActor(user: member.session.user, name: member.session.userName)
        let planned = MediaKind.allCases.reduce(into: [:]) { $0[$1] = shown.items(of: $1) }
        let figures: [PurgeFigures]
        let outcome = try background.run(
            account, by: actor, asOf: shown.shownAt, shown: planned, recording: { try member.change("retention.purge") { _ in } })
        switch outcome {
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

    /// - Parameter shown: what was confirmed, and is no longer so.
    private func ask(_ policy: RetentionPolicy, insteadOf shown: ShownFigures?, _ member: Member) throws -> WebResponse {
        let t = member.t
        let now = member.now
        let figures = try member.figures(under: policy, asOf: now)
        let page = RetentionConfirmPage(
            action: Self.path, hidden: [try ShownFigures(figures, version: policy.version, at: now).hidden(.purge, member)],
            changed: shown.map { ChangedFiguresView($0, figures, member) },
            changedText: shown.map { _ in t("retention.changed.nothing_deleted") } ?? "",
            summary: figures.items == 0
                ? t("retention.purge.none")
                : t("retention.purge.summary", count: figures.items, ["size": member.numbers.bytes(figures.bytes)]),
            comparison: "", figures: FiguresView(figures, member),
            button: figures.items == 0 ? "" : t("retention.purge.button", count: figures.items))
        return try member.page(template, page, PageHead(t("retention.purge.title"), up: [(t("retention.title"), "/settings/retention")]))
    }
}

extension Member {
    /// What a purge of the account would delete, in reads of which each is short.
    func figures(under policy: RetentionPolicy, asOf instant: Timestamp) throws -> [PurgeFigures] {
        try PurgeFigures.due(of: account.id, under: policy, asOf: instant) { part in try read(part) }
    }
}
