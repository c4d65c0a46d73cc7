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
        let account = member.account.id
        let (item, facts, uses) = try member.read { connection in
            let (item, facts) = try found(member, on: connection)
            return (item, facts, try app.uses.uses(of: item.id, in: account, on: connection))
        }
        guard uses.isEmpty else { return try refuse(item, uses, member, .ok) }
        return try ask(item, facts, member)
    }

    private func found(_ member: Member, on connection: any Connection) throws -> (Item, [Fact]) {
        let item: Item = try ReferenceStore.item(member.id(), of: member.account.id, on: connection)
        return (item, item.facts(member.t, try ReferenceContext(for: Item.self, of: member.account.id, on: connection)))
    }

    private func ask(_ item: Item, _ facts: [Fact], _ member: Member, _ conflict: ConflictView? = nil) throws -> WebResponse {
        let t = member.t
        let name = Item.kind.name
        let page = ConfirmPage(
            action: item.path + "/delete", back: item.path, strong: t("reference.delete.strong"), text: t("\(name).delete.text"),
            note: t("reference.delete.note"), facts: facts, submit: t("\(name).delete.submit"), keep: t("reference.delete.keep"),
            conflict: conflict)
        return try member.page(
            question, page, head("reference.delete.title", of: item, member), hasErrors: conflict != nil,
            status: conflict.map { _ in .conflict })
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let (item, facts) = try member.read { try found(member, on: $0) }
        let shown = ShownFacts(member.form)
        if let conflict = shown.conflict(with: facts, member.t) { return try ask(item, facts, member, conflict) }
        do {
            try member.delete(Item.kind.entity, named: item.name) { connection in
                try connection.lock(account)
                guard try shown.conflict(with: found(member, on: connection).1, member.t) == nil else { throw Refusal.stale }
                return try ReferenceStore.delete(item.id, of: account, app.uses, on: connection)
            }
        } catch Refusal.stale {
            // In the same moment: said as it is by now.
            return try create(member)
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
