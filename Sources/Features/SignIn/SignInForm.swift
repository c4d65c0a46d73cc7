// The sign-in form, where it leads, and the form that waits behind it.

import HTTP
import Spelling
import Web

struct SignInEntry {
    var email = ""
    var password = ""

    static let form = Form<SignInEntry, Void>("sign_in") {
        // No address is longer (RFC 5321).
        Line("email", \.email, .email, upTo: 254, autocomplete: "username")
        // None that is longer can be right: it is not worth stretching.
        Secret("password", \.password, autocomplete: "current-password") { password, _ in
            password.unicodeScalars.count > Passwords.lengths.upperBound ? "sign_in.wrong" : nil
        }
    }
}

/// What a sign-in carries along.
struct SignInWay {
    /// Where to go then; `Response.redirect` lets nobody be led off the site.
    let to: String
    let kept: KeptForm?

    init(_ form: FormData) {
        to = form["to"] ?? ""
        kept = KeptForm(carriedBy: form)
    }

    init(interrupted form: KeptForm) {
        to = ""
        kept = form
    }

    var destination: String { to.isEmpty ? "/" : to }

    var hidden: [HiddenField] { (to.isEmpty ? [] : [HiddenField(name: "to", value: to)]) + (kept?.carried ?? []) }
}
