// Deleting a playlist, a queue or a tracking number: not while something uses it, and then the page says what.

import Database
import HTTP
import HTTPTypes
import Web

struct ReferenceDeletionController<Item: ReferenceItem> {
    private let app: App
    private let question: PageTemplate<ConfirmPage>
    private let refusal: PageTemplate<InUsePage>

    init(_ app: App) throws {
        self.app = app
        question = try app.site.page("shared/confirm")
        refusal = try app.site.page("reference/in_use")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let t = member.t
        let name = Item.kind.name
        let account = member.account.id
        let (item, context, uses) = try member.read { connection in
            let item: Item = try ReferenceStore.item(member.id(), of: account, on: connection)
            return (
                item, try ReferenceContext(for: Item.self, of: account, on: connection),
                try app.uses.uses(of: item.id, in: account, on: connection)
            )
        }
        guard uses.isEmpty else { return try refuse(item, uses, member, .ok) }
        let page = ConfirmPage(
            action: item.path + "/delete", back: item.path, strong: t("reference.delete.strong"), text: t("\(name).delete.text"),
            note: t("reference.delete.note"), facts: item.facts(t, context), submit: t("\(name).delete.submit"),
            keep: t("reference.delete.keep"))
        return try member.page(question, page, head("reference.delete.title", of: item, member))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let item: Item = try member.read { try ReferenceStore.item(member.id(), of: account, on: $0) }
        do {
            try member.delete(Item.kind.entity, named: item.name) {
                try ReferenceStore.delete(item.id, of: account, app.uses, on: $0)
            }
        } catch Refusal.inUse(let uses) {
            return try refuse(item, uses, member, .conflict)
        }
        return member.redirect(to: Item.kind.path, saying: member.t("reference.deleted", ["name": item.name]))
    }

    private func refuse(_ item: Item, _ uses: Uses, _ member: Member, _ status: HTTPResponse.Status) throws -> WebResponse {
        let page = InUsePage(href: item.path, text: member.t("\(Item.kind.name).in_use"), uses: UsesView(uses, member))
        return try member.page(refusal, page, head("reference.in_use.title", of: item, member), status: status)
    }

    private func head(_ title: String, of item: Item, _ member: Member) -> PageHead {
        ReferenceHead.page(member.t(title, ["name": item.name]), below: item, member)
    }
}
