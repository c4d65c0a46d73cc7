// The people of an account: who they are, what they may do, how they get in. Nobody changes somebody who may do more than they may
// themselves, and nobody takes the last administrator away.

import Database
import HTTP
import HTTPTypes
import Mail
import Templating
import Web

extension Right {
    static let viewPeople = Right("people.view")
    static let managePeople = Right("people.manage")
}

extension Limit {
    static let users = Limit("users", standard: 1000) { "SELECT COUNT(*) FROM users WHERE account_id = \($0)" }
}

extension DeletedEntity {
    static let user = DeletedEntity("user")
}

extension Feature {
    static let users = Feature(
        tabs: [Tab(order: 110, label: "users.title", path: UserController.path, right: .viewPeople, group: "users.section")],
        rights: [.viewPeople, .managePeople], presets: [.supervisor: [.viewPeople]], deletes: [.user], raises: [.mailUndelivered],
        limits: [.users], migrations: MailSchema.migrations, secrets: MailSchema.secrets
    ) { app in
        app.tellOfUndeliveredMail()
        let users = try UserController(app)
        let deletion = try UserDeletionController(app)
        let suspension = UserSuspensionController(app)
        let sessions = UserSessionController(app)
        let factors = try UserFactorController(app)
        let links = try UserLinkController(app)
        let imports = try UserImportController(app)
        let path = UserController.path
        return Running(
            routes: [
                .get(path, .needs(.viewPeople), users.index),
                .get(path + "/new", .needs(.managePeople), users.addition.edit),
                .post(path, .needs(.managePeople), users.create).keeping(UserEntry.form),
                .get(UserExport.path, .needs(.viewPeople), UserExport(app).show),
                .get(UserImportController.path, .needs(.managePeople), imports.new),
                .post(UserImportController.path, .needs(.managePeople), imports.create)
                    .acceptingFiles(upTo: UserImportController.maximumFile).keeping(UserTable.form),
                .get(UserImportController.previewPath, .needs(.managePeople), imports.review),
                .post(UserImportController.previewPath, .needs(.managePeople), imports.apply),
                .get(path + "/{id}", .needs(.viewPeople), users.show),
                .get(path + "/{id}/edit", .needs(.managePeople), users.change.edit),
                .post(path + "/{id}", .needs(.managePeople), users.update).keeping(UserEntry.form),
                .post(path + "/{id}/suspension", .needs(.managePeople), suspension.create),
                .post(path + "/{id}/suspension/end", .needs(.managePeople), suspension.delete),
                .post(path + "/{id}/factor/reset", .needs(.managePeople), factors.delete),
                .post(path + "/{id}/sessions/{session}/end", .needs(.managePeople), sessions.delete),
                .post(path + "/{id}/sessions/end", .needs(.managePeople), sessions.deleteAll),
                .get(path + "/{id}/link", .needs(.managePeople), links.show),
                .post(path + "/{id}/link", .needs(.managePeople), links.create),
                .get(path + "/{id}/delete", .needs(.managePeople), deletion.new),
                .post(path + "/{id}/delete", .needs(.managePeople), deletion.create),
            ])
    }
}

struct UserController {
    static let path = "/users"
    private static let pageSize = 50
    private static let maximumCounted = 1000

    let addition: SettingsEditor<Member, UserEntry, UserContext>
    let change: SettingsEditor<Member, UserEntry, UserContext>
    private let app: App
    private let store: UserStore
    private let list: PageTemplate<UsersPage>
    private let template: PageTemplate<UserPage>

    static func path(of user: ID<User>) -> String { "\(path)/\(user)" }

    /// The list of those who have a role.
    static func path(havingRole role: ID<RoleRow>) -> String { "\(path)?role=\(role)" }

