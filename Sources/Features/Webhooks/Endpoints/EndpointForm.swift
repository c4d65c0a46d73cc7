// A webhook's form: what was typed, kept as typed, until it is a webhook or a list of errors.

import Delivery
import HTTP
import HTTPClient
import Spelling
import Web

struct EndpointForm {
    static let maximumNameLength = 100
    /// What the box "all events" sends, and what a module's "all of this" begins with.
    static let allEvents = "*"
    static let modulePrefix = "module:"

    let name: String
    let target: String
    /// As the boxes send them: `*`, `module:crm`, `call:end`.
    let events: [String]
    let credential: CredentialForm
    let headers: String
    let restriction: String
    let numbers: [String]
    let user: String
    let isEnabled: Bool
    let version: String

    init(_ form: FormData) {
        name = TypedText.name(form["name"] ?? "")
        target = TypedText.line(form["target"] ?? "")
        events = form.all("events")
        credential = CredentialForm(form, kind: form["authentication"] ?? "")
        headers = form["headers"] ?? ""
        restriction = form["restriction"] ?? ""
        numbers = form.all("numbers")
        user = form["user"] ?? ""
        isEnabled = form["enabled"] == "yes"
        version = form["row_version"] ?? ""
    }

    init(_ webhook: WebhookConfiguration, _ restrictable: Restrictable) {
        name = webhook.name
        target = webhook.url
        events =
            webhook.events.isAll
            ? [Self.allEvents] : webhook.events.modules.sorted().map { Self.modulePrefix + $0 } + webhook.events.types.sorted()
        credential = CredentialForm(webhook.authentication)
        headers = CustomHeaderLines.masked(webhook.headers)
        restriction = webhook.restriction.kind.rawValue
        numbers = webhook.restriction.kind == .trackingNumber ? webhook.restriction.values : []
        user = webhook.restriction.kind == .user ? restrictable.user(of: webhook.restriction) : ""
        isEnabled = webhook.isEnabled
        version = String(webhook.version)
    }

    private init(blank: Void) {
        name = ""
        target = ""
        events = []
        credential = CredentialForm(.none)
        headers = ""
        restriction = Restriction.Kind.none.rawValue
        numbers = []
        user = ""
        isEnabled = true
        version = ""
    }

    /// A webhook to be added.
    static let blank = EndpointForm(blank: ())

    /// What a person can change of a webhook.
    struct Change {
        let name: String
        let target: String
        let events: EventSubscription
        let authentication: WebhookConfiguration.Authentication
        let headers: [WebhookConfiguration.Header]
        let restriction: Restriction
        let isEnabled: Bool

        func apply(to webhook: inout WebhookConfiguration) {
            webhook.name = name
            webhook.url = target
            webhook.events = events
            webhook.authentication = authentication
            webhook.headers = headers
            webhook.restriction = restriction
            webhook.isEnabled = isEnabled
        }
    }

    /// Of the catalogue only: a box of another name is none of ours. Types of a module that is chosen whole are left out.
    func subscription(_ catalogue: EventCatalogue = .standard) -> EventSubscription {
        if events.contains(Self.allEvents) { return .all }
        let modules = catalogue.modules.map(\.slug).filter { events.contains(Self.modulePrefix + $0) }
        let types = events.compactMap { catalogue.type(named: $0) }.filter { !modules.contains($0.module.slug) }
        return EventSubscription(modules: Set(modules), types: Set(types.map(\.name)))
    }

    /// - Parameter stored: the webhook as it is, whose secrets blank controls keep; nil for a new one.
    func validated(
        stored: WebhookConfiguration?, _ restrictable: Restrictable, _ policy: AddressPolicy, _ t: Translation
    ) -> Validated<Change> {
        var errors = FieldErrors()
        if name.isEmpty || name.count > Self.maximumNameLength
            || name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        {
            errors.add("name", t("webhooks.name.needed", ["limit": "\(Self.maximumNameLength)"]))
        }
        let target = TargetField.checked(target, "target", policy, t, &errors)
        let secrets = stored.flatMap { stored in target.map { policy.isSameReceiver($0, stored.url) } ?? true ? stored : nil }
        if let stored, secrets == nil {
            if credential.keeps(stored.authentication) { errors.add("auth_secret", t("webhooks.secret.other_receiver")) }
            if headers.contains(CustomHeaderLines.mask) { errors.add("headers", t("webhooks.headers.other_receiver")) }
        }
        let events = subscription()
        if events == EventSubscription() { errors.add("events", t("webhooks.events.needed")) }
        let authentication = credential.validated(stored: secrets?.authentication ?? .none, t, &errors)
        let headers = CustomHeaderLines.parsed(headers, stored: secrets?.headers ?? [], beside: authentication ?? .none, t, &errors)
        let restriction = restricted(events, stored?.restriction ?? .none, restrictable, t, &errors)
        guard errors.isEmpty, let target, let authentication, let headers, let restriction else { return .invalid(errors) }
        return .valid(
            Change(
                name: name, target: target, events: events, authentication: authentication, headers: headers, restriction: restriction,
                isEnabled: isEnabled))
    }

    private func restricted(
        _ events: EventSubscription, _ stored: Restriction, _ restrictable: Restrictable, _ t: Translation, _ errors: inout FieldErrors
    ) -> Restriction? {
        guard let kind = Restriction.Kind(rawValue: restriction) else {
            errors.add("restriction", t("webhooks.restriction.unknown"))
            return nil
        }
        guard events.permits(kind) else {
            errors.add("restriction", t("webhooks.restriction.\(kind.rawValue).events"))
            return nil
        }
        switch kind {
        case .none:
            return Restriction.none
        case .trackingNumber:
            // A number that has left the account since stays until somebody takes it out.
            let known = Set(restrictable.numbers.map(\.e164)).union(stored.kind == .trackingNumber ? stored.values : [])
            let chosen = numbers.filter(known.contains)
            if chosen.isEmpty { errors.add("numbers", t("webhooks.restriction.numbers.needed")) }
            return .trackingNumbers(chosen)
        case .user:
            guard let restriction = restrictable.restriction(toUser: user) else {
                errors.add("user", t("webhooks.restriction.user.needed"))
                return nil
            }
            return restriction
        }
    }
}
