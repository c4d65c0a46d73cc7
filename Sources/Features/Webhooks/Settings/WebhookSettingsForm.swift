// The settings' form: the integration's switch, the main webhook's address and its login. Kept as typed until it is valid.

import Delivery
import HTTP
import HTTPClient
import Spelling
import Web

struct WebhookSettingsForm {
    /// Yes means a login and a password. A main webhook whose authentication was made in its own form keeps it.
    enum Authentication: String, CaseIterable {
        case no, yes, keep
    }

    let isEnabled: Bool
    let url: String
    let authentication: String
    let credential: CredentialForm
    let version: String

    init(_ form: FormData) {
        isEnabled = form["enabled"] == "yes"
        url = TypedText.line(form["url"] ?? "")
        authentication = form["authentication"] ?? ""
        let kind: WebhookConfiguration.Authentication.Kind = authentication == Authentication.yes.rawValue ? .basic : .none
        credential = CredentialForm(form, kind: kind.rawValue)
        version = form["row_version"] ?? ""
    }

    init(_ settings: WebhookSettings, main: WebhookConfiguration?) {
        isEnabled = settings.isEnabled
        url = main?.url ?? ""
        authentication = Authentication(main?.authentication ?? .none).rawValue
        credential = CredentialForm(main?.authentication ?? .none)
        version = Self.version(settings, main: main)
    }

    /// Two rows stand behind the form: a change of either makes it stale.
    static func version(_ settings: WebhookSettings, main: WebhookConfiguration?) -> String {
        "\(settings.version).\(main?.version ?? 0)"
    }

    struct Change {
        let isEnabled: Bool
        /// Nil when there is no main webhook, and none is wanted.
        let target: String?
        let authentication: WebhookConfiguration.Authentication
    }

    /// - Parameter main: the main webhook as it is stored: what a blank password keeps.
    func validated(main: WebhookConfiguration?, _ policy: AddressPolicy, _ t: Translation) -> Validated<Change> {
        var errors = FieldErrors()
        var target: String?
        if url.isEmpty {
            if main != nil { errors.add("url", t("webhooks.settings.url.needed")) }
        } else {
            target = TargetField.checked(url, "url", policy, t, &errors)
        }
        var stored = main?.authentication ?? .none
        if let main, let target, !policy.isSameReceiver(target, main.url) {
            // What is not typed in this form cannot be typed again here.
            if !main.headers.isEmpty || authentication == Authentication.keep.rawValue && stored != .none {
                errors.add("url", t("webhooks.settings.url.other_receiver"))
            }
            if credential.keeps(stored) { errors.add("auth_secret", t("webhooks.secret.other_receiver")) }
            if authentication == Authentication.yes.rawValue { stored = .none }
        }
        switch Authentication(rawValue: authentication) {
        case .no: stored = .none
        case .yes: stored = credential.validated(stored: stored, t, &errors) ?? .none
        case .keep: break
        case nil: errors.add("authentication", t("webhooks.authentication.unknown"))
        }
        guard errors.isEmpty else { return .invalid(errors) }
        return .valid(Change(isEnabled: isEnabled, target: target, authentication: stored))
    }
}

extension WebhookSettingsForm.Authentication {
    init(_ authentication: WebhookConfiguration.Authentication) {
        switch authentication {
        case .none: self = .no
        case .basic: self = .yes
        case .bearer, .apiKey: self = .keep
        }
    }
}
