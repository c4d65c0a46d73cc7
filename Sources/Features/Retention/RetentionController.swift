// Data retention: how long each kind of media is kept, and what that would delete, before it is saved.

import Database
import HTTP
import HTTPTypes
import Logging
import Templating
import Time
package import Web

extension Right {
    package static let manageRetention = Right("settings.retention")
}

extension Feature {
    static let retention = Feature(
        tabs: [Tab(order: 20, label: "retention.title", path: "/settings/retention", right: .manageRetention)],
        rights: [.manageRetention],
        deletes: MediaKind.allCases.map(\.entity),
        migrations: RetentionSchema.migrations,
        folders: ["media", "media-inbox", "quarantine"]
    ) { app in
        let retention = try RetentionController(app)
        let purges = try PurgeController(app)
        let schedule = try PurgeSchedule(app)
        let purge = RetentionPurge(app)
        let logger = app.site.logger
        return Running(
            routes: [
                .get("/settings/retention", .needs(.manageRetention), retention.edit),
                .post("/settings/retention", .needs(.manageRetention), retention.update),
                .get("/settings/retention/purge", .needs(.manageRetention), purges.confirm),
                .post("/settings/retention/purge", .needs(.manageRetention), purges.run),
            ],
            jobs: { try schedule.jobs() },
            onStart: {
                BackgroundPurge.start("purge-resume") {
                    do { try purge.resumeAll() } catch { logger.error("Purges could not be resumed: \(error)") }
                }
            })
    }
}

struct RetentionController {
    private let store: RetentionStore
    private let schedule: PurgeSchedule
    private let template: PageTemplate<RetentionPage>
    private let confirmTemplate: PageTemplate<RetentionConfirmPage>

    init(_ app: App) throws {
        store = RetentionStore(site: app.site)
        schedule = try PurgeSchedule(app)
        template = try app.site.page("retention/edit")
        confirmTemplate = try app.site.page("retention/confirm")
    }

    @Sendable func edit(_ member: Member) throws -> WebResponse {
        try show(RetentionForm(try store.policy(of: member.account.id)), member)
    }

    /// Previews, asks before anything is kept for less time than now, or saves.
    @Sendable func update(_ member: Member) throws -> WebResponse {
        let form = RetentionForm(member.form)
        switch form.validated(member.t) {
        case .invalid(let errors):
            return try show(form, member, errors)
        case .valid(let policy):
            if member.form["act"] == "preview" { return try show(form, member, previewing: policy) }
            let account = member.account.id
            let stored = try store.policy(of: account)
            guard policy.version == stored.version else { return try showStale(form, stored, member) }
            if !policy.kindsShortened(from: stored).isEmpty, member.form["confirmed"] != "yes" {
                return try ask(form, policy, stored, member)
            }
            do {
                try member.change("retention.update", of: Self.words(policy)) { try store.save(policy, of: account, on: $0) }
            } catch Refusal.stale {
                return try showStale(form, try store.policy(of: account), member)
            }
            return member.redirect(to: "/settings/retention", saying: member.t("retention.saved"))
        }
    }

    /// For the audit: `recordings 30, voice_mailbox unlimited, …`
    private static func words(_ policy: RetentionPolicy) -> String {
        MediaKind.allCases.map { kind in "\(kind.rawValue) \(policy.days[kind].map { String($0) } ?? "unlimited")" }.joined(separator: ", ")
    }

    private func ask(_ form: RetentionForm, _ policy: RetentionPolicy, _ stored: RetentionPolicy, _ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account
        let times = accountTimes(account, member)
        let next = schedule.next(after: member.now, in: times.zone) ?? member.now
        let figures = try store.figures(of: account.id, under: policy, asOf: next)
        let before = try store.figures(of: account.id, under: stored, asOf: next)
        let page = RetentionConfirmPage(
            action: "/settings/retention", hidden: form.hiddenFields + [HiddenField(name: "confirmed", value: "yes")],
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

    /// Somebody saved in another window meanwhile: both values are shown, and saving again is then a decision.
    private func showStale(_ form: RetentionForm, _ stored: RetentionPolicy, _ member: Member) throws -> WebResponse {
        let t = member.t
        let current = RetentionForm(stored)
        func words(_ choice: RetentionForm.Choice) -> String {
            choice.isUnlimited ? t("retention.policy.unlimited") : t("retention.policy.days", count: Int(choice.days) ?? 0)
        }
        let conflict = ConflictView(
            t, MediaKind.allCases.map { kind in (label: kind.label(t), yours: words(form[kind]), stored: words(current[kind])) })
        return try show(form, member, conflict: conflict, version: current.version)
    }

    private func show(
        _ form: RetentionForm, _ member: Member, _ errors: FieldErrors = FieldErrors(), previewing policy: RetentionPolicy? = nil,
        conflict: ConflictView? = nil, version: String? = nil
    ) throws -> WebResponse {
        let t = member.t
        let account = member.account
        let stock = try store.stock(of: account.id)
        let times = accountTimes(account, member)
        let next = schedule.next(after: member.now, in: times.zone)
        let page = RetentionPage(
            errors: errors.summary(t), conflict: conflict, version: version ?? form.version,
            kinds: MediaKind.allCases.map { kind in
                DaysView(
                    kind.rawValue, kind.label(t), hint: words(stock[kind], member), isUnlimited: form[kind].isUnlimited,
                    days: form[kind].days,
                    errors: errors)
            },
            nextPurge: next.map { times.sentenceView($0) },
            preview: try policy.map { FiguresView(try store.figures(of: account.id, under: $0, asOf: next ?? member.now), member) },
            progress: try store.unfinishedPurges(of: account.id).map { progress in
                t(
                    "retention.progress",
                    [
                        "kind": progress.kind.label(t), "items": member.numbers.text(progress.items),
                        "planned": member.numbers.text(progress.planned), "date": times.inSentence(progress.startedAt),
                    ])
            },
            check: try store.check(of: account.id).map { CheckView($0, member) }, mayViewDeletions: member.may(.viewDeletions))
        let head = PageHead(t("retention.title"), lead: t("retention.lead"))
        return try member.page(template, page, head, hasErrors: !errors.isEmpty || conflict != nil)
    }

    private func words(_ stock: MediaStock?, _ member: Member) -> String {
        guard let stock, let oldest = stock.oldest else { return member.t("retention.stock.none") }
        return member.t(
            "retention.stock", count: stock.items,
            ["size": member.numbers.bytes(stock.bytes), "oldest": member.times.date(oldest), "held": member.numbers.text(stock.held)])
    }

    /// Purges follow the account's clocks, whatever the reader's own zone is.
    private func accountTimes(_ account: Session.AccountSummary, _ member: Member) -> Times {
        Times(zone: member.site.zone(account.timeZone), translation: member.t, now: member.now)
    }
}
