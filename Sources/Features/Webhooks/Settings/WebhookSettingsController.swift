// Webhooks, Settings: the account's integration on or off, and its main webhook, with the Test button.

import Database
import Delivery
import HTTP
import HTTPClient
package import Web

extension Right {
    package static let viewWebhooks = Right("webhooks.view")
    package static let manageWebhooks = Right("webhooks.manage")
}

extension Feature {
    static let webhookSettings = Feature(
        tabs: [
            Tab(order: 80, label: "webhooks.title", path: WebhookSettingsController.path, right: .viewWebhooks),
            Tab(
                order: 81, label: "webhook_settings.tab", path: WebhookSettingsController.path, right: .viewWebhooks,
                parent: WebhookSettingsController.path),
        ],
        rights: [.viewWebhooks, .manageWebhooks],
        presets: [.integrator: [.viewWebhooks, .manageWebhooks]],
        migrations: DeliverySchema.migrations,
        settings: [SettingsSource(WebhookSettings.form) { try WebhookSettingsStore($0).settings(of: $1, on: $2) }]
    ) { app in
        let settings = try WebhookSettingsController(app)
        let test = MainTestController(app)
        return Running(
            routes: [
                .get(WebhookSettingsController.path, .needs(.viewWebhooks), settings.editor.edit),
                .post(WebhookSettingsController.path, .needs(.manageWebhooks), settings.update).keeping(WebhookSettings.form),
                .post(WebhookSettingsController.path + "/test", .needs(.manageWebhooks), test.create),
            ])
    }
}

struct WebhookSettingsController {
    static let path = "/settings/webhooks"

    let editor: SettingsEditor<Member, WebhookSettings, AddressPolicy>
    private let app: App
    private let endpoints: EndpointStore

    init(_ app: App) throws {
        let store = WebhookSettingsStore(app)
        let template = try app.site.page("webhooks/settings/edit", WebhookSettingsPage.self)
        self.app = app
        endpoints = EndpointStore(app)
        editor = try SettingsEditor(
            // Two rows stand behind the form: a change of either makes it stale.
            WebhookSettings.form, at: Self.path, action: "webhook_settings.update",
            version: { "\($0.version).\($0.main?.version ?? 0)" }, app.site,
            load: { member, connection in try store.settings(of: member.account.id, on: connection) },
            context: { _, _, _ in app.policy },
            save: { new, _, member, connection in
                try store.save(new, of: member.account.id, named: member.t("webhooks.main.name"), on: connection)
            },
            page: { view, settings, policy, member in
                let page = WebhookSettingsPage(view, settings, policy, member)
                let head = PageHead(member.t("webhook_settings.title"), lead: member.t("webhook_settings.lead"))
                return try member.page(template, page, head, hasErrors: view.isRefused)
            })
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        // Those that may now have something to send.
        var webhooks: [ID<Webhook>] = []
        return try editor.save(
            editor.submission(member),
            within: { webhooks = try endpoints.all(of: account, on: $0).map(\.id) },
            after: {
                app.webhooksChanged(webhooks, of: account)
                return nil
            })
    }
}
