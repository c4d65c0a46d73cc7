// The purge history: what each purge of the last three months meant to delete, what it deleted, and why the two differ.

import Database
import Glibc
import HTTP
import Templating
import Time
import Web

struct RunsController {
    static let path = "/settings/retention/runs"
    private static let pageSize = 50

    private let template: PageTemplate<RunsPage>

    init(_ app: App) throws {
        template = try app.site.page("retention/runs")
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let times = member.accountTimes
        let range = DateRange(member.query)
        let instants = range.instants(in: times.zone)
        let oldest = member.now - PurgeRunStore.kept
        let filter = PurgeRunFilter(
            kind: member.query["kind"].flatMap { MediaKind(rawValue: $0) }, from: max(instants.from ?? oldest, oldest),
            until: instants.until)
        let found = try member.read {
            try PurgeRunStore.page(of: member.account.id, filter, at: PagePosition(member.query), size: Self.pageSize, on: $0)
        }
        let page = RunsPage(
            filters: FiltersView(
                action: Self.path, search: nil, range: range,
                selects: [
                    SelectView(
                        "kind", t("retention.figures.kind"), selected: filter.kind?.rawValue ?? "",
                        options: [("", t("retention.runs.all"))] + MediaKind.allCases.map { ($0.rawValue, $0.label(t)) })
                ], query: member.query, times: times, t: t),
            rows: found.elements.map { RunView($0, times, member) },
            pager: found.pager(path: Self.path, query: member.query) { $0.id },
            empty: found.elements.isEmpty ? EmptyView(t("retention.runs.empty.title"), t("retention.runs.empty.text")) : nil)
        let head = PageHead(t("retention.runs.title"), lead: t("retention.runs.lead"), up: [(t("retention.title"), "/settings/retention")])
        return try member.page(template, page, head)
    }
}

struct RunsPage: TemplateData {
    let filters: FiltersView
    let rows: [RunView]
    let pager: PagerView
    let empty: EmptyView?
}

struct RunView: TemplateData {
    let started: TimeView
    let took: String
    let user: String
    let kind: String
    let detail: String
    let planned: String
    let items: String
    let size: String
    let state: BadgeView
    /// Why planned and deleted differ.
    let reasons: [String]
    /// The Deletion history, from the run's entry on. Empty: nothing was deleted, or this reader may not see it.
    let deletion: String

    init(_ run: PurgeRunRecord, _ times: Times, _ member: Member) {
        let t = member.t
        let numbers = member.numbers
        started = times.view(run.startedAt)
        // A clock that was set back meanwhile knows nothing of how long it took.
        took =
            run.finishedAt.map { max(.zero, $0 - run.startedAt) }.map { numbers.duration(microseconds: Int($0 / .microseconds(1))) } ?? ""
        user = run.user == nil ? UnnamedActor(rawValue: run.userName)?.words(t) ?? run.userName : run.userName
        kind = run.kind.label(t)
        detail = run.detail
        (planned, items) = (numbers.text(run.planned), numbers.text(run.items))
        size = run.bytes > 0 ? numbers.bytes(run.bytes) : ""
        state =
            run.finishedAt != nil
            ? BadgeView(.good, t("retention.runs.done"))
            : run.fault != 0 ? BadgeView(.warning, t("retention.runs.partly")) : BadgeView(.info, t("retention.runs.under_way"))
        reasons = Self.reasons(run, t)
        deletion =
            run.deletion == nil || !member.may(.viewDeletions) ? "" : Self.deletionsPath(of: run, in: member.times.zone)
    }

    /// Those of the kind on the run's day, or days, where the history's reader is.
    private static func deletionsPath(of run: PurgeRunRecord, in zone: Zone) -> String {
        var query = FormData()
        query.set("entity", run.kind.rawValue)
        query.set("from", "\(zone.civil(run.startedAt).date)")
        query.set("to", "\(zone.civil(max(run.startedAt, run.finishedAt ?? run.startedAt)).date)")
        return "/settings/deletions?\(query.encoded())"
    }

    private static func reasons(_ run: PurgeRunRecord, _ t: Translation) -> [String] {
        var reasons: [String] = []
        if run.finishedAt == nil, run.fault != 0, run.marked > run.items {
            let why =
                switch Int32(run.fault) {
                case EACCES, EPERM, EROFS: "read_only"
                case EIO: "io"
                default: "other"
                }
            reasons.append(t("retention.runs.fault.\(why)", count: run.marked - run.items))
        }
        guard run.finishedAt != nil else { return reasons }
        if run.newlyHeld > 0 { reasons.append(t("retention.runs.held", count: run.newlyHeld)) }
        let left = run.planned - run.marked - run.newlyHeld
        if left > 0 {
            reasons.append(run.isPolicyLonger ? t("retention.runs.longer", count: left) : t("retention.runs.gone", count: left))
        }
        if run.marked > run.planned { reasons.append(t("retention.runs.more", count: run.marked - run.planned)) }
        // Marked, and taken by nobody but the deletion of what they belonged to.
        if run.marked > run.items { reasons.append(t("retention.runs.gone", count: run.marked - run.items)) }
        return reasons
    }
}
