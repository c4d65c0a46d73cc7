// The change log: what was changed in the account, by whom, from where and when, with the values before and after.

import Database
import HTTP
import HTTPTypes
import Spelling
import Templating
import Time
import Web

extension Right {
    static let viewChanges = Right("changes.view")
}

extension Feature {
    static let changes = Feature(
        tabs: [
            Tab(
                order: 180, label: "changes.title", path: ChangeController.path, right: .viewChanges, group: "users.section",
                isChangeLog: true)
        ],
        rights: [.viewChanges]
    ) { app in
        let changes = try ChangeController(app)
        return Running(
            routes: [
                .get(ChangeController.path, .needs(.viewChanges), changes.index),
                .get(ChangeController.path + ".csv", .needs(.viewChanges), changes.export),
            ])
    }
}

struct ChangeController {
    static let path = "/changes"
    /// Of the choice of tabs: what was done on none of them.
    private static let elsewhere = "none"
    private static let pageSize = 50
    private static let exportSize = 500
    /// Those on which something can be changed.
    private let tabs: [Tab]
    private let template: PageTemplate<ChangesPage>

    init(_ app: App) throws {
        let all = app.features.flatMap(\.tabs)
        let own = all.filter { $0.parent == nil && !$0.isChangeLog && $0.right != .operatorConsole }.sorted { $0.order < $1.order }
        // Of the operator's console only where something is done to an account, and last: it has an order of its own.
        tabs = own + all.filter(\.changesAccounts).sorted { $0.order < $1.order }
        template = try app.site.page("changes/index")
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let range = DateRange(member.query)
        let filter = filter(member, range)
        let found = try member.read {
            try ChangeStore.page(of: member.account.id, filter, at: PagePosition(member.query), size: Self.pageSize, on: $0)
        }
        let page = ChangesPage(
            filters: FiltersView(
                action: Self.path, search: SearchView("q", t("changes.search"), value: member.query["q"] ?? ""), range: range,
                selects: [
                    SelectView(
                        "tab", t("changes.tab"), selected: filter.area.map { $0.isEmpty ? Self.elsewhere : $0 } ?? "",
                        options: [("", t("changes.tab.all"))] + tabs.map { ($0.path, t($0.label)) }
                            + [(Self.elsewhere, t("changes.tab.elsewhere"))])
                ], query: member.query, times: member.times, t: t),
            rows: found.elements.map { ChangeView($0, label(of: $0.area, t), member) },
            pager: found.pager(path: Self.path, query: member.query) { $0.id },
            exportURL: "\(Self.path).csv?\(member.query.encoded())",
            empty: found.elements.isEmpty ? EmptyView(t("changes.empty.title"), t("changes.empty.text")) : nil)
        return try member.page(template, page, PageHead(t("changes.title"), lead: t("changes.lead"), section: t("users.section")))
    }

    /// The same rows as the page shows, all of them, a line for each field; with `raw`, for programs, formulas are not neutralised.
    @Sendable func export(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let filter = filter(member, DateRange(member.query))
        let t = member.t
        let times = member.times
        let database = member.site.database
        let csv = CSV(language: member.visit.language, isRaw: member.query["raw"] != nil)
        return WebResponse(
            fields: [.contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"changes.csv\""],
            body: .stream { write in
                let head = ["when", "who", "from", "tab", "what", "subject", "field", "before", "after"].map { t("changes.\($0)") }
                // The byte order mark makes spreadsheets read UTF-8.
                try write(ArraySlice(("\u{FEFF}" + csv.line(head)).utf8))
                var query = FormData()
                while true {
                    let found = try database.read(for: .page(account)) {
                        try ChangeStore.page(of: account, filter, at: PagePosition(query), size: Self.exportSize, on: $0)
                    }
                    let lines = found.elements.flatMap { record in
                        let start = [
                            times.iso8601(record.at), record.who(t), record.from, label(of: record.area, t), record.what(t),
                            record.ofWhat(t),
                        ]
                        let fields = record.fields(t).map { [$0.label, $0.before, $0.after] }
                        return (fields.isEmpty ? [["", "", ""]] : fields).map { csv.line(start + $0) }
                    }
                    if !lines.isEmpty { try write(ArraySlice(lines.joined().utf8)) }
                    guard found.elements.count == Self.exportSize, let last = found.elements.last else { return }
                    query.set("after", last.id.description)
                }
            })
    }

    private func label(of area: String, _ t: Translation) -> String { tabs.first { $0.path == area }.map { t($0.label) } ?? "" }

    private func filter(_ member: Member, _ range: DateRange) -> ChangeFilter {
        let instants = range.instants(in: member.times.zone)
        let search = member.query["q"] ?? ""
        let folded = SearchText.folded(search)
        let tab = member.query["tab"]
        return ChangeFilter(
            search: search,
            actions: member.t.messages(under: "change.").filter { SearchText.folded($0.message).contains(folded) }.map(\.rest).sorted(),
            actors: UnnamedActor.allCases.filter { SearchText.folded($0.words(member.t)).contains(folded) },
            area: tab == Self.elsewhere ? "" : tabs.first { $0.path == tab }?.path, from: instants.from, until: instants.until)
    }
}

struct ChangesPage: TemplateData {
    let filters: FiltersView
    let rows: [ChangeView]
    let pager: PagerView
    let exportURL: String
    let empty: EmptyView?
}

struct ChangeView: TemplateData {
    struct Field: TemplateData {
        let label: String
        let before: String
        let after: String
    }

    /// Of a value that a row shows, in bytes; the export has all of it.
    private static let maximumValue = 300

    let when: TimeView
    let who: String
    let from: String
    let tab: String
    let what: String
    let subject: String
    let fieldChanges: [Field]

    init(_ record: ChangeRecord, _ tab: String, _ member: Member) {
        let t = member.t
        when = member.times.view(record.at)
        who = record.who(t)
        from = record.from
        self.tab = tab
        what = record.what(t)
        subject = record.ofWhat(t)
        let none = t("shared.conflict.none")
        fieldChanges = record.fields(t).map { field in
            Field(label: field.label, before: Self.shown(field.before, none), after: Self.shown(field.after, none))
        }
    }

    static let fields = Fields<ChangeView> {
        Flag("has_fields") { !$0.fieldChanges.isEmpty }
    }

    private static func shown(_ value: String, _ none: String) -> String {
        guard !value.isEmpty else { return none }
        let short = TypedText.prefix(value, maximumBytes: maximumValue)
        return short.utf8.count < value.utf8.count ? short + "…" : short
    }
}
