// Somebody made or changed, by the form or by a line of a table: who may, what is stored, and who is told of it, in one transaction.

import Database
import Mail
import Spelling
import Web

struct UserEditing {
    private let app: App
    private let store: UserStore
    private let roles: RoleStore
    private let letters: PasswordLetters
    private let links: PasswordLinks

    init(_ app: App) throws {
        self.app = app
        store = UserStore(app)
        roles = RoleStore(app)
        letters = try PasswordLetters(app)
        links = PasswordLinks(clock: app.site.clock)
    }

    /// What a form offers this visitor.
    func context(_ member: Member, on connection: any Connection) throws -> UserContext {
        UserContext(
            country: member.account.country, roles: try roles.givable(by: member, on: connection),
            queues: try ReferenceStore.names(in: member.account.id, on: connection).map { ($0.id, $0.name) },
            usage: try Limit.users.usage(of: member.account.id, on: connection),
            domains: try AllowedUserDomains(of: member.account.id, on: connection))
    }

    /// Somebody to be filled in. What a form begins with it takes back: that has to be what may be given, too.
    func new(by member: Member, on connection: any Connection) throws -> UserEntry {
        try store.new(withOneOf: roles.givable(by: member, on: connection))
    }

    /// Throws `FieldProblem`, `Refusal.limitReached`.
    func create(_ new: UserEntry, isInvited: Bool = true, by member: Member, on connection: any Connection) throws {
        let account = member.account.id
        try roles.requireGivable(new.role, by: member, on: connection)
        try store.insert(new, in: account, on: connection)
        try QueueMemberStore.set(new.queues, of: new.id, in: account, on: connection)
        try app.tell(.userCreated, of: new.person, by: EventActor(member), in: account, on: connection)
        if isInvited { try letters.invite(new, member, on: connection) }
    }

    /// Throws `FieldProblem`, `Refusal.stale`, and 404 for somebody whom they may not change, or no more.
    func change(_ old: UserEntry, to new: UserEntry, by member: Member, on connection: any Connection) throws {
        let account = member.account.id
        try member.requireChangeable(new.id, store, on: connection)
        try roles.requireGivable(new.role, by: member, on: connection)
        do {
            try store.update(new, of: account, on: connection)
        } catch is UserStore.LastAdministrator {
            throw FieldProblem("role", "last_administrator")
        }
        // A link went to the address or the telephone that they had, which may have been somebody else's by a slip.
        if !new.email.isIdentical(to: old.email) { try links.end(of: new.id, on: connection) }
        if new.mobile != old.mobile {
            try links.endThoseNotMailed(of: new.id, on: connection)
            try app.texts.withdraw(of: new.id, on: connection)
        }
        try QueueMemberStore.set(new.queues, of: new.id, in: account, on: connection)
        try app.tell(.userChanged, of: new.person, by: EventActor(member), in: account, on: connection)
        if new.email != old.email {
            try app.tell(.emailChanged, of: new.person, by: EventActor(member), in: account, on: connection)
        }
    }
}
