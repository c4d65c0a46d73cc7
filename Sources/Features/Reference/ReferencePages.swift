// What the pages of reference data show, of whatever kind.

import Templating
import Web

struct ReferenceListPage: TemplateData {
    let path: String
    let search: SearchView
    let isFiltered: Bool
    let count: String
    let caption: String
    let add: String
    let columns: [String]
    let rows: [ReferenceRow]
    let pager: PagerView
    let empty: EmptyView?
}

struct ReferenceRow: TemplateData {
    let href: String
    let name: String
    let cells: [Fact]
}

struct ReferencePage: TemplateData {
    let href: String
    let facts: FactsView
    let uses: UsesView
    /// What deleting it means.
    let deletion: String
}

struct InUsePage: TemplateData {
    let href: String
    let text: String
    let uses: UsesView
}

/// What uses something, each with the way there; `reference/uses`.
struct UsesView: TemplateData {
    struct Item: TemplateData {
        let kind: String
        let name: String
        let href: String
    }

    let items: [Item]
    /// How many more there are.
    let more: String
    let isNone: Bool

    init(_ uses: Uses, _ member: Member) {
        items = uses.shown.map { use in
            let kind = member.t("use.\(use.kind)")
            return use.name.isEmpty ? Item(kind: "", name: kind, href: use.path) : Item(kind: kind, name: use.name, href: use.path)
        }
        let further = uses.count - uses.shown.count
        more = further > 0 ? member.t("reference.uses.more", count: further) : ""
        isNone = uses.isEmpty
    }
}
