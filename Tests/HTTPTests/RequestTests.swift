// Bodies with limits, and cookies as browsers send them.

import HTTP
import HTTPTypes
import Testing

@Suite("Request")
struct RequestTests {
    @Test("A body that is announced too large is refused before a byte is read")
    func announced() {
        var reads = 0
        let body = RequestBody(length: 11) { _ in
            reads += 1
            return []
        }
        #expect(throws: BodyError.tooLarge(limit: 10)) { try body.bytes(limit: 10) }
        #expect(reads == 0)
    }

    @Test("A body of unknown length is read no further than one chunk past its limit")
    func unannounced() {
        var given = 0
        let body = RequestBody(length: nil) { count in
            given += count
            return Array(repeating: 1, count: count)
        }
        #expect(throws: BodyError.tooLarge(limit: 100_000)) { try body.bytes(limit: 100_000) }
        #expect(given <= 100_000 + (64 << 10))
    }

    @Test("A body of exactly the limit is read whole, and then gives nothing more")
    func exact() throws {
        let body = RequestBody(Array("0123456789".utf8))
        #expect(try body.bytes(limit: 10) == Array("0123456789".utf8))
        #expect(try body.read(upTo: 5).isEmpty)
    }

    @Test("Cookies are parsed, of a name sent twice the first counts")
    func cookies() {
        var request = Request(path: "/", fields: [.cookie: "a=1; b=x%20y;c=; =z; d; a=2; e=5%"])
        #expect(request.cookies == ["a": "1", "b": "x y", "c": "", "e": "5%"])
        request.fields[.cookie] = nil
        #expect(request.cookies.isEmpty)
    }

    @Test("Any text in a cookie comes back as it was, and cannot add an attribute")
    func cookieRoundTrip() {
        let value = "a; Domain=evil\r\nX: y, \"é\" 100%"
        let serialized = Cookie(name: "flash", value: value).serialized
        let pair = serialized.prefix { $0 != ";" }
        #expect(Cookie.parse(String(pair)) == ["flash": value])
        #expect(!serialized.contains("; Domain") && !serialized.contains("\r\n"))
    }

    @Test("A cookie's attributes are all spelled out")
    func attributes() {
        let cookie = Cookie(name: "__Host-session", value: "abc", maxAge: .seconds(43_200))
        #expect(cookie.serialized == "__Host-session=abc; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax")
    }

    @Test("A content type's boundary is read quoted and bare", arguments: ["x/y; boundary=ab", "X/Y;BOUNDARY=\"ab\" ; charset=utf-8"])
    func contentType(text: String) {
        let request = Request(path: "/", fields: [.contentType: text])
        #expect(request.contentType?.essence == "x/y")
        #expect(request.contentType?[parameter: "boundary"] == "ab")
    }

    @Test("A content type that cannot be read is none", arguments: ["", ";", "a/b; c=\"open"])
    func noContentType(text: String) {
        #expect(MediaType(parsing: text) == nil)
    }
}
