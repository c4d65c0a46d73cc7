// A plain page for what went wrong, in the reader's language, that says what to do next.

import HTTP
import HTTPTypes
import Templating

struct ErrorPage: TemplateData {
    let text: String
    let requestID: String
    /// Of two ways on there is one.
    let back: String
    let above: String
}

struct ErrorPages: Sendable {
    private let template: PageTemplate<ErrorPage>
    /// With the tabs, for somebody signed in: the way on is beside the words.
    private let framed: PageTemplate<ErrorPage>

    init(_ site: Site) throws {
        template = try site.page("errors/show")
        framed = try site.page("errors/framed")
    }

    /// - Parameters:
    ///   - reason: further words of the locale for a status that has several causes.
    ///   - above: the way on, where there is a nearer one than the start.
    func response(_ status: HTTPResponse.Status, _ visit: Visit, reason: String? = nil, above: String = "/") -> WebResponse {
        let known = ["\(status.code).\(reason ?? "")", "\(status.code)"].first { visit.t.has("errors.\($0).title") } ?? "500"
        let page = ErrorPage(
            text: visit.t("errors.\(known).text"), requestID: status.code >= 500 ? visit.requestID : "",
            // Nothing of ours is at a wrong host; whoever is not signed in is led to the sign-in.
            back: status == .misdirectedRequest || above != "/" ? "" : "/", above: above == "/" ? "" : above)
        let head = PageHead(visit.t("errors.\(known).title"))
        do {
            return try visit.page(visit.session == nil ? template : framed, page, head, status: status)
        } catch {
            return .text("\(status.code) \(visit.requestID)", status: status)
        }
    }
}
