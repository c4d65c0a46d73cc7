// From CGI's variables to a request, and what is refused before a handler sees it.

import FastCGI
import HTTP
import HTTPTypes
import Testing

@Suite("FastCGI: requests")
struct FastCGIRequestTests {
    private static func describe(_ request: Request) -> Response {
        let fields = request.fields.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "|")
        let body = (try? request.body.bytes(limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? "failed"
        return .text(
            """
            \(request.method) \(request.path) \(request.query.encoded()) \(request.host) \(request.isSecure) \(request.remoteAddress)
            \(fields)
            \(request.cookies["a"] ?? "-")
            \(body)
            """)
    }

    @Test("Every part of a request arrives")
    func parts() throws {
        let running = try RunningServer(handler: Self.describe)
        let reply = try FastCGIClient.exchange(
            running.path,
            [
                ("REQUEST_METHOD", "POST"), ("REQUEST_URI", "/a%2Fb/c?x=1&y=%20z"), ("HTTP_HOST", "example.org:8080"), ("HTTPS", "on"),
                ("REMOTE_ADDR", "203.0.113.9"), ("CONTENT_TYPE", "text/plain"), ("HTTP_COOKIE", "a=1; b=2"),
                ("HTTP_X_LONG", String(repeating: "v", count: 300)),
            ], body: Array("hello".utf8))
        #expect(
            reply.text == """
                POST /a%2Fb/c x=1&y=%20z example.org:8080 true 203.0.113.9
                content-length=5|content-type=text/plain|cookie=a=1; b=2|x-long=\(String(repeating: "v", count: 300))
                1
                hello
                """)
        #expect(reply.ends == 1)
    }

    @Test("Names sent twice, odd names, and those by which a client could pose as nginx do not count")
    func oddNames() throws {
        let running = try RunningServer(handler: Self.describe)
        let reply = try FastCGIClient.exchange(
            running.path,
            [
                ("REMOTE_ADDR", "203.0.113.9"), ("REMOTE_ADDR", "127.0.0.1"), ("HTTP_HOST", "a"), ("HTTP_HOST", "b"),
                ("HTTP_PROXY", "evil"),
                ("HTTP_CONTENT_LENGTH", "99"), ("HTTP_x", "1"), ("HTTP_X-Y", "1"), ("", "1"), ("HTTP_", "1"), ("HTTP_OK", "1\r\nHost: x"),
                ("HTTPS", ""),
            ])
        #expect(reply.text.hasPrefix("GET /  a false 203.0.113.9\nok=1  Host: x\n-\n"), "\(reply.text)")
    }

    @Test(
        "What is no request is refused with 400 and reaches no handler",
        arguments: [
            ("REQUEST_METHOD", "G ET"), ("REQUEST_METHOD", ""), ("REQUEST_URI", ""), ("REQUEST_URI", "*"), ("REQUEST_URI", "http://x/"),
            ("REQUEST_URI", "/?a=%FF"), ("CONTENT_LENGTH", "-1"), ("CONTENT_LENGTH", "1x"), ("CONTENT_LENGTH", "99999999999999999999"),
        ])
    func refused(parameter: (String, String)) throws {
        let running = try RunningServer(handler: Self.describe)
        let reply = try FastCGIClient.exchange(running.path, [parameter])
        #expect(reply.head.hasPrefix("Status: 400 "))
        #expect(running.callCount == 0)
    }

