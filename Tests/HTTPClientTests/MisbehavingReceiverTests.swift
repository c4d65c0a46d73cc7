// Each way in which a receiver can fail ends as the right word of the closed set, and in time.
import CCurl
import TestSupport
import Testing

@testable import HTTPClient

@Suite("A receiver that misbehaves")
struct MisbehavingReceiverTests {
    /// Sends with little patience; a test that took longer would have waited for the wrong thing.
    private func outcome(of receiver: ScriptedReceiver, total: Duration = .seconds(10), bodyCap: Int = 16 * 1024) -> TransferResult {
        loopbackClient().send(OutgoingRequest(url: receiver.url(), body: [1, 2, 3], totalTimeout: total, bodyCap: bodyCap))
    }

    @Test("Every status but 2xx is the receiver's fault", arguments: [200, 204, 299, 300, 304, 400, 404, 410, 429, 500, 503])
    func statuses(_ status: Int) throws {
        let result = outcome(of: try ScriptedReceiver(.lastStatus(status)))
        #expect(result.status == status && result.fault == ((200...299).contains(status) ? .none : .receiverStatus))
        #expect(result.detail.isEmpty == (result.fault == .none))
    }

    @Test("A redirect is not followed, and fails", arguments: [301, 302, 303, 307, 308])
    func redirects(_ status: Int) throws {
        let other = try ScriptedReceiver(.status(200))
        let result = outcome(of: try ScriptedReceiver(.status(status, fields: [("Location", other.url())])))
        #expect(result.status == status && result.fault == .receiverStatus && result.field("location") == other.url())
        #expect(other.isUntouched())
    }

    @Test("A port that refuses is a fault of the connection")
    func refuses() throws {
        let port = try LoopbackPort()
        let result = loopbackClient().send(OutgoingRequest(url: "http://127.0.0.1:\(port.number)/"))
        #expect(result.fault == .connect && result.status == nil && !result.detail.isEmpty)
    }

    @Test("A reset right after the connection is a fault of the connection or a broken protocol, as it is noticed")
    func resetsAtOnce() throws {
        let result = outcome(of: try ScriptedReceiver(resetsAtOnce: true) { _ in .hang })
        #expect([.connect, .receiverProtocol].contains(result.fault) && result.status == nil)
    }

