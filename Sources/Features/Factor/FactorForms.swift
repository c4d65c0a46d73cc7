// The forms of a second factor. All speak of the same three things; each asks for those that it needs.

import Web

struct FactorEntry {
    /// Of the app that is set up.
    var code = ""
    /// Of what is on already.
    var present = ""
    var password = ""

    static let setUp = Form<FactorEntry, Void>("factor") {
        newCode()
        presentPassword()
    }

    static let replacement = Form<FactorEntry, Void>("factor") {
        presentCode()
        newCode()
        presentPassword()
    }

    static let ending = Form<FactorEntry, Void>("factor") {
        presentCode()
        presentPassword()
    }

    static let renewal = Form<FactorEntry, Void>("factor") {
        presentCode()
    }

    private static func newCode() -> Line<FactorEntry, Void> {
        Line(
            "code", \.code, upTo: 40, width: .medium, autocomplete: "one-time-code", inputMode: "numeric",
            parsing: { code, _ in TOTP.typed(code).map { .success($0) } ?? .failure(.init("factor.code.six_digits")) })
    }

    /// A recovery code has letters, so no keyboard of digits.
    private static func presentCode() -> Line<FactorEntry, Void> {
        Line("present_code", \.present, upTo: 100, autocomplete: "one-time-code")
    }

    private static func presentPassword() -> Secret<FactorEntry, Void> {
        Secret("current_password", \.password, autocomplete: "current-password") { password, _ in
            password.unicodeScalars.count > Passwords.lengths.upperBound ? "password.current_password.wrong" : nil
        }
    }
}

/// At the sign-in, after the password.
struct SignInCode {
    var code = ""

    static let form = Form<SignInCode, Void>("sign_in_code") {
        Line("code", \.code, upTo: 100, autocomplete: "one-time-code")
    }
}
