// The sign-in form: what was typed, where it leads, and the form that waits behind it.

import HTTP
import Spelling
import Templating
import Web

struct SignInForm {
    let email: String
    let password: String
    /// Where to go then; `Response.redirect` lets nobody be led off the site.
    let to: String
    let kept: KeptForm?

    init(_ form: FormData) {
        // No address is longer (RFC 5321), and what is counted by it stays small: in bytes, as one character may have any number.
        let typed = TypedText.compact(form["email"] ?? "").lowercased()
        email = TypedText.prefix(typed, maximumBytes: 254)
        let password = form["password"] ?? ""
        // None that is longer can be right: it is not worth stretching.
        self.password = password.unicodeScalars.count > Passwords.lengths.upperBound ? " " : password
        to = form["to"] ?? ""
        kept = KeptForm(carriedBy: form)
    }

    init(interrupted form: KeptForm) {
        email = ""
        password = ""
        to = ""
        kept = form
    }

    var destination: String { to.isEmpty ? "/" : to }
}

/// Which of several accounts; a button for each.
struct SignInChoicePage: TemplateData {
    struct Account: TemplateData {
        let user: String
        let name: String

        static let fields = Fields<Account> {
            Text("user") { $0.user }
            Text("name") { $0.name }
        }
    }

    let choice: String
    let accounts: [Account]
    let to: String
    let kept: [HiddenField]
    let notes: [String]

    static let fields = Fields<SignInChoicePage> {
        Text("choice") { $0.choice }
        List("accounts") { $0.accounts }
        Text("to") { $0.to }
        List("kept") { $0.kept }
        List("notes") { $0.notes }
    }
}

struct SignInPage: TemplateData {
    let errors: ErrorSummary?
    let email: FieldView
    let password: FieldView
    let to: String
    let kept: [HiddenField]
    let notes: [String]

    init(_ form: SignInForm, _ t: Translation, _ errors: FieldErrors) {
        self.errors = errors.summary(t)
        email = FieldView(
            "email", t("sign_in.email"), kind: .email, value: form.email, errors: errors, autocomplete: "username", isRequired: true)
        password = FieldView(
            "password", t("sign_in.password"), kind: .password, errors: errors, autocomplete: "current-password", isRequired: true)
        to = form.to
        kept = form.kept?.carried ?? []
        notes = form.kept?.notes(t) ?? []
    }

    static let fields = Fields<SignInPage> {
        Section("errors") { $0.errors }
        Section("email") { $0.email }
        Section("password") { $0.password }
        Text("to") { $0.to }
        List("kept") { $0.kept }
        List("notes") { $0.notes }
    }
}
