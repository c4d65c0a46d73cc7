// Account settings: where the account is, how its calls look, what its people must do, and its logo.

import Database
import HTTP
import Threading
package import Web

extension Right {
    package static let viewAccountSettings = Right("account.view")
    package static let supervise = Right("supervision.use")
    package static let manageAccountSettings = Right("account.manage")
}

extension DeletedEntity {
    package static let logo = DeletedEntity("logo")
}

extension Feature {
    static let account = Feature(
        tabs: [Tab(order: 10, label: "account.title", path: AccountController.path, right: .viewAccountSettings)],
        rights: [.viewAccountSettings, .manageAccountSettings, .supervise],
        presets: [.supervisor: [.supervise]],
        conditions: [RightCondition(.supervise, whileOn: "a.has_supervision")],
        deletes: [.logo],
        uses: [UseSource(of: Playlist.self, AccountStore.uses)],
        migrations: AccountSchema.migrations,
        settings: [SettingsSource(AccountSettings.form) { try AccountStore.settings(of: $1, on: $2) }],
        folders: ["logos"],
        accountLogo: AccountLogo(column: "a.logo_file") { LogoController.path(of: $0) },
        demonstrate: AccountDemonstration.fill
    ) { app in
        let account = try AccountController(app)
        let line = try HeadOfLineController(app)
        return Running(
            routes: account.editor.routes(
                view: .viewAccountSettings, manage: .manageAccountSettings, filesUpTo: LogoUpload.limit, update: account.update) + [
                    .get("/settings/account/head-of-line", .needs(.viewAccountSettings), line.show),
                    .get("/logo/{file}", .signedIn, LogoController(app).show),
                ],
            jobs: { [try LogoSweep(site: app.site).job()] })
    }
}

struct AccountController {
    static let path = "/settings/account"

    let editor: SettingsEditor<Member, AccountSettings, AccountContext>
    private let files: LogoFiles
    private let pictures = Places<ID<Account>>(ofOwner: 1, inAll: 4)

    init(_ app: App) throws {
        files = LogoFiles(site: app.site)
        editor = try SettingsEditor(
            AccountSettings.form, at: Self.path, action: "account.update", version: { String($0.version) }, app.site,
            load: { member, connection in try AccountStore.settings(of: member.account.id, on: connection) },
            context: { member, settings, connection in try AccountStore.context(of: settings, member, on: connection) },
            save: { new, _, member, connection in try AccountStore.save(new, of: member.account.id, on: connection) })
    }

    /// The new logo is durable before the row that names it; the old one goes after the commit.
    @Sendable func update(_ member: Member) throws -> WebResponse {
        var submission = try editor.submission(member)
        let upload = LogoUpload(member.visit.upload, of: member.account.id, pictures)
        if case .refused(let problem) = upload { submission.errors.add(LogoUpload.fieldName, problem.text(member.t, member.numbers)) }
        let old = submission.stored.logo
        let isRemoved = member.form[LogoUpload.fieldName + "_remove"] == "yes"
        guard case .chosen(let image, let name) = upload else {
            if isRemoved { submission.value.logo = nil }
            return try save(submission, replacing: isRemoved ? old : nil)
        }
        guard submission.errors.isEmpty else {
            // A browser never sends back a file in a page that is shown again.
            submission.errors.add(LogoUpload.fieldName, member.t("account.logo.again"))
            return try editor.show(submission)
        }
        let new = try files.store(image, named: name)
        submission.value.logo = new
        var isSaved = false
        defer { if !isSaved { files.remove(new.file) } }
        submission.lostOnReturn = (LogoUpload.fieldName, member.t("account.logo.again"))
        return try save(submission, replacing: old) { isSaved = true }
    }

    private func save(
        _ submission: SettingsEditor<Member, AccountSettings, AccountContext>.Submission, replacing old: AccountSettings.Logo?,
        saved: () -> Void = {}
    ) throws -> WebResponse {
        let member = submission.member
        let size = old.map { files.size(of: $0.file) } ?? 0
        return try editor.save(
            submission,
            within: { connection in
                guard let old else { return }
                try member.recordDeletion(of: .logo, named: old.name, bytes: size, on: connection)
            },
            after: {
                saved()
                if let old { files.remove(old.file) }
                // In the language that the next page will be in.
                return member.translation(in: member.session.language ?? submission.value.language)("account.saved")
            })
    }
}
