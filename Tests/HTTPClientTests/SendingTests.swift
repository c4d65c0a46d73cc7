// What goes out and what comes back when all is well.
import Dispatch
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import HTTPClient

/// A client that may call this machine, and nothing that any policy could not be asked to allow.
func loopbackClient(maximumConnections: Int = 64) -> HTTPClient {
    HTTPClient(policy: loopbackPolicy, userAgent: "Hookswitch/test", maximumConnections: maximumConnections)
}

let loopbackPolicy = AddressPolicy(allowing: [CIDR("127.0.0.0/8")].compactMap { $0 }, allowsHTTP: true)

@Suite("Sending")
struct SendingTests {
    @Test("A post arrives as it was written, and the answer comes back whole")
    func post() throws {
        let receiver = try ScriptedReceiver(.status(201, fields: [("X-Trace", "a"), ("x-trace", " b ")], body: Array("made".utf8)))
        let client = loopbackClient()
        let body = Array(#"{"event_type":"call:end"}"#.utf8)
        let fields = [("Content-Type", "application/json"), ("webhook-id", "evt_1"), ("X-Empty", "")]
        let result = client.send(OutgoingRequest(url: receiver.url("/in?x=1"), fields: fields, body: body))
        #expect(result.fault == .none && result.detail.isEmpty && result.status == 201)
        #expect(result.fields.map { "\($0.name)=\($0.value)" } == ["X-Trace=a", "x-trace=b", "Content-Length=4"])
        #expect(result.body == Array("made".utf8) && !result.isBodyTruncated)
        #expect(result.remoteAddress == "127.0.0.1")
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST" && request.path == "/in?x=1" && request.body == body)
        #expect(request.field("content-type") == "application/json" && request.field("webhook-id") == "evt_1")
        #expect(request.field("x-empty") == "" && request.field("User-Agent") == "Hookswitch/test")
        #expect(request.field("host") == "127.0.0.1:\(receiver.port)")
        for name in ["accept-encoding", "expect", "cookie", "authorization", "transfer-encoding"] { #expect(request.field(name) == nil) }
    }

    @Test("Every method keeps its name and its body", arguments: [OutgoingRequest.Method.get, .head, .post, .put, .patch, .delete])
    func methods(_ method: OutgoingRequest.Method) throws {
        let receiver = try ScriptedReceiver(.status(200, body: [1, 2, 3]))
        let client = loopbackClient()
        for body in [[], [UInt8](repeating: 7, count: 3000)] {
            if method == .head && !body.isEmpty { continue }
            let result = client.send(OutgoingRequest(method: method, url: receiver.url(), body: body))
            #expect(result.fault == .none && result.body == (method == .head ? [] : [1, 2, 3]))
            #expect(receiver.requests.last?.method == method.rawValue && receiver.requests.last?.body == body)
            #expect(receiver.requests.last?.field("content-type") == nil)
        }
    }

    @Test("Nothing of one request is left in the next on the same handle")
    func reset() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = loopbackClient()
        let aws = OutgoingRequest.AWSSignature(region: "eu-west-3", service: "sqs", accessKey: "AKID", secretKey: "s:ecret")
        _ = client.send(OutgoingRequest(method: .put, url: receiver.url("/1"), fields: [("X-A", "1")], body: [1], awsSigV4: aws))
        _ = client.send(OutgoingRequest(method: .get, url: receiver.url("/2")))
        #expect(receiver.connectionCount == 1)
        let (first, second) = (try #require(receiver.requests.first), try #require(receiver.requests.last))
        let signature = try #require(first.field("authorization"))
        #expect(signature.hasPrefix("AWS4-HMAC-SHA256 Credential=AKID/") && signature.contains("/eu-west-3/sqs/aws4_request"))
        #expect(signature.contains("x-a") && !signature.contains("ecret") && first.field("x-amz-date") != nil)
        #expect(second.method == "GET" && second.body.isEmpty && second.field("x-a") == nil && second.field("authorization") == nil)
    }

    @Test("A handle that posted sends nothing of that with a delete")
    func deleteAfterPost() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = loopbackClient()
        _ = client.send(OutgoingRequest(url: receiver.url("/1"), body: [1, 2, 3]))
        _ = client.send(OutgoingRequest(method: .delete, url: receiver.url("/2")))
        let second = try #require(receiver.requests.last)
        #expect(receiver.connectionCount == 1 && second.method == "DELETE" && second.body.isEmpty)
    }

    @Test("A handle that is used again sends each request's own address, fields and body, however many and long")
    func reused() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = loopbackClient()
        for (fieldCount, length) in [(1, 10), (60, 300_000), (0, 0), (3, 3), (60, 3), (2, 70_000), (2, 1)] {
            let fields = (0..<fieldCount).map { (name: "X-\($0)", value: "\($0) of \(fieldCount)" + String(repeating: "-", count: $0)) }
            let body = [UInt8](repeating: UInt8(truncatingIfNeeded: length), count: length)
            #expect(client.send(OutgoingRequest(url: receiver.url("/\(length)"), fields: fields, body: body)).fault == .none)
            let sent = try #require(receiver.requests.last)
            #expect(sent.path == "/\(length)" && sent.body == body)
            let own = sent.fields.filter { $0.name.hasPrefix("X-") }
            #expect(own.map(\.name) == fields.map(\.name) && own.map(\.value) == fields.map(\.value))
        }
        #expect(receiver.connectionCount == 1)
    }

