// What a handler gives back: a value, so that tests look into it and nothing is written before the handler is done.

package import HTTPTypes
package import JSON
import Spelling

package struct Response: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// For what is too large to hold, such as an export: called once, on the worker's thread, with a function that
        /// writes the next bytes and throws when the client is gone. The status is sent before it: it cannot become an error page.
        case stream(@Sendable (_ write: (ArraySlice<UInt8>) throws -> Void) throws -> Void)
    }

    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: Body

    package init(status: HTTPResponse.Status = .ok, fields: HTTPFields = [:], body: Body = .bytes([])) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    private init(_ status: HTTPResponse.Status, _ contentType: String, _ bytes: [UInt8]) {
        self.init(status: status, fields: [.contentType: contentType], body: .bytes(bytes))
    }

    package static func html(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status, "text/html; charset=utf-8", bytes)
    }

    package static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(status, "application/json", value.serialized())
    }

    package static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status, "text/plain; charset=utf-8", Array(text.utf8))
    }

    package static func problem(_ problem: Problem) -> Response {
        var response = Response(problem.status, "application/problem+json", problem.json.serialized())
        if let seconds = problem.retryAfter { response.fields[.retryAfter] = String(seconds) }
        return response
    }

    package static func empty(_ status: HTTPResponse.Status = .noContent) -> Response {
        Response(status: status)
    }

    /// 303 to a path of this site. Anything else, such as `//elsewhere` or `https://elsewhere`, leads to `/`:
    /// an address that came with a request must never send people away.
    package static func redirect(to path: String) -> Response {
        Response(status: .seeOther, fields: [.location: isLocal(path) ? path : "/"])
    }

    /// Adds one `Set-Cookie`; earlier ones of other names stay, one of the same name goes.
    package mutating func setCookie(_ cookie: Cookie) {
        let others = fields[values: .setCookie].filter { !$0.begins(with: cookie.name + "=") }
        fields[values: .setCookie] = others + [cookie.serialized]
    }

    package func sets(cookie name: String) -> Bool { fields[values: .setCookie].contains { $0.begins(with: name + "=") } }

    /// Browsers read `\` as `/` and drop tabs and line ends, so `/\elsewhere` and `/⇥/elsewhere` are addresses of other sites.
    package static func isLocal(_ path: String) -> Bool {
        let bytes = Array(path.utf8)
        guard bytes.first == UInt8(ascii: "/"), !bytes.dropFirst().starts(with: "/".utf8) else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
    }
}
