// What the pages of signing in show.

import Templating
import Web

/// A form on a page of its own, without the frame; what is kept of another form is said above it.
struct AlonePage: TemplateData {
    let form: FormView
    let notes: [String]

    static let fields = Fields<AlonePage> {
        Section("form") { $0.form }
        List("notes") { $0.notes }
    }
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
    let hidden: [HiddenField]
    let notes: [String]

    static let fields = Fields<SignInChoicePage> {
        Text("choice") { $0.choice }
        List("accounts") { $0.accounts }
        List("hidden") { $0.hidden }
        List("notes") { $0.notes }
    }
}
