// Webhooks, Settings: the account's integration on or off, and its main webhook, with the Test button.

import Database
import Delivery
import HTTP
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
                order: 81, label: "webhooks.settings.tab", path: WebhookSettingsController.path, right: .viewWebhooks,
                parent: WebhookSettingsController.path),
        ],
        rights: [.viewWebhooks, .manageWebhooks],
        migrations: DeliverySchema.migrations
    ) { app in
        let settings = try WebhookSettingsController(app)
        let test = MainTestController(app)
        return Running(
            routes: [
                .get(WebhookSettingsController.path, .needs(.viewWebhooks), settings.edit),
                .post(WebhookSettingsController.path, .needs(.manageWebhooks), settings.update),
                .post(WebhookSettingsController.path + "/test", .needs(.manageWebhooks), test.create),
            ])
    }
}

struct WebhookSettingsController {
    static let path = "/settings/webhooks"

    private let app: App
    private let store: WebhookSettingsStore
    private let endpoints: EndpointStore
    private let template: PageTemplate<WebhookSettingsPage>

    init(_ app: App) throws {
        self.app = app
        store = WebhookSettingsStore(site: app.site)
        endpoints = EndpointStore(app)
        template = try app.site.page("webhooks/settings/edit")
    }

    @Sendable func edit(_ member: Member) throws -> WebResponse {
        let (settings, main) = try current(of: member.account.id)
        return try show(WebhookSettingsForm(settings, main: main), member, main: main)
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let form = WebhookSettingsForm(member.form)
        let (settings, main) = try current(of: account)
        switch form.validated(main: main, app.policy, member.t) {
        case .invalid(let errors):
            return try show(form, member, main: main, errors)
        case .valid(let change):
            guard form.version == WebhookSettingsForm.version(settings, main: main) else { return try showStale(form, member) }
            do {
                let saved = try member.change("webhook_settings.update") { connection in
                    try save(change, settings, main, of: account, member.t, on: connection)
                }
                app.webhooksChanged(saved, of: account)
            } catch Refusal.stale {
                return try showStale(form, member)
            } catch Refusal.limitReached {
                var errors = FieldErrors()
                errors.add("url", member.t("webhooks.limit", ["limit": member.numbers.text(EndpointStore.limit)]))
                return try show(form, member, main: main, errors)
            }
            return member.redirect(to: Self.path, saying: member.t("webhooks.settings.saved"))
        }
    }

    /// The webhooks that may now have something to send.
    private func save(
        _ change: WebhookSettingsForm.Change, _ settings: WebhookSettings, _ main: WebhookConfiguration?, of account: ID<Account>,
        _ t: Translation, on connection: any Connection
    ) throws -> [ID<Webhook>] {
        let wanted = WebhookSettings(isEnabled: change.isEnabled, version: settings.version)
        guard try store.save(wanted, of: account, on: connection) else { throw Refusal.stale }
        if let target = change.target {
            if var main {
                main.url = target
                main.authentication = change.authentication
                try endpoints.update(main, on: connection)
            } else {
                var main = endpoints.new(named: t("webhooks.main.name"), target: target, of: account)
                main.isMain = true
                main.authentication = change.authentication
                try endpoints.insert(main, on: connection)
            }
        }
        return try endpoints.all(of: account, on: connection).map(\.id)
    }

    private func current(of account: ID<Account>) throws -> (WebhookSettings, WebhookConfiguration?) {
        try app.site.database.read { connection in
            (try store.settings(of: account, on: connection), try endpoints.main(of: account, on: connection))
        }
    }

    private func showStale(_ form: WebhookSettingsForm, _ member: Member) throws -> WebResponse {
        let (settings, main) = try current(of: member.account.id)
        let stored = WebhookSettingsForm(settings, main: main)
        let t = member.t
        func onOff(_ isOn: Bool) -> String { t(isOn ? "shared.on" : "shared.off") }
        let conflict = ConflictView(
            t,
            [
                (t("webhooks.settings.enabled"), onOff(form.isEnabled), onOff(stored.isEnabled)),
                (t("webhooks.settings.url"), form.url, stored.url),
                (t("webhooks.authentication"), answer(form.authentication, t), answer(stored.authentication, t)),
                (t("webhooks.login"), form.credential.login, stored.credential.login),
            ])
        return try show(form, member, main: main, conflict: conflict, version: stored.version)
    }

    private func answer(_ authentication: String, _ t: Translation) -> String {
        WebhookSettingsForm.Authentication(rawValue: authentication).map { t("webhooks.settings.authentication.\($0.rawValue)") } ?? ""
    }

    private func show(
        _ form: WebhookSettingsForm, _ member: Member, main: WebhookConfiguration?, _ errors: FieldErrors = FieldErrors(),
        conflict: ConflictView? = nil, version: String? = nil
    ) throws -> WebResponse {
        let t = member.t
        let page = WebhookSettingsPage(form, main: main, member, errors, conflict: conflict, version: version ?? form.version)
        let head = PageHead(t("webhooks.settings.title"), lead: t("webhooks.settings.lead"))
        return try member.page(template, page, head, hasErrors: !errors.isEmpty || conflict != nil)
    }
}
