// The account's webhooks: list, one in full, add, edit. What else can be done to one has a controller of its own.

import Database
import Delivery
import HTTP
import HTTPTypes
package import Web

extension Right {
    package static let seeSecrets = Right("webhooks.secrets")
}

extension Limit {
    /// The main one included.
    static let webhooks = Limit("webhooks", standard: 20) { "SELECT COUNT(*) FROM webhooks WHERE account_id = \($0)" }
}

extension DeletedEntity {
    package static let webhook = DeletedEntity("webhook")
}

extension Feature {
    static let webhookEndpoints = Feature(
        tabs: [
            Tab(
                order: 82, label: "webhooks.endpoints.title", path: EndpointController.path, right: .viewWebhooks,
                parent: WebhookSettingsController.path)
        ],
        rights: [.seeSecrets],
        presets: [.integrator: [.seeSecrets]],
        deletes: [.webhook], raises: [.webhookDisabled],
        limits: [.webhooks],
        uses: [UseSource(of: TrackingNumber.self, EndpointStore.uses)],
        secrets: SealedColumn.ofWebhooks
    ) { app in
        app.tellOfDisabledWebhooks()
        let endpoints = try EndpointController(app)
        let deletions = try EndpointDeletionController(app)
        let pauses = try PauseController(app)
        let resumptions = try ResumeController(app)
        let secrets = try SecretController(app)
        let tests = try EndpointTestController(app)
        let path = EndpointController.path
        // 148 boxes and twenty headers of 2,000 bytes, percent-encoded.
        let formLimit = 192 * 1024
        return Running(
            routes: [
                .get(path, .needs(.viewWebhooks), endpoints.index),
                .get(path + "/new", .needs(.manageWebhooks), endpoints.addition.edit),
                .post(path, .needs(.manageWebhooks), endpoints.create).limitingBody(to: formLimit)
                    .keeping(WebhookConfiguration.newForm),
                .get(path + "/{id}", .needs(.viewWebhooks), endpoints.show),
                .get(path + "/{id}/edit", .needs(.manageWebhooks), endpoints.change.edit),
                .post(path + "/{id}", .needs(.manageWebhooks), endpoints.update).limitingBody(to: formLimit)
                    .keeping(WebhookConfiguration.form),
                .get(path + "/{id}/delete", .needs(.manageWebhooks), deletions.new),
                .post(path + "/{id}/delete", .needs(.manageWebhooks), deletions.create),
                .get(path + "/{id}/pause", .needs(.manageWebhooks), pauses.new),
                .post(path + "/{id}/pause", .needs(.manageWebhooks), pauses.create).keeping(Pause.form),
                .get(path + "/{id}/resume", .needs(.manageWebhooks), resumptions.new),
                .post(path + "/{id}/resume", .needs(.manageWebhooks), resumptions.create).keeping(Resumption.form),
                .get(path + "/{id}/secret", .needs(.manageWebhooks), secrets.new),
                .post(path + "/{id}/secret", .needs(.manageWebhooks), secrets.create),
                .post(path + "/{id}/test", .needs(.manageWebhooks), tests.create),
                .get(path + "/{id}/tests/{delivery}", .needs(.manageWebhooks), tests.show),
            ])
    }
}

struct EndpointController {
    static let path = "/settings/webhooks/endpoints"

    static func path(of webhook: ID<Webhook>) -> String { "\(path)/\(webhook)" }

    private typealias Editor = SettingsEditor<Member, WebhookConfiguration, WebhookContext>

    let addition: SettingsEditor<Member, WebhookConfiguration, WebhookContext>
    let change: SettingsEditor<Member, WebhookConfiguration, WebhookContext>
    private let app: App
    private let store: EndpointStore
    private let listTemplate: PageTemplate<EndpointListPage>
    private let template: PageTemplate<EndpointPage>

