// What goes back to browsers and API clients.

import HTTP
import HTTPTypes
import JSON
import Testing

@Suite("Response")
struct ResponseTests {
    @Test("A redirect follows a local path and nothing else")
    func redirect() {
        #expect(Response.redirect(to: "/settings?tab=1#top").fields[.location] == "/settings?tab=1#top")
        #expect(Response.redirect(to: "/").status == .seeOther)
        for path in ["//evil.example", "/\\evil.example", "https://evil.example", "", "settings", "/\t/evil", "/a\r\nSet-Cookie: x", "/é"] {
            #expect(Response.redirect(to: path).fields[.location] == "/", "\(path)")
        }
    }

    @Test("Cookies of two names are two fields, of one name one")
    func cookies() {
        var response = Response.empty()
        response.setCookie(Cookie(name: "a", value: "1"))
        response.setCookie(Cookie(name: "b", value: "2"))
        response.setCookie(Cookie(name: "a", value: "3"))
        #expect(response.fields[values: .setCookie].map { $0.prefix(3) } == ["b=2", "a=3"])
    }

    @Test("A problem is RFC 9457, and an extension cannot change its own members")
    func problem() throws {
        let problem = Problem(
            status: .unprocessableContent, type: "unknown-event-type", title: "Unknown event type", detail: "Did you mean “x”?",
            extensions: ["status": .number("200"), "nearest": .array([.string("x")])])
        let response = Response.problem(problem)
        #expect(response.status == .unprocessableContent)
        #expect(response.fields[.contentType] == "application/problem+json")
        guard case .bytes(let bytes) = response.body else {
            Issue.record("A problem is not a stream.")
            return
        }
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"type":"urn:hookswitch:problem:unknown-event-type","title":"Unknown event type","status":422,\
                "detail":"Did you mean “x”?","nearest":["x"]}
                """)
    }

    @Test("A line end in a header value does not survive")
    func injection() {
        let response = Response(fields: [.location: "/a\r\nSet-Cookie: x=1\0"])
        let value = response.fields[.location] ?? ""
        #expect(!value.contains { $0.isNewline || $0 == "\0" })
    }
}
