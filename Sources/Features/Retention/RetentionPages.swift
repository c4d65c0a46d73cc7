// What the retention pages show.

import Templating
import Time
import Web

struct RetentionPage: TemplateData {
    let form: FormView
    let nextPurge: TimeView?
    let lastPurge: TimeView?
    let preview: FiguresView?
    let progress: [String]
    /// Why the nightly purge waits, and what to do; empty when it does not.
    let held: [String]
    let check: CheckView?
    let mayViewDeletions: Bool

    init(form: FormView, preview: FiguresView?, _ state: RetentionStore.State, next: Timestamp?, _ member: Member) {
        let times = member.accountTimes
        self.form = form
        self.preview = preview
        nextPurge = next.map { times.sentenceView($0) }
        lastPurge = state.lastPurge.map { times.sentenceView($0) }
        progress = state.unfinished.map { progress in
            member.t(
                "retention.progress",
                [
                    "kind": progress.kind.label(member.t), "items": member.numbers.text(progress.items),
                    "planned": member.numbers.text(progress.planned), "date": times.inSentence(progress.startedAt),
                ])
        }
        held = [state.held].compactMap { $0 }.map { held in
            member.t("retention.held", count: held.items, ["last": times.inSentence(held.lastRun), "now": times.inSentence(member.now)])
        }
        check = state.check.map { CheckView($0, member) }
        mayViewDeletions = member.may(.viewDeletions)
    }

    static let fields = Fields<RetentionPage> {
        Flag("is_purging") { !$0.progress.isEmpty }
    }
}

/// A page that names what will be deleted and asks; for a shorter policy and for a purge.
struct RetentionConfirmPage: TemplateData {
    let action: String
    let hidden: [HiddenField]
    /// What is no longer as it was when it was confirmed.
    let changed: ChangedFiguresView?
    /// Why it is asked again; empty: it is not.
    let changedText: String
    let summary: String
    let comparison: String
    let figures: FiguresView
    let button: String
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
}

/// A row a kind.
struct FiguresView: TemplateData {
    struct Row: TemplateData {
        let kind: String
        let kindName: String
        let policy: String
        /// "deletes 104", or nothing when it is nothing.
        let deletes: String
        let size: String
        let oldest: TimeView?
        let newest: TimeView?
        let held: String
        let copies: String
    }

    let rows: [Row]

    init(_ figures: [PurgeFigures], _ member: Member) {
        let t = member.t
        let numbers = member.numbers
        rows = figures.map { figures in
            Row(
                kind: figures.kind.label(t), kindName: figures.kind.rawValue,
                policy: figures.days.map { t("shared.unit.days", count: $0) } ?? t("retention.policy.unlimited"),
                deletes: figures.items == 0 ? "" : t("retention.figures.deletes", count: figures.items),
                size: figures.items == 0 ? "–" : numbers.bytes(figures.bytes),
                oldest: figures.oldest.map { member.times.view($0) },
                newest: figures.newest.map { member.times.view($0) }, held: numbers.text(figures.held),
                copies: numbers.text(figures.connectorCopies))
        }
    }
}

extension [PurgeFigures] {
    var items: Int { reduce(0) { $0 + $1.items } }
    var planned: Int { reduce(0) { $0 + $1.planned } }
    var bytes: Int { reduce(0) { $0 + $1.bytes } }
}
