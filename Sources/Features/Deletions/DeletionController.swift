// Deletion history: what was deleted in the last three months, by whom, with search, dates and an export.

import Cron
import Database
import HTTP
import HTTPTypes
import Templating
import Time
package import Web

extension Right {
    package static let viewDeletions = Right("deletions.view")
}

extension Feature {
    static let deletions = Feature(
        tabs: [Tab(order: 50, label: "deletions.title", path: "/settings/deletions", right: .viewDeletions)],
        rights: [.viewDeletions]
    ) { app in
        let deletions = try DeletionController(app)
        return Running(
            routes: [
                .get("/settings/deletions", .needs(.viewDeletions), deletions.index),
                .get("/settings/deletions.csv", .needs(.viewDeletions), deletions.export),
            ],
            jobs: { [try DeletionHistoryPurge(site: app.site).job()] })
    }
}

struct DeletionController {
    private static let pageSize = 50
    private let entities: [DeletedEntity]
    private let template: PageTemplate<DeletionsPage>

    init(_ app: App) throws {
        entities = app.features.flatMap(\.deletes)
        template = try app.site.page("deletions/index")
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account.id
        let range = DateRange(member.query)
        let found = try member.read {
            try DeletionStore.page(of: account, filter(member, range), at: PagePosition(member.query), size: Self.pageSize, on: $0)
        }
        let entity = member.query["entity"] ?? ""
        let page = DeletionsPage(
            filters: FiltersView(
                action: "/settings/deletions", search: SearchView("q", t("deletions.search"), value: member.query["q"] ?? ""),
                range: range,
                selects: [
                    SelectView(
                        "entity", t("deletions.entity"), selected: entity,
                        options: [("", t("deletions.entity.all"))]
                            + entities.map { ($0.rawValue, t("entity.\($0.rawValue)")) })
                ], query: member.query, times: member.times, t: t),
            note: found.searchedTo.map { t("deletions.searched_to", ["time": member.times.inSentence($0.deletedAt)]) } ?? "",
            goOn: found.searchedTo.map { href(onFrom: $0, member.query) } ?? "",
            rows: found.rows.elements.map { DeletionView($0, member) },
            pager: found.rows.pager(path: "/settings/deletions", query: member.query) { $0.id },
            exportURL: "/settings/deletions.csv?\(member.query.encoded())",
            empty: found.rows.elements.isEmpty && found.searchedTo == nil
                ? EmptyView(t("deletions.empty.title"), t("deletions.empty.text")) : nil)
        return try member.page(template, page, PageHead(t("deletions.title"), lead: t("deletions.lead")))
    }

    /// Further in the direction in which the look went.
    private func href(onFrom place: DeletionPlace, _ query: FormData) -> String {
        var query = query
        query.set(query["after"] == nil && query["before"] != nil ? "before" : "after", place.id.description)
        return "/settings/deletions?\(query.encoded())"
    }

    /// The same rows as the page shows, all of them, as CSV; with `raw`, for programs, formulas are not neutralised.
    @Sendable func export(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let filter = filter(member, DateRange(member.query))
        let t = member.t
        let times = member.times
        let database = member.site.database
        let csv = CSV(language: member.visit.language, isRaw: member.query["raw"] != nil)
        return WebResponse(
            fields: [.contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"deletions.csv\""],
            body: .stream { write in
                let head = ["when", "user", "entity", "detail", "items", "bytes"].map { t("deletions.\($0)") }
                // The byte order mark makes spreadsheets read UTF-8.
                try write(ArraySlice(("\u{FEFF}" + csv.line(head)).utf8))
                var last: DeletionPlace?
                while true {
                    let found = try database.read(for: .page(account)) { [last] in
                        try DeletionStore.rows(of: account, filter, beyond: last, limit: 500, on: $0)
                    }
                    let lines = found.records.map { record in
                        csv.line([
                            times.iso8601(record.deletedAt), record.userWords(t),
                            t("entity.\(record.entity.rawValue)"), record.detail, String(record.items), String(record.bytes),
                        ])
                    }
                    if !lines.isEmpty { try write(ArraySlice(lines.joined().utf8)) }
                    let isFull = found.records.count == 500
                    guard let next = isFull ? found.records.last?.place : found.edge else { return }
                    last = next
                }
            })
    }

    private func filter(_ member: Member, _ range: DateRange) -> DeletionFilter {
        let instants = range.instants(in: member.times.zone)
        let oldest = member.now - DeletionHistoryPurge.kept
        let search = member.query["q"] ?? ""
        return DeletionFilter(
            search: search,
            actors: UnnamedActor.allCases.filter { SearchText.folded($0.words(member.t)).contains(SearchText.folded(search)) },
            entity: entities.first { $0.rawValue == member.query["entity"] },
            from: max(instants.from ?? oldest, oldest), until: instants.until)
    }
}

struct DeletionsPage: TemplateData {
    let filters: FiltersView
    /// How far a search came.
    let note: String
    let goOn: String
    let rows: [DeletionView]
    let pager: PagerView
    let exportURL: String
    let empty: EmptyView?
}

struct DeletionView: TemplateData {
    let when: TimeView
    let user: String
    let entity: String
    let detail: String
    let items: String
    let size: String

    init(_ record: DeletionRecord, _ member: Member) {
        when = member.times.view(record.deletedAt)
        user = record.userWords(member.t)
        entity = member.t("entity.\(record.entity.rawValue)")
        detail = record.detail
        items =
            record.items == record.planned
            ? member.numbers.text(record.items)
            : member.t(
                "deletions.of_planned", ["items": member.numbers.text(record.items), "planned": member.numbers.text(record.planned)])
        size = record.bytes > 0 ? member.numbers.bytes(record.bytes) : ""
    }
}
