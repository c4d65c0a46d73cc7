// A request as the handlers see it: free of FastCGI, so that a test makes one by hand and needs no socket.

package import HTTPTypes

/// One request. Not Sendable, as its body is not: it belongs to the worker that took it.
package struct Request {
    package var method: HTTPRequest.Method
    /// Still percent-encoded, without the query; always starts with `/`.
    package var path: String
    package var query: FormData
    package var fields: HTTPFields {
        didSet { cookies = Self.cookies(in: fields) }
    }
    /// The client's address as the web server saw it; never taken from a header.
    package var remoteAddress: String
    /// The web server's own, at which it took the request; empty when it did not say.
    package var serverAddress: String
    /// True when the browser spoke https to the web server.
    package var isSecure: Bool
    /// As the client named it, with its port if it gave one; not to be trusted for links that leave the page.
    package var host: String
    package var body: RequestBody
    /// Whether nobody waits for the answer any more, as far as that can be known: what takes long may then stop.
    package var isAbandoned: () -> Bool = { false }
    /// Of a name sent twice, the first.
    package private(set) var cookies: [String: String]

    package init(
        method: HTTPRequest.Method = .get, path: String, query: FormData = FormData(), fields: HTTPFields = [:],
        remoteAddress: String = "127.0.0.1", serverAddress: String = "", isSecure: Bool = false, host: String = "localhost",
        body: RequestBody = .empty
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.remoteAddress = remoteAddress
        self.serverAddress = serverAddress
        self.isSecure = isSecure
        self.host = host
        self.body = body
        cookies = Self.cookies(in: fields)
    }

    /// What the client says that the body is; nil when it says nothing that can be read.
    package var contentType: MediaType? {
        fields[.contentType].flatMap(MediaType.init(parsing:))
    }

    private static func cookies(in fields: HTTPFields) -> [String: String] {
        fields[values: .cookie].reduce(into: [:]) { cookies, header in
            cookies.merge(Cookie.parse(header)) { first, _ in first }
        }
    }
}
