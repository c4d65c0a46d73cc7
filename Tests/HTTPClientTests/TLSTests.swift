// A certificate that is wrong in any way stops the delivery before the request is sent.
import TestSupport
import Testing

@testable import HTTPClient

@Suite("TLS")
struct TLSTests {
    private func get(_ receiver: TLSReceiver, caFile: String?, host: String = "localhost") -> TransferResult {
        loopbackClient().send(OutgoingRequest(method: .get, url: "https://\(host):\(receiver.port)/", caFile: caFile))
    }

    @Test("A good certificate of a trusted authority passes, by name and by address", arguments: ["localhost", "127.0.0.1"])
    func good(_ host: String) throws {
        let maker = try CertificateMaker()
        let result = get(try TLSReceiver(.good, by: maker), caFile: maker.authority, host: host)
        #expect(result.fault == .none && result.status == 200, "\(result.detail)")
        #expect(result.timings.tls > .zero)
    }

    @Test(
        "A wrong name, an expired and a self-signed certificate fail", arguments: [CertificateMaker.Kind.wrongName, .expired, .selfSigned])
    func bad(_ kind: CertificateMaker.Kind) throws {
        let maker = try CertificateMaker()
        let result = get(try TLSReceiver(kind, by: maker), caFile: maker.authority)
        #expect(result.fault == .tls && result.status == nil && !result.detail.isEmpty)
    }

    @Test("An authority that the system does not know fails, also after another request trusted it")
    func unknownAuthority() throws {
        let maker = try CertificateMaker()
        let receiver = try TLSReceiver(.good, by: maker)
        let client = loopbackClient()
        let url = "https://localhost:\(receiver.port)/"
        #expect(client.send(OutgoingRequest(method: .get, url: url, caFile: maker.authority)).fault == .none)
        #expect(client.send(OutgoingRequest(method: .get, url: url)).fault == .tls)
    }

    @Test("TLS below 1.2 is refused")
    func oldProtocol() throws {
        let maker = try CertificateMaker()
        let receiver = try TLSReceiver(.good, by: maker, options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        #expect(get(receiver, caFile: maker.authority).fault == .tls)
    }

    @Test("A receiver that does not speak TLS fails as TLS")
    func plain() throws {
        let receiver = try ScriptedReceiver(.status(200))
        let result = loopbackClient().send(OutgoingRequest(url: "https://127.0.0.1:\(receiver.port)/", totalTimeout: .milliseconds(800)))
        #expect(result.status == nil && [.tls, .timeout].contains(result.fault))
    }

    @Test("A missing file of authorities is our fault, not the receiver's")
    func missingFile() throws {
        let maker = try CertificateMaker()
        #expect(get(try TLSReceiver(.good, by: maker), caFile: "/nonexistent/ca.pem").fault == .ours)
    }
}
