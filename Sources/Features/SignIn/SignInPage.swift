// What the pages of signing in show.

import Templating
import Web

/// A form on a page of its own, without the frame; what is kept of another form is said above it.
struct AlonePage: TemplateData {
    let form: FormView
    let notes: [String]
}

/// Which of several accounts; a button for each.
struct SignInChoicePage: TemplateData {
    struct Account: TemplateData {
        let user: String
        let name: String
    }

    let choice: String
    let accounts: [Account]
    let hidden: [HiddenField]
    let notes: [String]
}
