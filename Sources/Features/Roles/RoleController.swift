// The roles of an account: what each lets people do. A change counts from the next request of everybody who has it; nobody gives what
// they have not, and the administrators' role has everything, always.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

extension Right {
    static let viewRoles = Right("roles.view")
    static let manageRoles = Right("roles.manage")
}

extension DeletedEntity {
    static let role = DeletedEntity("role")
}

extension Limit {
    static let roles = Limit("roles", standard: 50) { "SELECT COUNT(*) FROM roles WHERE account_id = \($0)" }
}

extension Feature {
    static let roles = Feature(
        tabs: [Tab(order: 120, label: "roles.title", path: RoleController.path, right: .viewRoles, group: "users.section")],
        rights: [.viewRoles, .manageRoles], deletes: [.role], limits: [.roles]
    ) { app in
        let roles = try RoleController(app)
        let deletion = try RoleDeletionController(app)
        let path = RoleController.path
        return Running(
            routes: [
                .get(path, .needs(.viewRoles), roles.index),
                .get(path + "/new", .needs(.manageRoles), roles.addition.edit),
                .post(path, .needs(.manageRoles)) { try roles.create(by: roles.addition, $0) }.keeping(RoleEntry.form),
                .get(path + "/{id}", .needs(.viewRoles), roles.show),
                .get(path + "/{id}/edit", .needs(.manageRoles), roles.change.edit),
                .post(path + "/{id}", .needs(.manageRoles), roles.update).keeping(RoleEntry.form),
                .get(path + "/{id}/copy", .needs(.manageRoles), roles.copy.edit),
                .post(path + "/{id}/copy", .needs(.manageRoles)) { try roles.create(by: roles.copy, $0) }.keeping(RoleEntry.form),
                .get(path + "/{id}/delete", .needs(.manageRoles), deletion.new),
                .post(path + "/{id}/delete", .needs(.manageRoles), deletion.create),
            ])
    }
}

struct RoleController {
    typealias Editor = SettingsEditor<Member, RoleEntry, RoleContext>

    static let path = "/roles"

    let addition: Editor
    /// A new one that begins with what another has.
    let copy: Editor
    let change: Editor
    private let store: RoleStore
    private let list: PageTemplate<RolesPage>
    private let template: PageTemplate<RolePage>

    static func path(of role: ID<RoleRow>) -> String { "\(path)/\(role)" }

    init(_ app: App) throws {
        let store = RoleStore(app)
        self.store = store
        list = try app.site.page("roles/index")
        template = try app.site.page("roles/show")
        addition = try Self.making(at: Self.path, app) { _, _ in store.new() }
        copy = try Self.making(at: Self.path + "/{id}/copy", app) { member, connection in
            var entry = store.new()
            entry.rights = try store.role(member.id(), of: member.account.id, on: connection).authority.rights
            guard member.session.authority.covers(entry.rights) else { throw Abort(.notFound) }
            return entry
        }
        change = try Self.changing(app, store)
    }