    @Test("Headers that are no UTF-8 stay as different as they were sent, and an address that is none is refused")
    func otherBytes() throws {
        let running = try RunningServer(handler: Self.describe)
        let texts = try [[0xFF], [0xFE], [0x6B, 0xE9], [0x6B, 0xC3, 0xA9], [0xED, 0xA0, 0x80]].map { (bytes: [UInt8]) in
            try FastCGIClient.exchange(running.path, bytes: [("HTTP_IDEMPOTENCY_KEY", bytes)]).text
        }
        #expect(texts[0].contains("idempotency-key=ÿ\n") && texts[1].contains("idempotency-key=þ\n"))
        #expect(texts[2].contains("idempotency-key=ké\n") && texts[2] == texts[3])
        #expect(texts.allSatisfy { !$0.contains("\u{FFFD}") })
        for path in [Array("/\u{E9}".utf8).dropLast(), "/?q=".utf8 + [0xFF]] {
            #expect(try FastCGIClient.exchange(running.path, bytes: [("REQUEST_URI", Array(path))]).head.hasPrefix("Status: 400 "))
        }
        #expect(running.callCount == 5)
    }

    @Test("A body that the application left unread is never parsed as a request", arguments: [false, true])
    func forged(keepConnection: Bool) throws {
        let running = try RunningServer { _ in .text("done") }
        let forged = FastCGIClient.request([("REQUEST_URI", "/forged")])
        let client = try FastCGIClient(running.path)
        let body = Array(repeating: forged, count: 8000).flatMap { $0 }
        let wasTaken = client.send(FastCGIClient.request([("REQUEST_METHOD", "POST")], body: body, keepConnection: keepConnection))
        #expect(wasTaken)
        let reply = client.reply()
        #expect(reply.text == "done")
        #expect(reply.ends == 1 && reply.isClosed)
        #expect(running.callCount == 1)
    }

    @Test("A body beyond the hard limit is neither read on nor parsed as a request, and is answered")
    func beyondLimit() throws {
        let running = try RunningServer(workers: 1, maximumBody: 100_000) { request in
            do {
                while try !request.body.read(upTo: 10_000).isEmpty {}
                return .text("read it all")
            } catch BodyError.tooLarge(let limit) {
                return .text("too large: \(limit)", status: .contentTooLarge)
            } catch {
                return .text("\(error)")
            }
        }
        let forged = FastCGIClient.request([("REQUEST_URI", "/forged")])
        let client = try FastCGIClient(running.path)
        let body = [UInt8](repeating: 1, count: 100_000) + forged + [UInt8](repeating: 1, count: 100_000)
        client.send(FastCGIClient.request([("REQUEST_METHOD", "POST")], body: body, keepConnection: true))
        client.endSending()
        let reply = client.reply()
        #expect(reply.text == "too large: 100000" && reply.ends == 1)
        #expect(running.callCount == 1)
        #expect(try FastCGIClient.exchange(running.path).head.hasPrefix("Status: 200"))
    }

    @Test("A body that is cut short is an error, not a shorter body")
    func truncated() throws {
        let running = try RunningServer(workers: 1) { request in
            do {
                return .text("\(try request.body.bytes(limit: 1 << 20).count) bytes")
            } catch BodyError.truncated {
                return .text("cut short", status: .badRequest)
            } catch {
                return .text("\(error)")
            }
        }
        let head = FastCGIClient.head([("REQUEST_METHOD", "POST")], length: 1000)
        let closed = try FastCGIClient(running.path)
        closed.send(head + FastCGIClient.record(5, [1, 2, 3]))
        closed.endSending()
        #expect(closed.reply().text == "cut short")
        #expect(try FastCGIClient.exchange(running.path, [("CONTENT_LENGTH", "4")], body: [1, 2, 3]).text == "cut short")
        #expect(try FastCGIClient.exchange(running.path, [("CONTENT_LENGTH", "2")], body: [1, 2, 3]).text == "2 bytes")
        #expect(try FastCGIClient.exchange(running.path, [("CONTENT_LENGTH", "")], body: [1, 2, 3]).text == "3 bytes")
    }

    @Test("A large body arrives whole")
    func largeBody() throws {
        let running = try RunningServer(maximumBody: 8 << 20) { request in
            .html((try? request.body.bytes(limit: 8 << 20)) ?? [])
        }
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 9) }
        #expect(try FastCGIClient.exchange(running.path, [("REQUEST_METHOD", "POST")], body: body).body == body)
    }
}
