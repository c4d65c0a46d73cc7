// Receivers verify with libraries that we did not write: the signatures are held against vectors from elsewhere.

import Delivery
import Testing
import Time

@Suite("Signatures")
struct SignatureTests {
    private let body = Array(#"{"test": 2432232314}"#.utf8)

    @Test("The known vector of Standard Webhooks")
    func standard() {
        let signature = Signatures.standard(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: Timestamp(milliseconds: 1_614_265_330_999), body: body,
            secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("While an old secret is valid both sign, the newest first")
    func rotation() {
        func sign(_ secrets: [String]) -> String {
            Signatures.standard(id: "evt_1", timestamp: Timestamp(milliseconds: 1), body: body, secrets: secrets)
        }
        let (new, old) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        #expect(sign([new, old]) == sign([new]) + " " + sign([old]))
        #expect(sign([new]) != sign([old]))
    }

    @Test("The signature of seed 003: printf '%s' BODY | openssl dgst -sha256 -hmac SECRET")
    func legacy() {
        #expect(
            Signatures.legacy(body: body, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                == "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c")
    }

    @Test("Secrets are whsec_ and the base64 of 32 bytes, and no two are alike")
    func secrets() {
        let secrets = Set((0..<100).map { _ in WebhookSecret.generate() })
        #expect(secrets.count == 100)
        #expect(secrets.allSatisfy { $0.hasPrefix("whsec_") && $0.count == 6 + 44 })
    }
}