    @Test("Receivers that close what is kept make way for others, whose sockets have the same numbers")
    func closedWhileIdle() throws {
        let client = loopbackClient()
        for _ in 0..<10 {
            let receivers = try (0..<4).map { _ in try ScriptedReceiver(.status(200), .status(200), .lastStatus(200)) }
            for _ in 0..<2 {
                for receiver in receivers { #expect(client.send(OutgoingRequest(url: receiver.url(), body: [1])).fault == .none) }
            }
            // Some close after their answer, some while nobody asks them.
            for receiver in receivers.prefix(2) { #expect(client.send(OutgoingRequest(url: receiver.url())).fault == .none) }
            for receiver in receivers { receiver.stop() }
        }
    }

    @Test("What a receiver says unasked on a kept connection answers nothing: the next request has an answer of its own")
    func unasked() throws {
        let (receiver, other) = (try ScriptedReceiver(.status(200)), try ScriptedReceiver(.status(200)))
        let client = loopbackClient()
        for number in 1...3 {
            #expect(client.send(OutgoingRequest(url: receiver.url(), body: [1])).status == 200)
            #expect(receiver.requests.count == number && receiver.connectionCount == number)
            receiver.say(Array("HTTP/1.1 500 Again\r\nContent-Length: 0\r\n\r\n".utf8))
            // What came later has been heard when this returns, and so has that.
            #expect(client.send(OutgoingRequest(url: other.url())).status == 200)
        }
        #expect(other.connectionCount == 1)
    }

    @Test("Hundreds that are ready at once are all served")
    func crowd() throws {
        let gate = DispatchSemaphore(value: 0)
        let receiver = try ScriptedReceiver { _ in
            gate.wait()
            return .status(200)
        }
        let client = loopbackClient(maximumConnections: 300)
        let done = DispatchGroup()
        let good = Atomic<Int>(0)
        for _ in 0..<300 {
            done.enter()
            client.send(OutgoingRequest(url: receiver.url(), body: [1])) { result in
                if result.fault == .none { good.add(1, ordering: .relaxed) }
                done.leave()
            }
        }
        for _ in 0..<300 { gate.signal() }
        done.wait()
        #expect(good.load(ordering: .relaxed) == 300)
    }

    @Test("Every field that AWS is told was signed is sent, and an empty one is refused")
    func signedFields() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let aws = OutgoingRequest.AWSSignature(region: "eu-west-3", service: "sqs", accessKey: "AKID", secretKey: "secret")
        let fields = [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AmazonSQS.SendMessage")]
        var request = OutgoingRequest(url: receiver.url("/"), fields: fields, body: [1], awsSigV4: aws)
        #expect(loopbackClient().send(request).fault == .none)
        let sent = try #require(receiver.requests.first)
        let signed = try #require(sent.field("authorization")?.split(separator: ", ").first { $0.hasPrefix("SignedHeaders=") })
        #expect(signed == "SignedHeaders=content-type;host;x-amz-date;x-amz-target")
        for name in signed.dropFirst("SignedHeaders=".count).split(separator: ";") { #expect(sent.field(String(name)) != nil) }
        request.fields.append(("X-Empty", " "))
        #expect(loopbackClient().send(request).fault == .ours)
    }

    @Test("Connections are kept, and each phase is timed by itself")
    func timings() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = loopbackClient()
        let first = client.send(OutgoingRequest(url: receiver.url(), body: [1])).timings
        let second = client.send(OutgoingRequest(url: receiver.url(), body: [1])).timings
        #expect(receiver.connectionCount == 1 && receiver.requests.count == 2)
        #expect(first.connect > .zero && first.firstByte > .zero && first.tls == .zero)
        #expect(first.dns + first.connect + first.tls + first.firstByte <= first.total)
        #expect(second.connect == .zero && second.firstByte > .zero && second.total < .seconds(5))
    }

    @Test("A kept connection that the receiver closed meanwhile costs no failure")
    func staleConnection() throws {
        let receiver = try ScriptedReceiver(.lastStatus(200), .status(204))
        let client = loopbackClient()
        #expect(client.send(OutgoingRequest(url: receiver.url())).status == 200)
        #expect(client.send(OutgoingRequest(url: receiver.url())).status == 204)
        #expect(receiver.connectionCount == 2)
    }

    @Test("Two thousand requests from four threads end once each, at most as many at a time as was said")
    func many() async throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = loopbackClient(maximumConnections: 16)
        let url = receiver.url()
        let statuses = await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await withTaskGroup(of: Int.self) { inner in
                        for _ in 0..<500 {
                            inner.addTask {
                                await withCheckedContinuation { done in
                                    client.send(OutgoingRequest(url: url, body: [1])) { done.resume(returning: $0.status ?? 0) }
                                }
                            }
                        }
                        return await inner.reduce(into: []) { $0.append($1) }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(statuses == [Int](repeating: 200, count: 2000))
        #expect(receiver.requests.count == 2000 && receiver.connectionCount <= 16)
    }

    @Test("Requests that wait for a free connection do not lose their time")
    func waiting() throws {
        let receiver = try ScriptedReceiver(.hang, .status(200))
        let client = loopbackClient(maximumConnections: 1)
        let first = Mutex<TransferResult?>(nil)
        client.send(OutgoingRequest(url: receiver.url(), totalTimeout: .milliseconds(400))) { result in first.withLock { $0 = result } }
        let second = client.send(OutgoingRequest(url: receiver.url(), totalTimeout: .milliseconds(400)))
        #expect(first.withLock { $0?.fault } == .timeout)
        #expect(second.fault == .none && second.timings.total < .milliseconds(400))
    }

    @Test("Stopping ends what runs as unknown, what waits as ours, and every completion is called once")
    func stop() throws {
        let receiver = try ScriptedReceiver(.hang)
        let client = loopbackClient(maximumConnections: 2)
        let faults = Mutex<[TransferFault]>([])
        for _ in 0..<5 {
            client.send(OutgoingRequest(url: receiver.url(), body: [1])) { result in faults.withLock { $0.append(result.fault) } }
        }
        #expect(receiver.wait(for: 2))
        client.stop()
        #expect(faults.withLock { $0 } == [.unknown, .unknown, .ours, .ours, .ours])
        client.stop()
        #expect(client.send(OutgoingRequest(url: receiver.url())).fault == .ours)
    }

    @Test("A completion may send on, and may not wait")
    func reentry() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = loopbackClient()
        let url = receiver.url()
        let inner = Mutex<TransferFault?>(nil)
        client.send(OutgoingRequest(url: url)) { _ in
            let refused = client.send(OutgoingRequest(url: url)).fault
            inner.withLock { $0 = refused }
            client.send(OutgoingRequest(url: url)) { _ in }
        }
        #expect(receiver.wait(for: 2))
        #expect(inner.withLock { $0 } == .ours)
    }

    @Test(
        "A field that could break the head is never sent",
        arguments: [
            ("X-A", "b\r\nX-C: d"), ("X-A", "b\nc"), ("X-A", "b\0c"), ("X-A: b\r\nX-C", "d"), ("", "x"), ("X A", "b"), ("X-A:", "b"),
            ("Xé", "b"),
            ("Transfer-Encoding", "chunked"), ("content-length", "5"), ("Host", "other"), ("Connection", "x"),
        ])
    func fields(_ name: String, _ value: String) throws {
        let receiver = try ScriptedReceiver(.status(200))
        let result = loopbackClient().send(OutgoingRequest(url: receiver.url(), fields: [("X-Good", "1"), (name, value)]))
        #expect(result.fault == .ours && result.status == nil)
        #expect(receiver.isUntouched())
    }
}
