// Data retention: how long each kind of media is kept, and what that would delete, before it is saved.

import Database
import HTTP
import HTTPTypes
import Logging
import Templating
import Threading
import Time
package import Web

extension Right {
    package static let viewRetention = Right("retention.view")
    package static let manageRetention = Right("retention.manage")
}

extension AlertKind {
    /// A nightly purge would take so much at once that somebody has to look first.
    static let purgeHeld = AlertKind("purge_held", .warning, .lasting, right: .manageRetention) { _ in "/settings/retention" }
}

extension Feature {
    static let retention = Feature(
        tabs: [Tab(order: 20, label: "retention.title", path: "/settings/retention", right: .viewRetention)],
        rights: [.viewRetention, .manageRetention],
        deletes: MediaKind.allCases.map(\.entity), raises: [.purgeHeld],
        migrations: RetentionSchema.migrations,
        settings: [SettingsSource(RetentionPolicy.form) { try RetentionStore.policy(of: $1, on: $2) }],
        folders: ["media", "media-inbox", "quarantine"]
    ) { app in
        let retention = try RetentionController(app)
        let purges = try PurgeController(app)
        let runs = try RunsController(app)
        let schedule = try PurgeSchedule(app)
        let purge = RetentionPurge(app)
        let logger = app.site.logger
        return Running(
            routes: retention.editor.routes(view: .viewRetention, manage: .manageRetention, update: retention.update) + [
                .get(PurgeController.path, .needs(.manageRetention), purges.confirm),
                .post(PurgeController.path, .needs(.manageRetention), purges.run),
                .get(RunsController.path, .needs(.viewRetention), runs.index),
            ],
            jobs: { try schedule.jobs() },
            onStart: {
                try OwnThread.start("purge-resume") {
                    do { try purge.resumeAll() } catch { logger.error("Purges could not be resumed: \(error)") }
                }
            })
    }
}

struct RetentionController {
    let editor: SettingsEditor<Member, RetentionPolicy, RetentionContext>
    private let schedule: PurgeSchedule
    private let confirmTemplate: PageTemplate<RetentionConfirmPage>

    init(_ app: App) throws {
        let schedule = try PurgeSchedule(app)
        let template: PageTemplate<RetentionPage> = try app.site.page("retention/edit")
        self.schedule = schedule
        confirmTemplate = try app.site.page("retention/confirm")
        editor = try SettingsEditor(
            RetentionPolicy.form, at: "/settings/retention", action: "retention.update", version: { String($0.version) }, app.site,
            load: { member, connection in try RetentionStore.policy(of: member.account.id, on: connection) },
            context: { member, _, connection in
                RetentionContext(
                    stock: try RetentionStore.stock(of: member.account.id, on: connection),
                    state: try RetentionStore.state(of: member.account.id, on: connection), numbers: member.numbers, times: member.times)
            },
            save: { new, _, member, connection in try RetentionStore.save(new, of: member.account.id, on: connection) },
            buttons: { t in [.init("act", "preview", t("retention.preview"), to: "/settings/retention#preview")] },
            page: { view, _, context, member in
                let page = RetentionPage(
                    form: view, preview: context.preview.map { FiguresView($0, member) }, context.state,
                    next: schedule.next(after: member.now, in: member.accountTimes.zone), member)
                let head = PageHead(member.t("retention.title"), lead: member.t("retention.lead"))
                return try member.page(template, page, head, hasErrors: view.isRefused)
            })
    }

    /// Previews, asks before anything is kept for less time than now, or saves.
    @Sendable func update(_ member: Member) throws -> WebResponse {
        var submission = try editor.submission(member)
        if submission.errors.isEmpty, member.form["act"] == "preview" {
            let next = schedule.next(after: member.now, in: member.accountTimes.zone) ?? member.now
            submission.context.preview = try member.figures(under: submission.value, asOf: next)
            return try editor.show(submission)
        }
        let (policy, stored) = (submission.value, submission.stored)
        return try editor.save(
            submission,
            ask: {
                guard !policy.kindsShortened(from: stored).isEmpty else { return nil }
                return try ask(policy, insteadOf: stored, member)
            })
    }

    /// With the figures of the next purge, and again when they are not those that were confirmed. Nil when they are.
    private func ask(_ policy: RetentionPolicy, insteadOf stored: RetentionPolicy, _ member: Member) throws -> WebResponse? {
        let t = member.t
        let times = member.accountTimes
        let next = schedule.next(after: member.now, in: times.zone) ?? member.now
        let figures = try member.figures(under: policy, asOf: next)
        let shown = ShownFigures(.policy, of: member).flatMap { $0.isOf(policy) ? $0 : nil }
        if let shown, shown.changedALot(figures).isEmpty { return nil }
        let isUnknown = shown == nil && member.form[ShownFigures.field] != nil
        let before = try member.figures(under: stored, asOf: next)
        let page = RetentionConfirmPage(
            action: "/settings/retention",
            hidden: editor.hidden(policy, member) + [
                try ShownFigures(figures, version: policy.version, at: member.now).hidden(.policy, member)
            ],
            changed: shown.map { ChangedFiguresView($0, figures, member) },
            changedText: shown != nil ? t("retention.changed.nothing_saved") : isUnknown ? t("retention.changed.unknown") : "",
            summary: figures.items == 0
                ? t("retention.confirm.none")
                : t(
                    "retention.confirm.summary", count: figures.items,
                    ["size": member.numbers.bytes(figures.bytes), "date": times.inSentence(next)]),
            comparison: t("retention.confirm.before", count: before.items), figures: FiguresView(figures, member),
            button: t("retention.confirm.save"))
        return try member.page(
            confirmTemplate, page, PageHead(t("retention.confirm.title"), up: [(t("retention.title"), "/settings/retention")]))
    }
}

extension Member {
    /// Purges follow the account's clocks, whatever the reader's own zone is.
    var accountTimes: Times { Times(zone: site.zone(account.timeZone), translation: t, now: now) }
}
