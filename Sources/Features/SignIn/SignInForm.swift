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

    /// - Parameter query: of a link, which anybody may have made: it leads somewhere and brings nothing.
    init(linked query: FormData) {
        to = query["to"] ?? ""
        kept = nil
    }

    init(sentBy visit: Visit) {
        to = visit.form["to"] ?? ""
        kept = KeptForm(carriedBy: visit)
    }

    init(interrupted form: KeptForm) {
        to = ""
        kept = form
    }

    var destination: String { to.isEmpty ? "/" : to }

    func hidden(_ visit: Visit) throws -> [HiddenField] {
        let place = to.isEmpty ? nil : HiddenField(name: "to", value: to)
        return [place, try kept?.carried(by: visit)].compactMap { $0 }
    }
}