    @Test("A reset after the request is a broken protocol")
    func resets() throws { #expect(outcome(of: try ScriptedReceiver(.reset)).fault == .receiverProtocol) }

    @Test("A connection closed without an answer is a broken protocol")
    func closesSilently() throws { #expect(outcome(of: try ScriptedReceiver(.closeSilently)).fault == .receiverProtocol) }

    @Test("A body shorter than promised is a broken protocol, and what came is kept")
    func closesEarly() throws {
        let result = outcome(of: try ScriptedReceiver(.closeEarly))
        #expect(result.fault == .receiverProtocol && result.status == 200 && result.body.count == 500)
    }

    @Test(
        "Garbage instead of HTTP is a broken protocol",
        arguments: [
            "220 mail.example ESMTP\r\n", "\0\u{1}\u{2}\u{3}\r\n\r\n", "<html>hello</html>", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 20\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "http/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "ICY 200 OK\r\n\r\n", "\0\0\u{12}\u{4}\0\0\0\0\0\0\u{3}\0\0\0\u{64}",
            "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nhttp/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        ])
    func garbage(_ text: String) throws {
        let garbage = ScriptedReceiver.Answer.raw(Array(text.utf8))
        let first = outcome(of: try ScriptedReceiver(garbage))
        #expect(first.fault == .receiverProtocol && first.detail != "", "\(first)")
        // On a kept connection it is no different: libcurl's figures tell nothing of when that was made.
        let receiver = try ScriptedReceiver(.status(200), garbage)
        let client = loopbackClient()
        let results = (0..<2).map { _ in client.send(OutgoingRequest(url: receiver.url(), body: [1])) }
        #expect(results.map(\.fault) == [.none, .receiverProtocol], "\(results[1])")
        #expect(receiver.connectionCount == 1)
    }

    @Test("One line of head above 100 kB is too large, on a new connection and on a kept one")
    func longLine() throws {
        let line = "HTTP/1.1 200 OK\r\nX-Long: \(String(repeating: "A", count: 110_000))\r\nContent-Length: 0\r\n\r\n"
        let answer = ScriptedReceiver.Answer.raw(Array(line.utf8))
        let receiver = try ScriptedReceiver(.status(200), answer, answer)
        let client = loopbackClient()
        let results = (0..<3).map { _ in client.send(OutgoingRequest(url: receiver.url(), body: [1])) }
        #expect(results.map(\.fault) == [.none, .tooLarge, .tooLarge], "\(results[1])")
        #expect(receiver.connectionCount == 2)
    }

    @Test("A receiver that hangs ends in time")
    func hangs() throws {
        let clock = ContinuousClock.now
        let result = outcome(of: try ScriptedReceiver(.hang), total: .milliseconds(300))
        #expect(result.fault == .timeout && result.status == nil)
        #expect((.milliseconds(290)...Duration.seconds(3)).contains(ContinuousClock.now - clock))
    }

    @Test("A receiver that drips ends in time, with what it gave")
    func drips() throws {
        let result = outcome(of: try ScriptedReceiver(.drip(milliseconds: 20)), total: .milliseconds(500))
        #expect(result.fault == .timeout && result.status == 200 && !result.body.isEmpty && result.body.count < 60)
        #expect(result.timings.total < .seconds(3))
    }

    @Test("An endless chunked body ends at the limit, with its first 16 KiB")
    func endlessBody() throws {
        let result = outcome(of: try ScriptedReceiver(.endlessBody))
        #expect(result.fault == .tooLarge && result.status == 200 && result.isBodyTruncated)
        #expect(result.body == [UInt8](repeating: 0x41, count: 16 * 1024))
    }

    @Test("An endless head ends at the limit", arguments: [ScriptedReceiver.Answer.endlessHead, .endlessLine])
    func endlessHead(_ answer: ScriptedReceiver.Answer) throws {
        let result = outcome(of: try ScriptedReceiver(answer))
        #expect(result.fault == .tooLarge, "\(result.detail)")
        #expect(result.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } <= 16 * 1024)
    }

    @Test("A long body below the limit is cut and no fault")
    func longBody() throws {
        let body = [UInt8](repeating: 0x42, count: 100_000)
        let result = outcome(of: try ScriptedReceiver(.status(200, body: body)), bodyCap: 10)
        #expect(result.fault == .none && result.body == Array(body.prefix(10)) && result.isBodyTruncated)
    }

    @Test("A body that claims to be compressed is kept as it came")
    func compressed() throws {
        let result = outcome(of: try ScriptedReceiver(.status(200, fields: [("Content-Encoding", "gzip")], body: [0x1f, 0x8b, 0])))
        #expect(result.fault == .none && result.body == [0x1f, 0x8b, 0])
    }

    @Test("Interim answers and trailers are not taken for the head")
    func interim() throws {
        let text = """
            HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Head: 2\r\n  folded\r\nTransfer-Encoding: chunked\r\n\r\n\
            2\r\nok\r\n0\r\nX-Trailer: 3\r\n\r\n
            """
        let result = outcome(of: try ScriptedReceiver(.raw(Array(text.utf8))))
        #expect(result.fault == .none && result.body == Array("ok".utf8))
        #expect(result.fields.map(\.name) == ["X-Head", "Transfer-Encoding"] && result.field("x-head") == "2 folded")
    }

    @Test("A name that does not exist is a fault of the name")
    func unknownName() {
        let result = loopbackClient().send(OutgoingRequest(url: "http://nowhere.invalid:8080/"))
        #expect(result.fault == .dns && result.timings.connect == .zero)
    }

    @Test("An address that is none is ours and costs no connection", arguments: ["", "https://", "nonsense", "http://a b/"])
    func notURL(_ url: String) {
        #expect([.ours, .policy].contains(loopbackClient().send(OutgoingRequest(url: url)).fault))
    }

    @Test("Each of libcurl's codes has one fault, and a code of tomorrow is unknown")
    func classification() {
        func fault(_ code: CURLcode, _ evidence: TransferEvidence = TransferEvidence()) -> TransferFault {
            TransferFault(code, status: 0, evidence: evidence)
        }
        #expect(fault(CURLE_COULDNT_CONNECT) == .connect)
        #expect(fault(CURLE_COULDNT_CONNECT, TransferEvidence(isRefused: true)) == .policy)
        #expect(fault(CURLE_ABORTED_BY_CALLBACK, TransferEvidence(isRefused: true)) == .policy)
        #expect(fault(CURLE_WRITE_ERROR, TransferEvidence(isTooLarge: true)) == .tooLarge)
        #expect(fault(CURLE_WRITE_ERROR) == .ours)
        #expect(fault(CURLE_SSL_CACERT_BADFILE) == .ours)
        #expect(fault(CURLE_PEER_FAILED_VERIFICATION) == .tls)
        #expect(fault(CURLE_OUT_OF_MEMORY) == .ours)
        #expect(fault(CURLE_OUT_OF_MEMORY, TransferEvidence(hasBegun: true)) == .tooLarge)
        #expect(fault(CURLcode(rawValue: 100), TransferEvidence(hasBegun: true)) == .tooLarge)
        #expect(fault(CURLE_UNSUPPORTED_PROTOCOL) == .ours)
        for code in [CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_WRITE_ERROR] {
            #expect(fault(code, TransferEvidence(hasBegun: true)) == .receiverProtocol)
        }
        #expect(fault(CURLcode(rawValue: 9999)) == .unknown)
        #expect(
            TransferFault.allCases.map(\.rawValue) == [
                "none", "dns", "connect", "tls", "timeout", "receiver_status", "receiver_protocol", "too_large", "policy", "ours",
                "unknown",
            ])
    }
}
