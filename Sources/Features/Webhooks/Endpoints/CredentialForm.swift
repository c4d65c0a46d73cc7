// How a webhook shows who it is, as typed: one secret for a password, a token or a key, written and never read back.

import Delivery
import HTTP
import Spelling
import Web

struct CredentialForm {
    typealias Authentication = WebhookConfiguration.Authentication

    private static let maximumLoginLength = 200

    let kind: String
    let login: String
    let header: String
    private let secret: String
    private let clears: Bool

    init(_ form: FormData, kind: String) {
        self.kind = kind
        login = TypedText.line(form["auth_login"] ?? "")
        header = TypedText.line(form["auth_header"] ?? "")
        secret = form["auth_secret"] ?? ""
        clears = form["auth_secret_clear"] == "yes"
    }

    init(_ authentication: Authentication) {
        kind = authentication.kind.rawValue
        secret = ""
        clears = false
        switch authentication {
        case .basic(let login, _): (self.login, header) = (login, "")
        case .apiKey(let header, _): (login, self.header) = ("", header)
        case .none, .bearer: (login, header) = ("", "")
        }
    }

    var hasTypedSecret: Bool { !secret.isEmpty }

    /// A blank secret is to stay what it is.
    func keeps(_ stored: Authentication) -> Bool { secret.isEmpty && !clears && stored != .none && stored.kind.rawValue == kind }

    /// - Parameter stored: what a blank secret keeps, if it is of the same kind.
    func validated(stored: Authentication, _ t: Translation, _ errors: inout FieldErrors) -> Authentication? {
        guard let kind = Authentication.Kind(rawValue: kind) else {
            errors.add("authentication", t("webhooks.authentication.unknown"))
            return nil
        }
        switch kind {
        case .none:
            return Authentication.none
        case .basic:
            // RFC 7617: the login ends at the first colon.
            if login.isEmpty || login.contains(":") || login.utf8.count > Self.maximumLoginLength || !isPrintable(login) {
                errors.add("auth_login", t("webhooks.login.needed"))
            }
            // An empty password is a password: some receivers take a key as the login alone.
            return secretValue(kept: stored.kind == .basic ? stored.secret : nil, mayBeEmpty: true, t, &errors)
                .map { .basic(login: login, password: $0) }
        case .bearer:
            return secretValue(kept: stored.kind == .bearer ? stored.secret : nil, mayBeEmpty: false, t, &errors).map { .bearer(token: $0) }
        case .apiKey:
            if let problem = WebhookConfiguration.Header.problem(ofName: header) {
                errors.add("auth_header", t("webhooks.header_name.\(problem.word)", ["name": header]))
            }
            return secretValue(kept: stored.kind == .apiKey ? stored.secret : nil, mayBeEmpty: false, t, &errors)
                .map { .apiKey(header: header, key: $0) }
        }
    }

    func loginField(_ t: Translation, _ errors: FieldErrors) -> FieldView {
        FieldView("auth_login", t("webhooks.login"), hint: t("webhooks.login.hint"), value: login, errors: errors, width: .medium)
    }

    func headerField(_ t: Translation, _ errors: FieldErrors) -> FieldView {
        FieldView(
            "auth_header", t("webhooks.header_name"), hint: t("webhooks.header_name.hint"), value: header, errors: errors, width: .medium)
    }

    /// - Parameter isShownAgain: the page comes back with what was typed, which a secret never does.
    func secretField(_ t: Translation, _ label: String, hint: String = "", isSet: Bool, isShownAgain: Bool, _ errors: FieldErrors)
        -> SecretView
    {
        SecretView(
            "auth_secret", label, hint: isShownAgain && hasTypedSecret ? t("webhooks.secret.again") : hint, isSet: isSet, errors: errors)
    }

    private func secretValue(kept: String?, mayBeEmpty: Bool, _ t: Translation, _ errors: inout FieldErrors) -> String? {
        if secret.isEmpty {
            if clears, mayBeEmpty { return "" }
            if let kept, !clears { return kept }
            errors.add("auth_secret", t("webhooks.secret.needed"))
            return nil
        }
        guard WebhookConfiguration.Header.problem(ofValue: secret) == nil else {
            errors.add("auth_secret", t("webhooks.secret.malformed", ["limit": "\(WebhookConfiguration.Header.maximumValueLength)"]))
            return nil
        }
        return secret
    }

    private func isPrintable(_ text: String) -> Bool {
        WebhookConfiguration.Header.problem(ofValue: text) == nil
    }
}

extension WebhookConfiguration.Authentication {
    fileprivate var secret: String? {
        switch self {
        case .none: nil
        case .basic(_, let password): password
        case .bearer(let token): token
        case .apiKey(_, let key): key
        }
    }
}

extension WebhookConfiguration.Header.Problem {
    /// As the locales' keys end.
    var word: String {
        switch self {
        case .nameEmpty: "empty"
        case .nameMalformed: "malformed"
        case .nameReserved: "reserved"
        case .valueMalformed: "value"
        case .tooLong: "too_long"
        }
    }
}