    private static func making(at pattern: String, _ app: App, load: @escaping Editor.Load) throws -> Editor {
        let store = RoleStore(app)
        let template: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        return try SettingsEditor(
            RoleEntry.form, at: pattern, action: "role.create",
            making: Making(\.id, made: { try store.made($0, of: $1.account.id, on: $2) }), subject: { $0.name }, app.site, load: load,
            context: { member, _, connection in
                RoleContext(
                    catalogue: app.site.rights, authority: member.session.authority,
                    suspended: try app.site.rights.suspended(in: member.account.id, on: connection), isAdministrator: false,
                    usage: try Limit.roles.usage(of: member.account.id, on: connection))
            },
            save: { new, _, member, connection in
                try member.requireGivable(new.rights, as: "rights", on: connection)
                try store.insert(new, in: member.account.id, on: connection)
                try app.tell(.roleCreated, ofRole: new.id, named: new.name, by: EventActor(member), in: member.account.id, on: connection)
            },
            page: { view, _, context, member in
                let t = member.t
                // Of what it is a copy, where it is one: there it came from, and there it goes back to.
                let original: RoleEntry? =
                    try member.visit.parameters["id"] == nil
                    ? nil : member.read { try store.role(member.id(), of: member.account.id, on: $0).entry }
                var view = view
                view.wayOut = .init(t("roles.cancel"), to: original.map { path(of: $0.id) } ?? path)
                if let refusal = context.usage?.refusal(member.visit) { view.notice = refusal }
                var up = [RoleStep.list(t)]
                if let original { up.append((original.name, path(of: original.id))) }
                let head = PageHead(
                    original.map { t("roles.copy.title", ["name": $0.name]) } ?? t("roles.new.title"), lead: t("roles.new.lead"),
                    section: t("users.section"), up: up)
                return try member.page(template, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    private static func changing(_ app: App, _ store: RoleStore) throws -> Editor {
        let template: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        return try SettingsEditor(
            RoleEntry.form, at: path + "/{id}", action: "role.update", version: { String($0.version) }, subject: { $0.name }, app.site,
            load: { member, connection in
                let role = try store.role(member.id(), of: member.account.id, on: connection)
                guard member.session.authority.covers(role.authority) else { throw Abort(.notFound) }
                return role.entry
            },
            context: { member, entry, connection in
                RoleContext(
                    catalogue: app.site.rights, authority: member.session.authority,
                    suspended: try app.site.rights.suspended(in: member.account.id, on: connection),
                    isAdministrator: try store.role(entry.id, of: member.account.id, on: connection).authority.isAdministrator)
            },
            save: { new, old, member, connection in
                // Of both: nobody takes away what they have not.
                try member.requireGivable(new.rights.union(old.rights).intersection(app.site.rights.all), as: "rights", on: connection)
                try store.update(new, of: member.account.id, on: connection)
                try app.tell(.roleChanged, ofRole: new.id, named: new.name, by: EventActor(member), in: member.account.id, on: connection)
            },
            page: { view, role, context, member in
                var view = view
                view.wayOut = .init(member.t("roles.cancel"), to: path(of: role.id))
                let head = PageHead(
                    member.t("roles.edit.title", ["name": role.name]),
                    lead: member.t(context.isAdministrator ? "roles.edit.lead.administrator" : "roles.edit.lead"),
                    section: member.t("users.section"), up: [RoleStep.list(member.t), (role.name, path(of: role.id))])
                return try member.page(template, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let (roles, counts) = try member.read { connection in
            (try store.roles(of: member.account.id, on: connection), try store.counts(of: member.account.id, on: connection))
        }
        let page = RolesPage(
            mayManage: member.may(.manageRoles),
            rows: roles.map { RoleRowView($0, people: counts[$0.entry.id] ?? 0, member) })
        return try member.page(list, page, PageHead(t("roles.title"), lead: t("roles.lead"), section: t("users.section")))
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let (role, page) = try member.read { connection in
            let role = try store.role(member.id(), of: account, on: connection)
            let page = RolePage(
                role, try store.holders(of: role.entry.id, on: connection),
                suspended: try member.site.rights.suspended(in: account, on: connection), member)
            return (role, page)
        }
        return try member.page(
            template, page, PageHead(role.entry.name, section: member.t("users.section"), up: [RoleStep.list(member.t)]))
    }

    @Sendable func create(by editor: Editor, _ member: Member) throws -> WebResponse {
        let submission = try editor.submission(member)
        return try editor.save(
            submission, to: Self.path(of: submission.value.id),
            after: { member.t("roles.created", ["name": submission.value.name]) })
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let submission = try change.submission(member)
        return try change.save(
            submission, to: Self.path(of: submission.value.id), after: { member.t("roles.saved", ["name": submission.value.name]) })
    }
}
