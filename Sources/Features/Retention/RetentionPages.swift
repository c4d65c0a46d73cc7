// What the retention pages show.

import Templating
import Time
import Web

struct RetentionPage: TemplateData {
    let form: FormView
    let nextPurge: TimeView?
    let preview: FiguresView?
    let progress: [String]
    let check: CheckView?
    let mayViewDeletions: Bool

    init(form: FormView, preview: FiguresView?, _ state: RetentionStore.State, next: Timestamp?, _ member: Member) {
        let times = member.accountTimes
        self.form = form
        self.preview = preview
        nextPurge = next.map { times.sentenceView($0) }
        progress = state.unfinished.map { progress in
            member.t(
                "retention.progress",
                [
                    "kind": progress.kind.label(member.t), "items": member.numbers.text(progress.items),
                    "planned": member.numbers.text(progress.planned), "date": times.inSentence(progress.startedAt),
                ])
        }
        check = state.check.map { CheckView($0, member) }
        mayViewDeletions = member.may(.viewDeletions)
    }

    static let fields = Fields<RetentionPage> {
        Section("form") { $0.form }
        Section("next_purge") { $0.nextPurge }
        Section("preview") { $0.preview }
        Flag("is_purging") { !$0.progress.isEmpty }
        List("progress") { $0.progress }
        Section("check") { $0.check }
        Flag("may_view_deletions") { $0.mayViewDeletions }
    }
}

/// A page that names what will be deleted and asks; for a shorter policy and for a purge.
struct RetentionConfirmPage: TemplateData {
    let action: String
    let hidden: [HiddenField]
    let summary: String
    let comparison: String
    let figures: FiguresView
    let button: String

    static let fields = Fields<RetentionConfirmPage> {
        Text("action") { $0.action }
        List("hidden") { $0.hidden }
        Text("summary") { $0.summary }
        Text("comparison") { $0.comparison }
        Section("figures") { $0.figures }
        Text("button") { $0.button }
    }
}

/// Files and rows that do not pair up, as of the last daily check.
struct CheckView: TemplateData {
    let quarantined: String
    let missing: String
    let checkedAt: TimeView
    let isGood: Bool

    init(_ check: RetentionStore.Check, _ member: Member) {
        quarantined = member.t("retention.check.quarantined", count: check.quarantined)
        missing = member.t("retention.check.missing", count: check.missing)
        checkedAt = member.times.view(check.checkedAt)
        isGood = check.quarantined == 0 && check.missing == 0
    }

    static let fields = Fields<CheckView> {
        Text("quarantined") { $0.quarantined }
        Text("missing") { $0.missing }
        Section("checked_at") { $0.checkedAt }
        Flag("is_good") { $0.isGood }
    }
}

/// A row a kind.
struct FiguresView: TemplateData {
    struct Row: TemplateData {
        let kind: String
        let policy: String
        /// "deletes 104", or nothing when it is nothing.
        let deletes: String
        let size: String
        let oldest: TimeView?
        let newest: TimeView?
        let held: String
        let copies: String

        static let fields = Fields<Row> {
            Text("kind") { $0.kind }
            Text("policy") { $0.policy }
            Text("deletes") { $0.deletes }
            Text("size") { $0.size }
            Section("oldest") { $0.oldest }
            Section("newest") { $0.newest }
            Text("held") { $0.held }
            Text("copies") { $0.copies }
        }
    }

    let rows: [Row]

    init(_ figures: [PurgeFigures], _ member: Member) {
        let t = member.t
        let numbers = member.numbers
        rows = figures.map { figures in
            Row(
                kind: figures.kind.label(t),
                policy: figures.days.map { t("shared.unit.days", count: $0) } ?? t("retention.policy.unlimited"),
                deletes: figures.items == 0 ? "" : t("retention.figures.deletes", count: figures.items),
                size: figures.items == 0 ? "–" : numbers.bytes(figures.bytes),
                oldest: figures.oldest.map { member.times.view($0) },
                newest: figures.newest.map { member.times.view($0) }, held: numbers.text(figures.held),
                copies: numbers.text(figures.connectorCopies))
        }
    }

    static let fields = Fields<FiguresView> {
        List("rows") { $0.rows }
    }
}

extension [PurgeFigures] {
    var items: Int { reduce(0) { $0 + $1.items } }
    var planned: Int { reduce(0) { $0 + $1.planned } }
    var bytes: Int { reduce(0) { $0 + $1.bytes } }
}
