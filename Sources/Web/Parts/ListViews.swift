// What lists have around them: the pager, the filters with a range of dates, the words when there is nothing.

package import HTTP
import Spelling
package import Templating
package import Time

/// Newer and older, or of a list by name the page before and the next; `shared/pager`.
package struct PagerView: TemplateData {
    let newer: String
    let older: String
    let isByName: Bool

    package init(newer: String?, older: String?, isByName: Bool = false) {
        self.newer = newer ?? ""
        self.older = older ?? ""
        self.isByName = isByName
    }
}

/// An empty list, and how to begin; `shared/empty`.
package struct EmptyView: TemplateData {
    let title: String
    let text: String
    let actionHref: String
    let actionLabel: String

    package init(_ title: String, _ text: String, action: (href: String, label: String)? = nil) {
        self.title = title
        self.text = text
        actionHref = action?.href ?? ""
        actionLabel = action?.label ?? ""
    }
}

/// Search, dates with presets, and choices above a list; `shared/filters`.
package struct FiltersView: TemplateData {
    package struct Preset: TemplateData {
        let label: String
        let href: String
        let isCurrent: Bool

        package static let fields = Fields<Preset> {
            Flag("current") { $0.isCurrent }
        }
    }

    let action: String
    let search: SearchView?
    let range: DateRange
    let zoneLabel: String
    let presets: [Preset]
    let selects: [SelectView]
    /// What is shown, for paper, which has no controls.
    let summary: String
    let isFiltered: Bool

    /// - Parameter query: what the list shows now; presets keep all of it but the dates and the page.
    package init(
        action: String, search: SearchView?, range: DateRange, selects: [SelectView], query: FormData, times: Times, t: Translation
    ) {
        self.action = action
        self.search = search
        self.range = range
        self.selects = selects
        zoneLabel = times.zoneLabel
        isFiltered = query.fields.contains { !["before", "after"].contains($0.name) && !$0.value.isEmpty }
        var said: [String] = []
        if let search, !search.value.isEmpty { said.append("\(search.label): \(TextDirection.isolated(search.value))") }
        said += selects.compactMap { select in select.chosen.map { "\(select.label): \(TextDirection.isolated($0))" } }
        if let from = range.from { said.append("\(t("shared.filters.from")): \(times.date(from))") }
        if let to = range.to { said.append("\(t("shared.filters.to")): \(times.date(to))") }
        summary = said.joined(separator: " · ")
        presets = DateRange.Preset.allCases.map { preset in
            let dates = preset.dates(today: times.today)
            var query = query
            for name in ["before", "after"] { query.set(name, nil) }
            query.set("from", dates.from.iso)
            query.set("to", dates.to.iso)
            return Preset(
                label: t("shared.preset.\(preset.rawValue)"), href: "\(action)?\(query.encoded())",
                isCurrent: range.from == dates.from && range.to == dates.to)
        }
    }

    package static let fields = Fields<FiltersView> {
        Text("from") { $0.range.from?.iso ?? "" }
        Text("to") { $0.range.to?.iso ?? "" }
    }
}

/// The dates of a filter, both included, in the reader's zone.
package struct DateRange: Sendable {
    package enum Preset: String, CaseIterable {
        case today, week, month, quarter

        func dates(today: CivilDate) -> (from: CivilDate, to: CivilDate) {
            let days =
                switch self {
                case .today: 0
                case .week: -6
                case .month: -29
                case .quarter: -91
                }
            return (today.adding(days: days), today)
        }
    }

    package let from: CivilDate?
    package let to: CivilDate?

    /// From `from` and `to` of a query; what is no date counts as none. A range the wrong way round is turned.
    package init(_ query: FormData) {
        let from = query["from"].flatMap { CivilDate(iso: $0) }
        let to = query["to"].flatMap { CivilDate(iso: $0) }
        if let first = from, let last = to, last < first {
            self.from = last
            self.to = first
        } else {
            self.from = from
            self.to = to
        }
    }

    /// The instants: from the start of the first day up to, not including, the start of the day after the last.
    package func instants(in zone: Zone) -> (from: Timestamp?, until: Timestamp?) {
        (from.map { zone.startOfDay($0) }, to.map { zone.startOfDay($0.adding(days: 1)) })
    }
}
