// The form of a change of password: nothing of it is ever shown again, so that what was wrong is said beside empty fields.

import HTTP
import Templating
import Web

struct PasswordForm {
    let current: String
    let new: String
    let again: String
    let kept: KeptForm?

    init(_ form: FormData) {
        current = form["current_password"] ?? ""
        new = form["new_password"] ?? ""
        again = form["new_password_again"] ?? ""
        kept = KeptForm(carriedBy: form)
    }

    func errors(email: String, _ t: Translation) -> FieldErrors {
        var errors = FieldErrors()
        if current.isEmpty { errors.add("current_password", t("password.current.needed")) }
        if current.unicodeScalars.count > Passwords.lengths.upperBound { errors.add("current_password", t("password.current.wrong")) }
        if let key = Passwords.problem(with: new, email: email) { errors.add("new_password", t(key)) }
        if new == current { errors.add("new_password", t("password.same")) }
        if again != new { errors.add("new_password_again", t("password.again.differs")) }
        return errors
    }
}

struct PasswordPage: TemplateData {
    let errors: ErrorSummary?
    let email: String
    let current: FieldView
    let new: FieldView
    let again: FieldView
    let kept: [HiddenField]
    let notes: [String]
    let isForced: Bool

    init(_ kept: KeptForm?, email: String, isForced: Bool, _ t: Translation, _ errors: FieldErrors) {
        self.errors = errors.summary(t)
        self.email = email
        current = FieldView(
            "current_password", t("password.current"), kind: .password, errors: errors, autocomplete: "current-password", isRequired: true)
        new = FieldView(
            "new_password", t("password.new"), hint: t("password.new.hint"), kind: .password, errors: errors, autocomplete: "new-password",
            isRequired: true)
        again = FieldView(
            "new_password_again", t("password.again"), kind: .password, errors: errors, autocomplete: "new-password", isRequired: true)
        self.kept = kept?.carried ?? []
        notes = kept?.notes(t) ?? []
        self.isForced = isForced
    }

    static let fields = Fields<PasswordPage> {
        Section("errors") { $0.errors }
        Text("email") { $0.email }
        Section("current") { $0.current }
        Section("new") { $0.new }
        Section("again") { $0.again }
        List("kept") { $0.kept }
        List("notes") { $0.notes }
        Flag("is_forced") { $0.isForced }
    }
}
