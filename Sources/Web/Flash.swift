// The one sentence that says what was done, on the page after a form: it travels in a cookie for a single page, as text.

import HTTP
package import Templating

package struct Flash: TemplateData {
    package enum Kind: String, Sendable {
        case good, warning, bad, info
    }

    static let cookieName = "flash"

    package let kind: Kind
    package let text: String

    init?(cookie: String?) {
        guard let cookie, let separator = cookie.firstIndex(of: "|"), let kind = Kind(rawValue: String(cookie[..<separator])) else {
            return nil
        }
        self.kind = kind
        // Only shown, and escaped; cut so that a forged cookie cannot fill the page.
        text = String(cookie[cookie.index(after: separator)...].prefix(500))
    }

    static func cookie(_ kind: Kind, _ text: String, isSecure: Bool) -> Cookie {
        Cookie(name: cookieName, value: "\(kind.rawValue)|\(text)", maxAge: .seconds(60), isSecure: isSecure)
    }

    static func expired(isSecure: Bool) -> Cookie {
        Cookie(name: cookieName, value: "", maxAge: .zero, isSecure: isSecure)
    }

    package static let fields = Fields<Flash> {
        Text("kind") { $0.kind.rawValue }
        Text("text") { $0.text }
    }
}
