// Keys for machines: made with a secret that is shown once, good for the scopes that were chosen, until they expire or are revoked.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

extension Right {
    static let viewKeys = Right("keys.view")
    static let manageKeys = Right("keys.manage")
}

extension DeletedEntity {
    static let key = DeletedEntity("key")
}

extension Limit {
    /// What has expired counts until somebody makes another key, or the night comes.
    static let keys = Limit("keys", standard: 20) { "SELECT COUNT(*) FROM api_keys WHERE account_id = \($0) AND revoked_at IS NULL" }
}

extension Feature {
    static let keys = Feature(
        tabs: [Tab(order: 130, label: "keys.title", path: KeyController.path, right: .viewKeys, group: "users.section")],
        rights: [.viewKeys, .manageKeys], presets: [.integrator: [.viewKeys]], deletes: [.key], limits: [.keys]
    ) { app in
        let keys = try KeyController(app)
        let revocation = try KeyRevocationController(app)
        let path = KeyController.path
        return Running(
            routes: [
                .get(path, .needs(.viewKeys), keys.index),
                .get(path + "/new", .needs(.manageKeys), keys.editor.edit),
                .post(path, .needs(.manageKeys), keys.create).keeping(KeyEntry.form),
                .get(path + "/{id}/secret", .needs(.manageKeys), keys.secret),
                .get(path + "/{id}/revoke", .needs(.manageKeys), revocation.new),
                .post(path + "/{id}/revoke", .needs(.manageKeys), revocation.create),
            ])
    }
}

struct KeyController {
    static let path = "/keys"
    private static let pageSize = 50

    let editor: SettingsEditor<Member, KeyEntry, KeyContext>
    private let store: KeyStore
    private let fresh: FreshSecrets
    private let list: PageTemplate<KeysPage>
    private let template: PageTemplate<KeySecretPage>

    static func path(of key: ID<APIKey>) -> String { "\(path)/\(key)" }

    init(_ app: App) throws {
        let store = KeyStore(app.site)
        let fresh = FreshSecrets(clock: app.site.clock)
        let scopes = app.features.flatMap(\.scopes)
        let formTemplate: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        self.store = store
        self.fresh = fresh
        list = try app.site.page("keys/index")
        template = try app.site.page("keys/secret")
        editor = try SettingsEditor(
            KeyEntry.form, at: Self.path, action: "key.create",
            making: Making(\.id, made: { try store.made($0, of: $1.account.id, on: $2) }), subject: { $0.name }, app.site,
            load: { _, _ in store.new() },
            context: { member, _, connection in
                KeyContext(
                    scopes: scopes.filter { member.session.authority.covers($0.needs) },
                    usage: try store.usage(of: member.account.id, on: connection))
            },
            save: { new, _, member, connection in
                // As they are declared: what a form sends says nothing of what it takes.
                let needs = scopes.filter { new.scopes.contains($0) }.flatMap(\.needs)
                try member.requireGivable(Set(needs), as: "scopes", on: connection)
                let secret = try store.insert(
                    new, in: member.account.id, by: member.session.userName, telling: app.alerts, on: connection)
                // Before the commit: whoever finds the key made finds its secret here.
                fresh.keep(secret, of: new.id, for: member.session.id)
            },
            page: { view, _, context, member in
                var view = view
                view.wayOut = .init(member.t("keys.cancel"), to: Self.path)
                if let refusal = context.usage.refusal(member.visit) { view.notice = refusal }
                let head = PageHead(
                    member.t("keys.new.title"), lead: member.t("keys.new.lead"), section: member.t("users.section"),
                    up: [(member.t("keys.title"), Self.path)])
                return try member.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let found = try member.read { connection in
            try store.page(of: member.account.id, at: PagePosition(member.query), size: Self.pageSize, on: connection)
        }
        let page = KeysPage(
            mayManage: member.may(.manageKeys), rows: found.elements.map { KeyRowView($0, member) },
            pager: found.pager(path: Self.path, query: member.query) { $0.id },
            empty: found.elements.isEmpty ? EmptyView(t("keys.empty.title"), t("keys.empty.text")) : nil)
        return try member.page(list, page, PageHead(t("keys.title"), lead: t("keys.lead"), section: t("users.section")))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let submission = try editor.submission(member)
        // Says nothing: the page that it leads to does.
        return try editor.save(submission, to: Self.path(of: submission.value.id) + "/secret", after: { "" })
    }

    /// Takes from memory what it shows, and from nobody: only the session that made the key gets here what nobody else could have.
    @Sendable func secret(_ member: Member) throws -> WebResponse {
        let t = member.t
        let key = try member.read { try store.key(member.id(), of: member.account.id, on: $0) }
        guard let secret = fresh.take(key.id, for: member.session.id) else {
            return member.redirect(to: Self.path, .info, saying: t("keys.secret.gone", ["name": key.name]))
        }
        let head = PageHead(
            t("keys.secret.title", ["name": key.name]), section: t("users.section"), up: [(t("keys.title"), Self.path)])
        return try member.page(template, KeySecretPage(secret, key, member), head)
    }
}

/// Revoking: at once, and for good.
struct KeyRevocationController {
    private let store: KeyStore
    private let template: PageTemplate<ConfirmPage>

    init(_ app: App) throws {
        store = KeyStore(app.site)
        template = try app.site.page("shared/confirm")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let t = member.t
        let key = try member.read { try store.key(member.id(), of: member.account.id, on: $0) }
        guard key.state(at: member.now) == .good else { return ended(key, member) }
        let page = ConfirmPage(
            action: KeyController.path(of: key.id) + "/revoke", back: KeyController.path, strong: t("keys.revoke.strong"),
            text: t("keys.revoke.text"), note: t("keys.revoke.note"),
            facts: [
                Fact(t("key.name"), "\(key.name) (…\(key.hint))"),
                Fact(t("key.scopes"), key.scopes.map { $0.words(t) }.joined(separator: ", ")),
                Fact(t("keys.last_used"), key.lastUsedAt.map { member.times.view($0).text } ?? t("keys.last_used.never")),
            ], submit: t("keys.revoke.submit"), keep: t("keys.revoke.keep"))
        let head = PageHead(
            t("keys.revoke.title", ["name": key.name]), section: t("users.section"), up: [(t("keys.title"), KeyController.path)])
        return try member.page(template, page, head)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let key = try member.read { try store.key(member.id(), of: account, on: $0) }
        do {
            try member.change("key.revoke", of: key.name) { connection in
                guard try store.revoke(key.id, of: account, on: connection) else { throw Refusal.stale }
                try member.recordDeletion(of: .key, named: "\(key.name) (…\(key.hint))", on: connection)
            }
        } catch Refusal.stale {
            return ended(key, member)
        }
        return member.redirect(to: KeyController.path, saying: member.t("keys.revoked", ["name": key.name]))
    }

    private func ended(_ key: KeyRecord, _ member: Member) -> WebResponse {
        member.redirect(to: KeyController.path, .info, saying: member.t("keys.revoked.already", ["name": key.name]))
    }
}
