// Somebody's sessions and second factor, in an administrator's hands: to end the ones, and to take away the other when it is lost.

import Database
import HTTP
import HTTPTypes
import Web

struct UserSessionController {
    private let site: Site
    private let store: UserStore

    init(_ app: App) {
        site = app.site
        store = UserStore(app)
    }

    @Sendable func delete(_ member: Member) throws -> WebResponse {
        let user = try member.changeable(store)
        let session = try member.id("session", as: SessionRow.self)
        let href = UserController.path(of: user.entry.id)
        // One's own is ended by signing out.
        guard session != member.session.id else { return member.redirect(to: href, .info, saying: member.t("users.sessions.own")) }
        try member.change("user.session.end", of: user.entry.email) { connection in
            try member.requireChangeable(user.entry.id, store, on: connection)
            guard try site.sessions.end(session, of: user.entry.id, on: connection) else { throw Refusal.notFound }
        }
        return member.redirect(to: href, saying: member.t("users.sessions.ended"))
    }

    @Sendable func deleteAll(_ member: Member) throws -> WebResponse {
        let user = try member.changeable(store)
        let href = UserController.path(of: user.entry.id)
        do {
            try member.change("user.session.end_all", of: user.entry.email) { connection in
                try member.requireChangeable(user.entry.id, store, on: connection)
                let count = try site.sessions.endAll(of: user.entry.id, but: member.session.id, on: connection)
                if count == 0 { throw Refusal.stale }
            }
        } catch Refusal.stale {
            return member.redirect(to: href, .info, saying: member.t("users.sessions.none", ["name": user.entry.name]))
        }
        return member.redirect(to: href, saying: member.t("users.sessions.all_ended", ["name": user.entry.name]))
    }
}

struct UserFactorController {
    private let store: UserStore
    private let reset: FactorReset

    init(_ app: App) throws {
        store = UserStore(app)
        reset = try FactorReset(app)
    }

    @Sendable func delete(_ member: Member) throws -> WebResponse {
        let user = try member.changeable(store)
        let name = ["name": user.entry.name]
        let href = UserController.path(of: user.entry.id)
        // Their own they turn off themselves, with the password and a code.
        guard user.entry.id != member.session.user else { return member.redirect(to: href, .bad, saying: member.t("users.factor.own")) }
        do {
            try member.change("user.factor.reset", of: user.entry.email) { connection in
                try member.requireChangeable(user.entry.id, store, on: connection)
                let isReset = try reset.run(
                    user.entry.person, of: member.account.id, by: EventActor(member), named: member.session.userName, on: connection)
                guard isReset else { throw Refusal.stale }
            }
        } catch Refusal.stale {
            return member.redirect(to: href, .info, saying: member.t("users.factor.already", name))
        }
        return member.redirect(to: href, saying: member.t("users.factor.was_reset", name))
    }
}

extension Member {
    /// The person in the address. Throws 404 for whom the visitor may not change, as for nobody.
    fileprivate func changeable(_ store: UserStore) throws -> UserRecord {
        let user = try read { try store.user(id(), of: account.id, on: $0) }
        guard mayChange(user) else { throw Abort(.notFound) }
        return user
    }
}
