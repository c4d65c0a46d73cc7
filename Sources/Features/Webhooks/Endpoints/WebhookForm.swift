// A webhook's form.

import Database
import Delivery
import HTTP
import HTTPClient
import Spelling
import Telephony
import Web

/// What the form needs to know besides the webhook.
struct WebhookContext: ReceiverContext {
    let policy: AddressPolicy
    let restrictable: Restrictable
    let usage: LimitUsage
}

extension WebhookConfiguration: Receiver {
    var address: String { url }

    static let form = Form<WebhookConfiguration, WebhookContext>("webhooks.edit") { groups(isNew: false) }
    static let newForm = Form<WebhookConfiguration, WebhookContext>("webhooks.new") { groups(isNew: true) }

    @FormBuilder<WebhookConfiguration, WebhookContext>
    private static func groups(isNew: Bool) -> [any FormField<WebhookConfiguration, WebhookContext>] {
        Group("destination", under: "webhooks") {
            Line("name", \.name, .name)
            Line.target("target", \.url)
            // Later, switching off asks what is to become of the events meanwhile: a page of its own.
            if isNew { Switch("enabled", \.isEnabled) }
        }
        Group("choice", under: "webhooks") {
            EventPicker("events")
            OneOf("restriction") {
                Case("none", \.restriction, is: .none)
                Case("tracking_number", \.restriction.numbers, from: []) {
                    Several("numbers", \.self, of: .of(numbers), atLeast: 1)
                }
                Case("user", \.restriction.user, from: "") {
                    Choice("user", \.self, of: .of(users)).hint(userHint)
                }
            }
            Check("restriction") { new, _, _, _ in
                new.events.permits(new.restriction.kind) ? nil : "webhooks.restriction.\(new.restriction.kind.rawValue).events"
            }
        }
        Group("authenticity", under: "webhooks") {
            authenticationFields(WebhookContext.self)
            HeaderLines("headers")
        }
    }

    @Sendable private static func numbers(_ context: WebhookContext, _ t: Translation) -> [(item: String, label: String, hint: String)] {
        context.restrictable.numbers.map { number in
            let grouped = PhoneNumbers.grouped(number.e164)
            return number.isLost ? (number.e164, grouped, t("webhooks.numbers.lost")) : (number.e164, number.name, grouped)
        }
    }

    @Sendable private static func users(_ context: WebhookContext) -> [(item: String, label: String)] {
        context.restrictable.users.map { ($0.id.description, "\(TextDirection.isolated($0.name)) (\($0.email))") }
    }

    @Sendable private static func userHint(_ at: Situation<WebhookContext>, _: FormData) -> String {
        at.context.restrictable.hasMoreUsers
            ? at.t("webhooks.user.more", ["limit": Numbers(language: at.t.language).text(Restrictable.maximumUsers)]) : ""
    }
}

// The cases as optional parts, as a form has them.

extension Restriction {
    fileprivate var numbers: [String]? {
        get { if case .trackingNumbers(let numbers) = self { numbers } else { nil } }
        set { if let newValue { self = .trackingNumbers(newValue) } }
    }

    /// The id as text. Another user's email address is looked up when the webhook is saved.
    fileprivate var user: String? {
        get { if case .users(let values) = self { values.first ?? "" } else { nil } }
        set { if let newValue, newValue != user { self = .users([newValue]) } }
    }
}
