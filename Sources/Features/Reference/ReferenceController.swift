// The pages of a kind of reference data: the list, one with what uses it, add, edit.

import Database
import HTTP
import HTTPTypes
import Web

struct ReferenceController<Item: ReferenceItem> {
    private static var pageSize: Int { 50 }

    let addition: SettingsEditor<Member, Item, ReferenceContext>
    let change: SettingsEditor<Member, Item, ReferenceContext>
    private let app: App
    private let list: PageTemplate<ReferenceListPage>
    private let template: PageTemplate<ReferencePage>

    init(_ app: App) throws {
        let formTemplate: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        let kind = Item.kind
        self.app = app
        list = try app.site.page("reference/index")
        template = try app.site.page("reference/show")
        addition = try SettingsEditor(
            Item.form, at: kind.path, action: kind.creation,
            making: Making(\.id, made: { try ReferenceStore.made($0, of: $1.account.id, on: $2) }), subject: { $0.name }, app.site,
            load: { member, _ in Item(id: member.site.ids.next()) },
            context: { member, _, connection in try ReferenceContext(for: Item.self, of: member.account.id, on: connection) },
            save: { new, _, member, connection in
                try ReferenceStore.insert(new, in: member.account.id, at: member.now, telling: app.alerts, on: connection)
            },
            page: { view, _, context, member in
                var view = view
                view.wayOut = .init(member.t("reference.cancel"), to: kind.path)
                if let refusal = context.usage.refusal(member.visit) { view.notice = refusal }
                return try member.page(
                    formTemplate, FormPage(view), ReferenceHead.page(member.t("\(kind.name).new.title"), of: Item.self, member),
                    hasErrors: view.isRefused)
            })
        change = try SettingsEditor(
            Item.form, at: kind.path + "/{id}", action: kind.change, version: { String($0.version) }, subject: { $0.name }, app.site,
            load: { member, connection in try ReferenceStore.item(member.id(), of: member.account.id, on: connection) },
            context: { member, _, connection in try ReferenceContext(for: Item.self, of: member.account.id, on: connection) },
            save: { new, _, member, connection in
                try ReferenceStore.update(new, of: member.account.id, app.uses, on: connection)
            },
            page: { view, item, _, member in
                var view = view
                view.wayOut = .init(member.t("reference.cancel"), to: item.path)
                let head = ReferenceHead.page(member.t("reference.edit.title", ["name": item.name]), below: item, member)
                return try member.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let name = Item.kind.name
        let search = member.query["q"] ?? ""
        let (found, context) = try member.read { connection in
            (
                try ReferenceStore.page(
                    of: member.account.id, search: search, at: PagePosition<Item>(member.query), size: Self.pageSize, on: connection),
                try ReferenceContext(for: Item.self, of: member.account.id, on: connection)
            )
        }
        let page = ReferenceListPage(
            path: Item.kind.path, search: SearchView("q", t("reference.search"), value: search), isFiltered: !search.isEmpty,
            count: t("\(name).count", count: context.usage.used, ["limit": member.numbers.text(context.usage.maximum)]),
            caption: t("\(name).list.title"), add: t("\(name).add"),
            columns: Item.form.facts(Item(id: ID(value: 0)), Situation(t, context)).map(\.label),
            rows: found.elements.map { item in
                ReferenceRow(href: item.path, name: item.name, cells: Array(item.facts(t, context).dropFirst()))
            },
            pager: found.pager(path: Item.kind.path, query: member.query, isByName: true) { $0.id },
            empty: found.elements.isEmpty
                ? search.isEmpty
                    ? EmptyView(t("\(name).empty.title"), t("\(name).empty.text"))
                    : EmptyView(t("reference.none.title"), t("reference.none.text")) : nil)
        let head = PageHead(t("\(name).list.title"), lead: t("\(name).list.lead"), section: t("operator.section"))
        return try member.page(list, page, head)
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let (item, context, uses) = try member.read { connection in
            let item: Item = try ReferenceStore.item(member.id(), of: account, on: connection)
            return (
                item, try ReferenceContext(for: Item.self, of: account, on: connection),
                try app.uses.uses(of: item.id, in: account, on: connection)
            )
        }
        let page = ReferencePage(
            href: item.path, facts: FactsView(item.facts(member.t, context)), uses: UsesView(uses, member),
            deletion: member.t("\(Item.kind.name).delete.text"))
        return try member.page(template, page, ReferenceHead.page(item.name, of: Item.self, member))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let submission = try addition.submission(member)
        return try addition.save(
            submission, to: submission.value.path, after: { member.t("reference.created", ["name": submission.value.name]) })
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let submission = try change.submission(member)
        return try change.save(
            submission, to: submission.value.path, after: { member.t("reference.saved", ["name": submission.value.name]) })
    }
}

extension ReferenceItem {
    /// The name first.
    func facts(_ t: Translation, _ context: ReferenceContext) -> [Fact] { Self.form.facts(self, Situation(t, context)) }
}

enum ReferenceHead {
    static func page<Item: ReferenceItem>(_ heading: String, of item: Item.Type, _ member: Member) -> PageHead {
        PageHead(heading, section: member.t("operator.section"), up: [list(of: item, member)])
    }

    static func page<Item: ReferenceItem>(_ heading: String, below item: Item, _ member: Member) -> PageHead {
        PageHead(heading, section: member.t("operator.section"), up: [list(of: Item.self, member), (item.name, item.path)])
    }

    private static func list<Item: ReferenceItem>(of item: Item.Type, _ member: Member) -> (label: String, href: String) {
        (member.t("\(Item.kind.name).list.title"), Item.kind.path)
    }
}
