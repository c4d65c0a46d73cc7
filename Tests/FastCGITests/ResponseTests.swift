// What goes out: whole, in order, with no header that a handler did not mean.

import FastCGI
import HTTP
import HTTPTypes
import Testing

@Suite("FastCGI: responses")
struct FastCGIResponseTests {
    @Test("A large response arrives whole, and so does a stream")
    func large() throws {
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 ^ $0 >> 7) }
        let running = try RunningServer { request in
            guard request.path == "/stream" else { return .html(bytes) }
            return Response(
                body: .stream { write in
                    for start in stride(from: 0, to: bytes.count, by: 70_000) { try write(bytes[start..<min(start + 70_000, bytes.count)]) }
                })
        }
        let whole = try FastCGIClient.exchange(running.path)
        #expect(whole.body == bytes && whole.head.contains("\r\nContent-Length: 5000000"))
        let streamed = try FastCGIClient.exchange(running.path, [("REQUEST_URI", "/stream")])
        #expect(streamed.body == bytes && !streamed.head.contains("Content-Length") && streamed.ends == 1)
    }

    @Test("A stream that breaks off is not ended as if it were whole, and the worker goes on")
    func brokenStream() throws {
        struct DiskGone: Error {}
        let running = try RunningServer(workers: 1) { request in
            guard request.path == "/broken" else { return .text("fine") }
            return Response(
                body: .stream { write in
                    try write(Array(repeating: 1, count: 20_000)[...])
                    throw DiskGone()
                })
        }
        let reply = try FastCGIClient.exchange(running.path, [("REQUEST_URI", "/broken")])
        #expect(reply.ends == 0)
        #expect(try FastCGIClient.exchange(running.path).text == "fine")
    }

    @Test("HEAD has the header of GET and no body; 204 and 304 have neither body nor length")
    func withoutBody() throws {
        let running = try RunningServer { request in
            switch request.path {
            case "/204": .text("x", status: .noContent)
            case "/304": .text("x", status: .notModified)
            default: .text("hello")
            }
        }
        let head = try FastCGIClient.exchange(running.path, [("REQUEST_METHOD", "HEAD")])
        #expect(
            head.head == (try FastCGIClient.exchange(running.path).head) && head.head.contains("Content-Length: 5") && head.body.isEmpty)
        for path in ["/204", "/304"] {
            let reply = try FastCGIClient.exchange(running.path, [("REQUEST_URI", path)])
            #expect(reply.body.isEmpty && !reply.head.contains("Content-Length") && reply.ends == 1)
        }
    }

    @Test("No header value begins another line, and the status cannot be set by a field")
    func injection() throws {
        let running = try RunningServer { _ in
            var response = Response.text("hello")
            response.fields[.location] = "/a\r\nSet-Cookie: x=1\n\n<script>\0"
            response.fields[.contentLength] = "3"
            if let name = HTTPField.Name("Status") { response.fields[name] = "500 Evil" }
            return response
        }
        let reply = try FastCGIClient.exchange(running.path)
        let names = reply.head.split(separator: "\r\n").map { $0.prefix { $0 != ":" } }
        #expect(names.map { $0.lowercased() } == ["status", "content-type", "location", "content-length"])
        #expect(!reply.head.utf8.contains(0) && reply.head.hasPrefix("Status: 200 ") && reply.text == "hello")
    }

    @Test("Two cookies are two lines")
    func cookies() throws {
        let running = try RunningServer { _ in
            var response = Response.redirect(to: "/")
            response.setCookie(Cookie(name: "a", value: "1"))
            response.setCookie(Cookie(name: "b", value: "2"))
            return response
        }
        let lines = try FastCGIClient.exchange(running.path).head.split(separator: "\r\n")
        #expect(lines.first == "Status: 303 See Other")
        #expect(lines.filter { $0.lowercased().hasPrefix("set-cookie: ") }.count == 2)
    }

    @Test("A status of 1xx is never sent", arguments: [100, 101, 103, 700])
    func informational(code: Int) throws {
        let running = try RunningServer { _ in Response(status: HTTPResponse.Status(code: code)) }
        #expect(try FastCGIClient.exchange(running.path).head.hasPrefix("Status: 500 "))
    }
}
