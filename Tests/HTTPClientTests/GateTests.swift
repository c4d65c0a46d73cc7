// The gate at the socket and before the request: what a name resolves to is judged, not what it is called.
import TestSupport
import Testing

@testable import HTTPClient

@Suite("The gate of every outgoing call")
struct GateTests {
    private let strict = AddressPolicy(allowsHTTP: true)

    @Test("A name that resolves to loopback is refused at the socket, before a byte is sent")
    func nameOfLoopback() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = HTTPClient(policy: strict, userAgent: "x")
        let result = client.send(OutgoingRequest(url: receiver.url(host: "localhost"), body: [1]))
        #expect(result.fault == .policy && result.status == nil && result.remoteAddress == nil)
        #expect(result.detail.contains("127.0.0.1") || result.detail.contains("::1"))
        #expect(result.timings.connect == .zero && receiver.isUntouched())
    }

    @Test("An address in the URL is refused before a socket is made", arguments: ["127.0.0.1", "127.1", "2130706433", "[::1]"])
    func literal(_ host: String) throws {
        let receiver = try ScriptedReceiver(.status(200))
        let result = HTTPClient(policy: strict, userAgent: "x").send(OutgoingRequest(url: receiver.url(host: host)))
        #expect(result.fault == .policy && receiver.isUntouched())
    }

    @Test("A kept connection is judged again when the policy has changed, and nothing is sent on it")
    func reusedConnection() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = loopbackClient()
        let url = receiver.url(host: "localhost")
        #expect(client.send(OutgoingRequest(url: url)).fault == .none)
        #expect(client.send(OutgoingRequest(url: url)).fault == .none)
        #expect(receiver.connectionCount == 1 && receiver.requests.count == 2)
        client.policy = strict
        let result = client.send(OutgoingRequest(url: url))
        #expect(result.fault == .policy && result.status == nil && result.detail.contains("127.0.0.1"))
        // Only the gate before the request can have seen it: a new socket would have been refused without the kept one.
        #expect(result.timings.connect == .zero)
        #expect(receiver.connectionCount == 1 && receiver.requests.count == 2)
        client.policy = loopbackPolicy
        #expect(client.send(OutgoingRequest(url: url)).fault == .none)
    }

    @Test("http is refused where the operator does not allow it")
    func scheme() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let client = HTTPClient(policy: AddressPolicy(allowing: loopbackPolicy.allowedRanges), userAgent: "x")
        #expect(client.send(OutgoingRequest(url: receiver.url())).fault == .policy)
        #expect(client.send(OutgoingRequest(url: "file:///etc/passwd")).fault == .policy)
        #expect(receiver.isUntouched())
        client.policy = loopbackPolicy
        #expect(client.send(OutgoingRequest(url: receiver.url())).fault == .none)
        client.policy = AddressPolicy(allowing: loopbackPolicy.allowedRanges)
        #expect(client.send(OutgoingRequest(url: receiver.url())).fault == .policy)
    }
}
