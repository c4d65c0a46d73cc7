// The one sentence that says what was done, on the page after a form: it travels in a cookie for a single page, as text.

import HTTP
import Spelling
package import Templating

package struct Flash: TemplateData {
    package enum Kind: String, Sendable {
        case good, warning, bad, info
    }

    /// What the sentence speaks of, on a page of ours.
    package struct Link: Sendable, Equatable {
        package let label: String
        package let href: String

        package init(_ label: String, to href: String) {
            self.label = label
            self.href = href
        }

        /// Of a cookie, which anybody could have forged: it leads nowhere but here.
        fileprivate init?(label: Substring, href: Substring) {
            guard !label.isEmpty, Response.isLocal(String(href))
            else { return nil }
            self.label = String(label.prefix(maximumScalars: 200))
            self.href = String(href)
        }
    }

    static let cookieName = "flash"

    package let kind: Kind
    package let text: String
    package let link: Link?

    package init(_ kind: Kind, _ text: String, link: Link? = nil) {
        (self.kind, self.text, self.link) = (kind, text, link)
    }

    init?(cookie: String?) {
        guard let cookie, let (word, rest) = cookie.cut(at: "|"), let kind = Kind(rawValue: String(word)) else {
            return nil
        }
        self.kind = kind
        let lines = rest.parts(between: "\n")
        // Only shown, and escaped; cut so that a forged cookie cannot fill the page.
        text = String(lines[0].prefix(maximumScalars: 500))
        link = lines.count == 3 ? Link(label: lines[1], href: lines[2]) : nil
    }

    static func cookie(_ kind: Kind, _ text: String, _ link: Link? = nil, isSecure: Bool) -> Cookie {
        let lines = [text] + (link.map { [$0.label, $0.href] } ?? [])
        let value = lines.map { $0.replacing("\n", by: " ") }.joined(separator: "\n")
        return Cookie(name: cookieName, value: "\(kind.rawValue)|\(value)", maxAge: .seconds(60), isSecure: isSecure)
    }

    static func expired(isSecure: Bool) -> Cookie {
        Cookie(name: cookieName, value: "", maxAge: .zero, isSecure: isSecure)
    }

    package static let fields = Fields<Flash> {
        Text("kind") { $0.kind.rawValue }
        Text("link_label") { $0.link?.label ?? "" }
        Text("link_href") { $0.link?.href ?? "" }
    }
}
