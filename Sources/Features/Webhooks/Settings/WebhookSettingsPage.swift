// What the settings page shows: the form to those who may save it, the facts to all others.

import Delivery
import HTTPClient
import Templating
import Web

struct WebhookSettingsPage: TemplateData {
    /// Nil: for those who may only look.
    let form: FormView?
    let facts: [Fact]
    let mayManage: Bool
    let main: MainWebhookView?

    init(_ form: FormView, _ settings: WebhookSettings, _ policy: AddressPolicy, _ member: Member) {
        mayManage = member.may(.manageWebhooks)
        self.form = mayManage ? form : nil
        facts = mayManage ? [] : WebhookSettings.form.facts(settings, Situation(member.t, policy))
        main = settings.main.map { MainWebhookView($0, isIntegrationOn: settings.isEnabled, member) }
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
}