    init(_ app: App) throws {
        let store = EndpointStore(app)
        let formTemplate = try app.site.page("shared/form_page", FormPage.self)
        let context: Editor.LoadContext = { member, webhook, connection in
            WebhookContext(
                policy: app.policy,
                restrictable: try store.restrictable(
                    of: webhook.account, keeping: webhook.restriction, user: member.form["user"] ?? "", on: connection),
                usage: try Limit.webhooks.usage(of: webhook.account, on: connection))
        }
        self.app = app
        self.store = store
        listTemplate = try app.site.page("webhooks/endpoints/index")
        template = try app.site.page("webhooks/endpoints/show")
        addition = try SettingsEditor(
            WebhookConfiguration.newForm, at: Self.path, action: "webhook.create",
            making: Making(\.id, made: { try store.made($0, of: $1.account.id, on: $2) }),
            subject: { $0.name }, app.site,
            load: { member, _ in
                var webhook = store.new(of: member.account.id)
                webhook.events = EventSubscription()
                return webhook
            },
            context: context,
            save: { new, _, _, connection in try store.insert(new, on: connection) },
            page: { view, _, context, member in
                var view = view
                view.wayOut = .init(member.t("webhooks.cancel"), to: Self.path)
                if let refusal = context.usage.refusal(member.visit) { view.notice = refusal }
                let head = PageHead(
                    member.t("webhooks.new.title"), lead: member.t("webhooks.new.lead"), up: [EndpointStep.list(member.t)])
                return try member.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
        change = try SettingsEditor(
            WebhookConfiguration.form, at: Self.path + "/{id}", action: "webhook.update",
            version: { String($0.version) }, subject: { $0.name }, app.site,
            load: { member, connection in try store.webhook(member.id(), of: member.account.id, on: connection) },
            context: context,
            save: { new, _, _, connection in try store.update(new, on: connection) },
            page: { view, webhook, _, member in
                var view = view
                view.wayOut = .init(member.t("webhooks.cancel"), to: Self.path(of: webhook.id))
                let head = PageHead(
                    member.t("webhooks.edit.title", ["name": webhook.name]), up: EndpointStep.below(webhook, member.t))
                return try member.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let (all, held, maximum) = try member.read { connection in
            let all = try store.accountWebhooks(of: member.account.id, on: connection)
            return (
                all, try store.held(by: all.webhooks, on: connection),
                try Limit.webhooks.maximum(of: member.account.id, on: connection)
            )
        }
        let page = EndpointListPage(all, held: held, maximum: maximum, member)
        return try member.page(
            listTemplate, page, PageHead(member.t("webhooks.endpoints.title"), lead: member.t("webhooks.endpoints.lead")))
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let (webhook, isIntegrationOn, waiting, restrictable) = try member.read { connection in
            let webhook = try store.webhook(member.id(), of: account, on: connection)
            return (
                webhook, try store.accountWebhooks(of: account, on: connection).isEnabled,
                try store.waiting(for: webhook.id, of: account, on: connection),
                try store.restrictable(of: account, keeping: webhook.restriction, on: connection)
            )
        }
        let page = EndpointPage(webhook, isIntegrationOn: isIntegrationOn, waiting: waiting, restrictable, member)
        return try member.page(template, page, PageHead(webhook.name, up: [EndpointStep.list(member.t)]))
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let submission = try addition.submission(member)
        return try addition.save(submission, to: Self.path(of: submission.value.id), after: { follow(submission.value, "created", member) })
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let submission = try change.submission(member)
        return try change.save(submission, after: { follow(submission.value, "saved", member) })
    }

    private func follow(_ webhook: WebhookConfiguration, _ word: String, _ member: Member) -> String {
        app.webhooksChanged([webhook.id], of: webhook.account)
        return member.t("webhooks.\(word)", ["name": webhook.name])
    }
}

/// The way up from the pages of a webhook.
enum EndpointStep {
    static func list(_ t: Translation) -> (label: String, href: String) { (t("webhooks.endpoints.title"), EndpointController.path) }

    static func below(_ webhook: WebhookConfiguration, _ t: Translation) -> [(label: String, href: String)] {
        [list(t), (webhook.name, EndpointController.path(of: webhook.id))]
    }
}
