// What the settings page shows: the form to those who may save it, the facts to all others.

import Delivery
import Templating
import Web

struct WebhookSettingsPage: TemplateData {
    let errors: ErrorSummary?
    let conflict: ConflictView?
    let version: String
    let mayManage: Bool
    let enabled: SwitchView
    let url: FieldView
    let authentication: ChoicesView
    let login: FieldView
    let secret: SecretView
    let facts: [Fact]
    let main: MainWebhookView?

    init(
        _ form: WebhookSettingsForm, main: WebhookConfiguration?, _ member: Member, _ errors: FieldErrors, conflict: ConflictView?,
        version: String
    ) {
        let t = member.t
        self.errors = errors.summary(t)
        self.conflict = conflict
        self.version = version
        mayManage = member.may(.manageWebhooks)
        enabled = SwitchView(
            "enabled", t("webhooks.settings.enabled"), hint: t("webhooks.settings.enabled.hint"), isOn: form.isEnabled, errors: errors)
        url = FieldView(
            "url", t("webhooks.settings.url"), hint: t("webhooks.settings.url.hint"), kind: .url, value: form.url, errors: errors)
        // The third answer is there only for a webhook that has such an authentication.
        let isKept = main.map { WebhookSettingsForm.Authentication($0.authentication) } == .keep
        authentication = ChoicesView(
            "authentication", t("webhooks.authentication"), checked: [form.authentication],
            choices: WebhookSettingsForm.Authentication.allCases.filter { $0 != .keep || isKept }.map {
                ($0.rawValue, t("webhooks.settings.authentication.\($0.rawValue)"), "")
            }, errors: errors)
        login = form.credential.loginField(t, errors)
        secret = form.credential.secretField(
            t, t("webhooks.password"), isSet: main?.authentication.kind == .basic, isShownAgain: !errors.isEmpty || conflict != nil, errors)
        facts = [
            Fact(t("webhooks.settings.enabled"), t(form.isEnabled ? "shared.on" : "shared.off")),
            Fact(t("webhooks.settings.url"), form.url.isEmpty ? t("shared.conflict.none") : form.url, isCode: !form.url.isEmpty),
            Fact(
                t("webhooks.authentication"),
                t("webhooks.authentication.\((main?.authentication ?? .none).kind.rawValue)")),
        ]
        self.main = main.map { MainWebhookView($0, isIntegrationOn: form.isEnabled, member) }
    }

    static let fields = Fields<WebhookSettingsPage> {
        Section("errors") { $0.errors }
        Section("conflict") { $0.conflict }
        Text("row_version") { $0.version }
        Flag("may_manage") { $0.mayManage }
        Section("enabled") { $0.enabled }
        Section("url") { $0.url }
        Section("authentication") { $0.authentication }
        Section("login") { $0.login }
        Section("secret") { $0.secret }
        List("facts") { $0.facts }
        Section("main") { $0.main }
    }
}

/// The main webhook, as there is one.
struct MainWebhookView: TemplateData {
    let href: String
    let target: URLView
    let status: BadgeView
    let last: String
    let lastAt: TimeView?

    init(_ webhook: WebhookConfiguration, isIntegrationOn: Bool, _ member: Member) {
        href = EndpointController.path(of: webhook.id)
        target = URLView(webhook.url)
        status = webhook.statusBadge(isIntegrationOn: isIntegrationOn, held: 0, member)
        last = webhook.lastResultText(member.t)
        lastAt = webhook.lastAt.map { member.times.view($0) }
    }

    static let fields = Fields<MainWebhookView> {
        Text("href") { $0.href }
        Section("target") { $0.target }
        Section("status") { $0.status }
        Text("last") { $0.last }
        Section("last_at") { $0.lastAt }
    }
}
