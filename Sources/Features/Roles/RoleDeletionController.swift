// Deleting a role, which goes once nobody has it: whoever had it would be left without any.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct RoleDeletionController {
    private let app: App
    private let store: RoleStore
    private let template: PageTemplate<ConfirmPage>

    init(_ app: App) throws {
        self.app = app
        store = RoleStore(app)
        template = try app.site.page("shared/confirm")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let (role, refusal) = try found(member)
        if let refusal { return refusal }
        return try ask(role, member)
    }

    private func ask(_ role: RoleRecord, _ member: Member, _ conflict: ConflictView? = nil) throws -> WebResponse {
        let t = member.t
        let href = RoleController.path(of: role.entry.id)
        let page = ConfirmPage(
            action: href + "/delete", back: href, strong: t("roles.delete.strong"), text: t("roles.delete.text"),
            note: t("roles.delete.note"), facts: facts(role, member), submit: t("roles.delete.submit"), keep: t("roles.delete.keep"),
            conflict: conflict)
        let head = PageHead(
            t("roles.delete.title", ["name": role.entry.name]), section: t("users.section"),
            up: [RoleStep.list(t), (role.entry.name, href)])
        return try member.page(template, page, head, hasErrors: conflict != nil, status: conflict.map { _ in .conflict })
    }

    private func facts(_ role: RoleRecord, _ member: Member) -> [Fact] {
        let rights = role.facts(member)
        return [Fact(member.t("role.name"), role.entry.name)]
            + (rights.isEmpty ? [Fact(member.t("role.rights"), role.summary(member.t))] : rights)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let (role, refusal) = try found(member)
        if let refusal { return refusal }
        let shown = ShownFacts(member.form)
        if let conflict = shown.conflict(with: facts(role, member), member.t) { return try ask(role, member, conflict) }
        do {
            try member.delete(.role, named: role.entry.name) { connection in
                // It may be another by now, and so may they.
                let authority = try member.currentAuthority(on: connection)
                let now = try store.role(role.entry.id, of: account, on: connection)
                guard authority.covers(now.authority) else { throw Refusal.notFound }
                guard shown.conflict(with: facts(now, member), member.t) == nil else { throw Refusal.stale }
                let count = try store.delete(role.entry.id, of: account, on: connection)
                try app.tell(
                    .roleDeleted, ofRole: role.entry.id, named: role.entry.name, by: EventActor(member), in: account, on: connection)
                return count
            }
        } catch Refusal.stale {
            // In the same moment: said as it is by now.
            return try create(member)
        } catch Refusal.inUse {
            // Somebody was given it meanwhile: said as it is now.
            return member.redirect(to: RoleController.path(of: role.entry.id), .bad, saying: member.t("roles.in_use.now"))
        }
        return member.redirect(to: RoleController.path, saying: member.t("roles.deleted", ["name": role.entry.name]))
    }

    /// The role, and why it stays.
    private func found(_ member: Member) throws -> (RoleRecord, WebResponse?) {
        let (role, holders) = try member.read { connection in
            let role = try store.role(member.id(), of: member.account.id, on: connection)
            return (role, try store.holders(of: role.entry.id, on: connection))
        }
        return (role, refusal(role, holders, member))
    }

    /// Of one that somebody has, and of the administrators'.
    private func refusal(_ role: RoleRecord, _ holders: RoleHolders, _ member: Member) -> WebResponse? {
        let path = RoleController.path(of: role.entry.id)
        let t = member.t
        guard member.session.authority.covers(role.authority) else {
            return member.redirect(to: path, .bad, saying: t("roles.more_than_yours"))
        }
        guard !role.authority.isAdministrator else { return member.redirect(to: path, .bad, saying: t("roles.administrator.stays")) }
        guard holders.count > 0 else { return nil }
        // A sentence has no room for more.
        let names = holders.people.prefix(3).map(\.name).joined(separator: ", ")
        let further = holders.count - min(3, holders.people.count)
        let text = further > 0 ? t("roles.in_use.more", count: further, ["names": names]) : t("roles.in_use", ["names": names])
        return member.redirect(to: path, .bad, saying: text)
    }
}
