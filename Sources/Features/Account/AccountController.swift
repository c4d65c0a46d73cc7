// Account settings: where the account is, how its calls look, what its people must do, and its logo.

import Database
import HTTP
import HTTPTypes
import Templating
package import Web

extension Right {
    package static let manageAccountSettings = Right("settings.account")
}

extension DeletedEntity {
    package static let logo = DeletedEntity("logo")
}

extension Feature {
    static let account = Feature(
        tabs: [Tab(order: 10, label: "account.title", path: "/settings/account", right: .manageAccountSettings)],
        rights: [.manageAccountSettings],
        deletes: [.logo],
        migrations: AccountSchema.migrations,
        folders: ["logos"],
        accountLogo: AccountLogo(column: "a.logo_file") { LogoController.path(of: $0) },
        demonstrate: AccountDemonstration.fill
    ) { app in
        let account = try AccountController(app)
        let line = try HeadOfLineController(app)
        return Running(
            routes: [
                .get("/settings/account", .needs(.manageAccountSettings), account.edit),
                .post("/settings/account", .needs(.manageAccountSettings), account.update).acceptingFiles(upTo: LogoUpload.limit),
                .get("/settings/account/head-of-line", .needs(.manageAccountSettings), line.show),
                .get("/logo/{file}", .signedIn, LogoController(app).show),
            ],
            jobs: { [try LogoSweep(site: app.site).job()] })
    }
}

struct AccountController {
    private let site: Site
    private let store: AccountStore
    private let playlists: PlaylistStore
    private let files: LogoFiles
    private let template: PageTemplate<AccountPage>

    init(_ app: App) throws {
        site = app.site
        store = AccountStore(site: app.site)
        playlists = PlaylistStore(site: app.site)
        files = LogoFiles(site: app.site)
        template = try app.site.page("account/edit")
    }

    @Sendable func edit(_ member: Member) throws -> WebResponse {
        let stored = try settings(member)
        return try show(AccountForm(stored), stored, member)
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let form = AccountForm(member.form)
        let upload = LogoUpload(member.visit.upload)
        var errors = FieldErrors()
        let valid = form.validated(playlists: Set(try playlists.playlists(of: account).map(\.id)), &errors, member.t)
        switch upload {
        case .none: break
        case .refused(let problem): errors.add(LogoUpload.fieldName, problem.text(member.t, member.numbers))
        // A browser never sends back a file in a page that is shown again.
        case .chosen: if !errors.isEmpty { errors.add(LogoUpload.fieldName, member.t("account.logo.again")) }
        }
        guard errors.isEmpty, let valid else { return try show(form, try settings(member), member, errors) }
        do {
            try save(valid, upload, removesLogo: form.removesLogo, of: account, member)
        } catch Refusal.stale {
            return try showStale(form, upload, member)
        } catch is AccountStore.PlaylistIsGone {
            errors.add("playlist", member.t("account.playlist.unknown"))
            if case .chosen = upload { errors.add(LogoUpload.fieldName, member.t("account.logo.again")) }
            return try show(form, try settings(member), member, errors)
        }
        // In the language that the next page will be in.
        let language = Language(rawValue: member.session.language ?? valid.language)
        let t = language.map { site.locales[$0] } ?? member.t
        return member.redirect(to: "/settings/account", saying: t("account.saved"))
    }

    /// The new file is durable before the row that names it; the old one goes after the commit. Throws what the store throws.
    private func save(
        _ settings: AccountSettings, _ upload: LogoUpload, removesLogo: Bool, of account: ID<Account>, _ member: Member
    ) throws {
        var change = removesLogo ? LogoChange.remove : .keep
        var new: AccountSettings.Logo?
        if case .chosen(let image, let name) = upload {
            let logo = try files.store(image, named: name)
            new = logo
            change = .replace(logo)
        }
        let old: AccountSettings.Logo?
        do {
            old = try member.change("account.update", of: account.description) { connection in
                let old = try store.save(settings, change, of: account, on: connection)
                if let old {
                    try Deletion(
                        account: account, user: member.session.user, userName: member.session.userName, entity: .logo, detail: old.name,
                        planned: 1, items: 1, bytes: files.size(of: old.file)
                    ).record(site, on: connection)
                }
                return old
            }
        } catch {
            if let new { files.remove(new.file) }
            throw error
        }
        if let old { files.remove(old.file) }
    }

    private func settings(_ member: Member) throws -> AccountSettings {
        guard let settings = try store.settings(of: member.account.id) else { throw Abort(.notFound) }
        return settings
    }

    /// Somebody saved in the meantime: both values are shown, and saving again is then a decision.
    private func showStale(_ form: AccountForm, _ upload: LogoUpload, _ member: Member) throws -> WebResponse {
        let stored = try settings(member)
        let words = AccountWords(t: member.t, playlists: try playlists.playlists(of: member.account.id))
        var conflict = words.differences(form, AccountForm(stored))
        var errors = FieldErrors()
        if case .chosen(_, let name) = upload {
            conflict.append((member.t("account.logo"), name, stored.logo?.name ?? ""))
            errors.add(LogoUpload.fieldName, member.t("account.logo.again"))
        } else if form.removesLogo {
            conflict.append((member.t("account.logo"), "", stored.logo?.name ?? ""))
        }
        return try show(form, stored, member, errors, conflict: ConflictView(member.t, conflict), version: String(stored.version))
    }

    private func show(
        _ form: AccountForm, _ stored: AccountSettings, _ member: Member, _ errors: FieldErrors = FieldErrors(),
        conflict: ConflictView? = nil, version: String? = nil
    ) throws -> WebResponse {
        let account = member.account.id
        let older = try form.days.map { try store.usersWithPassword(olderThan: $0, in: account) } ?? 0
        let page = AccountPage(
            form, stored, playlists: try playlists.playlists(of: account), oldPasswords: older, member, errors, conflict: conflict,
            version: version ?? form.version)
        return try member.page(
            template, page, PageHead(member.t("account.title"), lead: member.t("account.lead")),
            hasErrors: !errors.isEmpty || conflict != nil)
    }
}