    init(_ app: App) throws {
        let store = UserStore(app)
        let editing = try UserEditing(app)
        let formTemplate: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        self.app = app
        self.store = store
        list = try app.site.page("users/index")
        template = try app.site.page("users/show")
        addition = try SettingsEditor(
            UserEntry.form, at: Self.path, action: "user.create",
            making: Making(\.id, made: { try store.made($0, of: $1.account.id, on: $2) }), subject: { $0.email }, app.site,
            load: { member, connection in try editing.new(by: member, on: connection) },
            context: { member, _, connection in try editing.context(member, on: connection) },
            save: { new, _, member, connection in try editing.create(new, by: member, on: connection) },
            page: { view, _, context, member in
                var view = view
                view.wayOut = .init(member.t("users.cancel"), to: Self.path)
                if let refusal = context.usage.refusal(member.visit) { view.notice = refusal }
                let lead = member.t(app.mailer.canSend ? "users.new.lead.mail" : "users.new.lead.link")
                let head = PageHead(
                    member.t("users.new.title"), lead: lead, section: member.t("users.section"), up: [UserStep.list(member.t)])
                return try member.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
        change = try SettingsEditor(
            UserEntry.form, at: Self.path + "/{id}", action: "user.update", version: { String($0.version) }, subject: { $0.email },
            app.site,
            load: { member, connection in
                let user = try store.user(member.id(), of: member.account.id, on: connection)
                guard member.mayChange(user) else { throw Abort(.notFound) }
                return user.entry
            },
            context: { member, _, connection in try editing.context(member, on: connection) },
            save: { new, old, member, connection in try editing.change(old, to: new, by: member, on: connection) },
            page: { view, user, _, member in
                var view = view
                view.wayOut = .init(member.t("users.cancel"), to: Self.path(of: user.id))
                let head = PageHead(
                    member.t("users.edit.title", ["name": user.name]), section: member.t("users.section"),
                    up: [UserStep.list(member.t), (user.name, Self.path(of: user.id))])
                return try member.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let (roles, filter, found, count) = try member.read { connection in
            let roles = try RoleStore(app).roles(of: member.account.id, on: connection)
            let filter = UserFilter(member.query, among: roles)
            return (
                roles, filter,
                try store.page(of: member.account.id, filter, at: PagePosition(member.query), size: Self.pageSize, on: connection),
                try store.count(of: member.account.id, upTo: Self.maximumCounted, on: connection)
            )
        }
        let page = UsersPage(
            search: SearchView("q", t("users.search"), value: filter.search),
            selects: [
                SelectView(
                    "state", t("users.state"), selected: filter.state?.rawValue ?? "",
                    options: [("", t("users.state.all"))]
                        + UserRecord.State.allCases.map { ($0.rawValue, t("users.state.\($0.rawValue)")) }),
                SelectView(
                    "role", t("user.role"), selected: filter.role?.description ?? "",
                    options: [("", t("users.role.all"))] + roles.map { ($0.entry.id.description, $0.entry.name) }),
            ],
            isFiltered: filter.isNarrowing, mayManage: member.may(.managePeople),
            count: count > Self.maximumCounted
                ? t("users.count.more", ["count": member.numbers.text(Self.maximumCounted)]) : t("users.count", count: count),
            rows: found.elements.map { UserRowView($0, member) },
            exportURL: "\(UserExport.path)?\(member.query.encoded())",
            pager: found.pager(path: Self.path, query: member.query, isByName: true) { $0.entry.id },
            empty: found.elements.isEmpty ? EmptyView(t("users.empty.title"), t("users.empty.text")) : nil)
        return try member.page(list, page, PageHead(t("users.title"), lead: t("users.lead"), section: t("users.section")))
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let (user, mail, texts, sessions, queues) = try member.read { connection in
            let user = try store.user(member.id(), of: member.account.id, on: connection)
            let queues = try ReferenceStore.names(of: Queue.self, in: member.account.id, on: connection)
            return (
                user, try app.mailer.last(of: user.entry.id, on: connection),
                (try app.texts.last(of: user.entry.id, on: connection), try app.texts.canSend(for: member.account.id, on: connection)),
                try ProfileStore.sessions(of: user.entry.id, at: member.now, on: connection),
                queues.filter { user.entry.queues.contains($0.id) }.map(\.name)
            )
        }
        let page = UserPage(user, mail, texts.0, sessions, queues: queues, canSend: app.mailer.canSend, canText: texts.1, member)
        return try member.page(
            template, page, PageHead(user.entry.name, section: member.t("users.section"), up: [UserStep.list(member.t)]))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let submission = try addition.submission(member)
        return try addition.save(
            submission, to: Self.path(of: submission.value.id),
            after: {
                member.t(
                    app.mailer.canSend ? "users.created.mail" : "users.created.link", ["name": submission.value.name])
            })
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let submission = try change.submission(member)
        return try change.save(
            submission, to: Self.path(of: submission.value.id),
            after: { member.t("users.saved", ["name": submission.value.name]) })
    }
}

extension Member {
    /// Once more where it is done: they may have become an administrator meanwhile, or whoever changes them have lost a right.
    func requireChangeable(_ user: ID<User>, _ store: UserStore, on connection: any Connection) throws {
        let authority = try currentAuthority(on: connection)
        guard authority.covers(try store.user(user, of: account.id, on: connection).authority) else { throw Abort(.notFound) }
    }

    /// Nobody changes somebody, nor takes their place by a link, who may do more.
    func mayChange(_ user: UserRecord) -> Bool { session.authority.covers(user.authority) }
}

/// The way up from the pages of a person.
enum UserStep {
    static func list(_ t: Translation) -> (label: String, href: String) { (t("users.title"), UserController.path) }
}
