// Deleting somebody: their sign-in goes, what they did stays on record with their name.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct UserDeletionController {
    private let app: App
    private let store: UserStore
    private let template: PageTemplate<ConfirmPage>

    init(_ app: App) throws {
        self.app = app
        store = UserStore(app)
        template = try app.site.page("shared/confirm")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let user = try changeable(member)
        guard user.entry.id != member.session.user else { return member.refusesOneself() }
        return try ask(user, member)
    }

    private func ask(_ user: UserRecord, _ member: Member, _ conflict: ConflictView? = nil) throws -> WebResponse {
        let t = member.t
        let href = UserController.path(of: user.entry.id)
        let page = ConfirmPage(
            action: href + "/delete", back: href, strong: t("users.delete.strong"), text: t("users.delete.text"),
            note: t("users.delete.note"), facts: facts(user, t), submit: t("users.delete.submit"),
            keep: t("users.delete.keep"), conflict: conflict)
        let head = PageHead(
            t("users.delete.title", ["name": user.entry.name]), section: t("users.section"),
            up: [UserStep.list(t), (user.entry.name, href)])
        return try member.page(template, page, head, hasErrors: conflict != nil, status: conflict.map { _ in .conflict })
    }

    private func facts(_ user: UserRecord, _ t: Translation) -> [Fact] {
        [Fact(t("user.name"), user.entry.name), Fact(t("user.email"), user.entry.email), Fact(t("user.role"), user.roleName)]
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let user = try changeable(member)
        guard user.entry.id != member.session.user else { return member.refusesOneself() }
        let shown = ShownFacts(member.form)
        if let conflict = shown.conflict(with: facts(user, member.t), member.t) { return try ask(user, member, conflict) }
        do {
            try member.delete(.user, named: "\(user.entry.name) (\(user.entry.email))") { connection in
                try member.requireChangeable(user.entry.id, store, on: connection)
                let now = try store.user(user.entry.id, of: member.account.id, on: connection)
                guard shown.conflict(with: facts(now, member.t), member.t) == nil else { throw Refusal.stale }
                for kind in [AlertKind.mailUndelivered, .smsUndelivered, .signInClosed] {
                    try app.alerts.resolve(kind, for: member.account.id, of: user.entry.id.description, on: connection)
                }
                // What went is still counted, as letters are: who is made again with the same number is not sent ten more.
                try app.texts.withdraw(of: user.entry.id, on: connection)
                let count = try store.delete(user.entry.id, of: member.account.id, on: connection)
                if count > 0 {
                    try app.tell(.userDeleted, of: user.entry.person, by: EventActor(member), in: member.account.id, on: connection)
                }
                return count
            }
        } catch Refusal.stale {
            // In the same moment: said as it is by now.
            return try create(member)
        } catch is UserStore.LastAdministrator {
            return member.redirect(
                to: UserController.path(of: user.entry.id), .bad, saying: member.t("user.role.last_administrator"))
        }
        return member.redirect(to: UserController.path, saying: member.t("users.deleted", ["name": user.entry.name]))
    }

    private func changeable(_ member: Member) throws -> UserRecord {
        let user = try member.read { try store.user(member.id(), of: member.account.id, on: $0) }
        guard member.mayChange(user) else { throw Abort(.notFound) }
        return user
    }
}

extension Member {
    /// Who deletes or disables themselves by a slip could not take it back.
    fileprivate func refusesOneself() -> WebResponse {
        redirect(to: UserController.path(of: session.user), .bad, saying: t("users.oneself"))
    }
}

/// Somebody who may not sign in for a while: from the next request on, wherever they are signed in.
struct UserSuspensionController {
    private let app: App
    private let store: UserStore

    init(_ app: App) {
        self.app = app
        store = UserStore(app)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse { try set(false, "user.disable", "users.disabled", member) }
    @Sendable func delete(_ member: Member) throws -> WebResponse { try set(true, "user.enable", "users.enabled", member) }

    private func set(_ isEnabled: Bool, _ action: StaticString, _ words: String, _ member: Member) throws -> WebResponse {
        let account = member.account.id
        let user = try member.read { try store.user(member.id(), of: account, on: $0) }
        let path = UserController.path(of: user.entry.id)
        guard member.mayChange(user) else { throw Abort(.notFound) }
        guard user.entry.id != member.session.user else { return member.refusesOneself() }
        do {
            try member.change(action, of: user.entry.email) { connection in
                try member.requireChangeable(user.entry.id, store, on: connection)
                guard try store.setEnabled(isEnabled, user.entry.id, of: account, on: connection) else { throw Refusal.stale }
                if !isEnabled { try app.texts.withdraw(of: user.entry.id, on: connection) }
                try app.tell(
                    isEnabled ? .userEnabled : .userDisabled, of: user.entry.person, by: EventActor(member), in: account, on: connection)
            }
        } catch Refusal.stale {
            return member.redirect(to: path, .info, saying: member.t("\(words).already", ["name": user.entry.name]))
        } catch is UserStore.LastAdministrator {
            return member.redirect(to: path, .bad, saying: member.t("user.role.last_administrator"))
        }
        return member.redirect(to: path, saying: member.t(words, ["name": user.entry.name]))
    }
}
