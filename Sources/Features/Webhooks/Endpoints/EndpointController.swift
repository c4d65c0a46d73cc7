// The account's webhooks: list, one in full, add, edit. What else can be done to one has a controller of its own.

import Database
import Delivery
import HTTP
import HTTPTypes
package import Web

extension Right {
    package static let seeSecrets = Right("webhooks.secrets")
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
        deletes: [.webhook]
    ) { app in
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
                .get(path + "/new", .needs(.manageWebhooks), endpoints.new),
                .post(path, .needs(.manageWebhooks), endpoints.create).limitingBody(to: formLimit),
                .get(path + "/{id}", .needs(.viewWebhooks), endpoints.show),
                .get(path + "/{id}/edit", .needs(.manageWebhooks), endpoints.edit),
                .post(path + "/{id}", .needs(.manageWebhooks), endpoints.update).limitingBody(to: formLimit),
                .get(path + "/{id}/delete", .needs(.manageWebhooks), deletions.new),
                .post(path + "/{id}/delete", .needs(.manageWebhooks), deletions.create),
                .get(path + "/{id}/pause", .needs(.manageWebhooks), pauses.new),
                .post(path + "/{id}/pause", .needs(.manageWebhooks), pauses.create),
                .get(path + "/{id}/resume", .needs(.manageWebhooks), resumptions.new),
                .post(path + "/{id}/resume", .needs(.manageWebhooks), resumptions.create),
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

    private let app: App
    private let store: EndpointStore
    private let listTemplate: PageTemplate<EndpointListPage>
    private let formTemplate: PageTemplate<EndpointFormPage>
    private let template: PageTemplate<EndpointPage>

    init(_ app: App) throws {
        self.app = app
        store = EndpointStore(app)
        listTemplate = try app.site.page("webhooks/endpoints/index")
        formTemplate = try app.site.page("webhooks/endpoints/form")
        template = try app.site.page("webhooks/endpoints/show")
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let all = try store.accountWebhooks(of: member.account.id)
        let page = EndpointListPage(all, held: try store.held(by: all.webhooks), member)
        return try member.page(
            listTemplate, page, PageHead(member.t("webhooks.endpoints.title"), lead: member.t("webhooks.endpoints.lead")))
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let webhook = try store.webhook(member.id(), of: account)
        let all = try store.accountWebhooks(of: account)
        let page = EndpointPage(
            webhook, isIntegrationOn: all.isEnabled, waiting: try store.waiting(for: webhook.id, of: account),
            try store.restrictable(of: account, keeping: webhook.restriction), member)
        return try member.page(template, page, PageHead(webhook.name, up: [EndpointStep.list(member.t)]))
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        try show(.blank, of: nil, member)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let form = EndpointForm(member.form)
        switch form.validated(stored: nil, try store.restrictable(of: account, user: form.user), app.policy, member.t) {
        case .invalid(let errors):
            return try show(form, of: nil, member, errors)
        case .valid(let change):
            var webhook = store.new(named: change.name, target: change.target, of: account)
            change.apply(to: &webhook)
            do {
                let added = webhook
                try member.change("webhook.create", of: added.id.description) { try store.insert(added, on: $0) }
            } catch Refusal.limitReached {
                var errors = FieldErrors()
                errors.add("limit", limitReached(member))
                return try show(form, of: nil, member, errors)
            }
            app.webhooksChanged([webhook.id], of: account)
            return member.redirect(to: Self.path(of: webhook.id), saying: member.t("webhooks.created", ["name": webhook.name]))
        }
    }

    @Sendable func edit(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let webhook = try store.webhook(member.id(), of: account)
        return try show(EndpointForm(webhook, try store.restrictable(of: account, keeping: webhook.restriction)), of: webhook, member)
    }

    @Sendable func update(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        var webhook = try store.webhook(member.id(), of: account)
        let form = EndpointForm(member.form)
        switch form.validated(stored: webhook, try store.restrictable(of: account, user: form.user), app.policy, member.t) {
        case .invalid(let errors):
            return try show(form, of: webhook, member, errors)
        case .valid(let change):
            guard form.version == String(webhook.version) else { return try showStale(form, of: webhook, member) }
            change.apply(to: &webhook)
            do {
                let changed = webhook
                try member.change("webhook.update", of: changed.id.description) { try store.update(changed, on: $0) }
            } catch Refusal.stale {
                return try showStale(form, of: store.webhook(webhook.id, of: account), member)
            }
            app.webhooksChanged([webhook.id], of: account)
            return member.redirect(to: Self.path(of: webhook.id), saying: member.t("webhooks.saved", ["name": webhook.name]))
        }
    }

    /// Somebody saved in another window meanwhile: both values are shown, and saving again is then a decision.
    private func showStale(_ form: EndpointForm, of webhook: WebhookConfiguration, _ member: Member) throws -> WebResponse {
        let restrictable = try store.restrictable(of: webhook.account, keeping: webhook.restriction, user: form.user)
        let yours = form.comparable(restrictable, member.t)
        let stored = EndpointForm(webhook, restrictable).comparable(restrictable, member.t)
        let conflict = ConflictView(member.t, zip(yours, stored).map { ($0.label, $0.text, $1.text) })
        return try show(form, of: webhook, member, conflict: conflict)
    }

    private func show(
        _ form: EndpointForm, of webhook: WebhookConfiguration?, _ member: Member, _ errors: FieldErrors = FieldErrors(),
        conflict: ConflictView? = nil
    ) throws -> WebResponse {
        let account = member.account.id
        let isFull = try webhook == nil && store.count(of: account) >= EndpointStore.limit
        let page = EndpointFormPage(
            form, of: webhook, try store.restrictable(of: account, keeping: webhook?.restriction, user: form.user),
            limit: isFull ? limitReached(member) : "", member, errors,
            conflict: conflict)
        let heading = webhook.map { member.t("webhooks.edit.title", ["name": $0.name]) } ?? member.t("webhooks.new.title")
        return try member.page(
            formTemplate, page,
            PageHead(
                heading, lead: webhook == nil ? member.t("webhooks.new.lead") : "",
                up: webhook.map { EndpointStep.below($0, member.t) } ?? [EndpointStep.list(member.t)]),
            hasErrors: !errors.isEmpty || conflict != nil)
    }

    private func limitReached(_ member: Member) -> String {
        member.t("webhooks.limit", ["limit": member.numbers.text(EndpointStore.limit)])
    }
}

/// The way up from the pages of a webhook.
enum EndpointStep {
    static func list(_ t: Translation) -> (label: String, href: String) { (t("webhooks.endpoints.title"), EndpointController.path) }

    static func below(_ webhook: WebhookConfiguration, _ t: Translation) -> [(label: String, href: String)] {
        [list(t), (webhook.name, EndpointController.path(of: webhook.id))]
    }
}
