// SMS settings: the provider by whom the account's messages go, and a test of it by a real one.

import Database
import HTTP
import HTTPClient
import Templating
package import Web

extension Right {
    package static let viewSMS = Right("sms.view")
    package static let manageSMS = Right("sms.manage")
}

extension Feature {
    static let sms = Feature(
        tabs: [Tab(order: 30, label: "sms.title", path: SMSController.path, right: .viewSMS)],
        rights: [.viewSMS, .manageSMS], raises: [.smsUndelivered],
        migrations: SMSSchema.migrations, secrets: [.smsPassword, .smsText],
        settings: [SettingsSource(SMSSettings.form) { try SMSStore(vault: $0.vault).settings(of: $1, on: $2) }]
    ) { app in
        app.tellOfUndeliveredSMS()
        let sms = try SMSController(app)
        let test = try SMSTestController(app)
        return Running(
            routes: sms.editor.routes(view: .viewSMS, manage: .manageSMS) + [
                .get(SMSTestController.path, .needs(.manageSMS), test.new),
                .post(SMSTestController.path, .needs(.manageSMS), test.create).keeping(SMSTest.form),
                .get(SMSController.path + "/tests/{id}", .needs(.manageSMS), test.show),
            ])
    }
}

struct SMSController {
    static let path = "/settings/sms"

    let editor: SettingsEditor<Member, SMSSettings, AddressPolicy>

    init(_ app: App) throws {
        let store = SMSStore(vault: app.vault)
        let template = try app.site.page("sms/edit", SMSPage.self)
        editor = try SettingsEditor(
            SMSSettings.form, at: Self.path, action: "sms.update", version: { String($0.version) }, app.site,
            load: { member, connection in try store.settings(of: member.account.id, on: connection) },
            context: { _, _, _ in app.policy },
            save: { new, _, member, connection in
                try store.save(new, of: member.account.id, on: connection)
                try app.texts.hurry(of: member.account.id, on: connection)
            },
            page: { view, settings, _, member in
                let last = try member.read { try SMSStore.lastTest(of: member.account.id, on: $0) }
                let head = PageHead(member.t("sms.title"), lead: member.t("sms.lead"))
                return try member.page(template, SMSPage(view, settings, last, member), head, hasErrors: view.isRefused)
            })
    }
}
