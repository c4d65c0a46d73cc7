// The form of a change of password: nothing of it is ever shown again, so that what was wrong is said beside empty fields.

import Templating
import Web

struct PasswordEntry {
    var current = ""
    var new = ""
    var again = ""

    /// The context is the person's email address.
    static let form = Form<PasswordEntry, String>("password") {
        Secret("current_password", \.current, autocomplete: "current-password") { password, _ in
            password.unicodeScalars.count > Passwords.lengths.upperBound ? "wrong" : nil
        }
        Secret("new_password", \.new) { new, entry in new == entry.current ? "same" : nil }
        Check("new_password") { entry, _, email, _ in Passwords.problem(with: entry.new, email: email) }
        Secret("new_password_again", \.again) { again, entry in entry.new.isEmpty || again == entry.new ? nil : "differs" }
    }
}

struct PasswordPage: TemplateData {
    let form: FormView
    let notes: [String]
    let isForced: Bool
}
