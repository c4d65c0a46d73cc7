// The way up from a page to the list that it was opened from leads to the list as it was left, with its filters and at its page. The
// browser says where somebody comes from, and a cookie that it sends to that page and those below it alone remembers it there: no list has
// anything to hand on that it could forget, and two tabs do not get in each other's way.

import HTTP
import HTTPTypes
import Spelling

struct WayUp {
    let steps: [Frame.Step]
    /// Nil: the browser has what there is to remember.
    let cookie: Cookie?

    private static let cookieName = "list"
    /// As long as somebody is about one thing; a browser has room for some two hundred cookies.
    private static let kept = Duration.seconds(3600)
    private static let maximumQuery = 1000

    /// - Parameter up: the list first, where the page is below one.
    init(_ up: [(label: String, href: String)], of visit: Visit) {
        var steps = up.map { Frame.Step(label: $0.label, href: $0.href) }
        guard let list = up.first, !list.href.has("?") else {
            (self.steps, cookie) = (steps, nil)
            return
        }
        let request = visit.request
        let remembered = request.cookies[Self.cookieName].flatMap { Self.query(of: $0, to: list.href) } ?? ""
        var query = remembered
        if let origin = Self.origin(of: request, at: visit.site.address) {
            if let left = Self.query(of: origin, to: list.href) {
                query = left
            } else if !origin.begins(with: list.href + "/") {
                // From elsewhere: the list has not been left.
                query = ""
            }
        }
        if !query.isEmpty { steps[0] = Frame.Step(label: list.label, href: "\(list.href)?\(query)") }
        self.steps = steps
        guard request.method == .get, !query.isIdentical(to: remembered) else {
            cookie = nil
            return
        }
        cookie = Cookie(
            name: Self.cookieName, value: query.isEmpty ? "" : "\(list.href)?\(query)", maxAge: query.isEmpty ? Duration.zero : Self.kept,
            path: request.path, isSecure: request.isSecure)
    }

    /// Written anew, as it may come from anybody; empty without one that can be read, and nil when the address is that of another page.
    private static func query(of address: String, to path: String) -> String? {
        let (page, query) = address.cut(at: "?") ?? (before: Substring(address), after: "")
        guard page.isIdentical(to: path) else { return nil }
        guard query.utf8.count <= maximumQuery, let fields = try? FormData(urlEncoded: query.utf8) else { return "" }
        return fields.encoded()
    }

    /// The page of ours that the browser says it comes from, without what stands before its path.
    private static func origin(of request: Request, at address: SiteAddress) -> String? {
        guard let text = request.fields[.referer], let (scheme, rest) = text.cut(at: "://"), let (host, place) = rest.cut(at: "/"),
            address.isOrigin("\(scheme)://\(host)", of: request)
        else { return nil }
        return "/\(place)"
    }
}
