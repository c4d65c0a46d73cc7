// What an authenticator app shows and what people type, beside the standards' own examples.

import Foundation
import Testing
import Time

@testable import Features

@Suite("Codes of a second factor")
struct TOTPTests {
    private let secret = Array("12345678901234567890".utf8)

    @Test(
        "The examples of RFC 6238, of which six digits are shown",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func examples(seconds: Int64, code: String) {
        let step = TOTP.step(at: Timestamp(milliseconds: seconds * 1000))
        #expect(TOTP.code(of: secret, step: step) == code.suffix(6))
    }

    @Test("A device whose clock is up to 40 s off shows a code that is taken, at every moment; one that is 71 s off never does")
    func clocks() {
        for moment in 0..<60 {
            let now = Timestamp(milliseconds: 1_800_000_000_000 + Int64(moment) * 1000 + 999)
            for off in -40...40 {
                let step = TOTP.step(at: now + .seconds(off))
                #expect(TOTP.step(of: TOTP.code(of: secret, step: step), secret: secret, at: now) == step, "\(moment) \(off)")
            }
            for step in [-1, 1].map({ TOTP.step(at: now) + $0 }) {
                #expect(TOTP.step(of: TOTP.code(of: secret, step: step), secret: secret, at: now) == step)
            }
            for off in [-3600, -71, 71, 3600] {
                let code = TOTP.code(of: secret, step: TOTP.step(at: now + .seconds(off)))
                #expect(TOTP.step(of: code, secret: secret, at: now) == nil, "\(moment) \(off)")
            }
        }
    }

    @Test("No step is taken again, nor one before it")
    func onlyOnce() {
        let now = Timestamp(milliseconds: 1_800_000_010_000)
        let step = TOTP.step(at: now)
        for (last, isTaken) in [(step - 1, true), (step, false), (step + 1, false)] {
            #expect((TOTP.step(of: TOTP.code(of: secret, step: step), secret: secret, at: now, after: last) != nil) == isTaken)
        }
    }

    @Test(
        "A secret in base 32 is as RFC 4648 has it",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ])
    func base32(text: String, code: String) {
        #expect(TOTP.base32(Array(text.utf8)) == code)
        #expect(FactorWorld.decoded(code) == Array(text.utf8))
    }

    @Test("A code is six digits of ASCII, with white space wherever people and apps put it")
    func typed() {
        for text in ["123456", "123 456", "\u{A0}123\u{202F}456\u{200B}", "1 2 3 4 5 6\n"] { #expect(TOTP.typed(text) == "123456") }
        for text in ["", "12345", "1234567", "١٢٣٤٥٦", "12345a", "１２３４５６", "-12345"] { #expect(TOTP.typed(text) == nil, "\(text)") }
    }

    @Test("A recovery code is found as it was printed, and as people copy it from paper; no two are alike")
    func recoveryCodes() throws {
        let codes = RecoveryCodes.make()
        #expect(Set(codes).count == 10)
        for code in codes { #expect(code.wholeMatch(of: /([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}/) != nil, "\(code)") }
        let code = "01ab-cdef-ghjk-1230"
        let hash = try #require(RecoveryCodes.hash(code))
        for text in ["01ABCDEFGHJK1230", " o1ab cdef ghjk l23O\u{A0}", "OIAB-CDEF-GHJK-i230", "01ab–cdef\u{2011}ghjk—1230"] {
            #expect(RecoveryCodes.hash(text) == hash, "\(text)")
        }
        for text in ["", "01ab-cdef-ghjk-123", "01ab-cdef-ghjk-1230-0", "u1ab-cdef-ghjk-1230", String(repeating: "0", count: 100_000)] {
            #expect(RecoveryCodes.hash(text) == nil)
        }
        #expect(RecoveryCodes.hash("01ab-cdef-ghjk-1231") != hash)
    }

    @Test("The picture is a QR code with its quiet zone, and there is none of what no code can hold")
    func picture() throws {
        let code = try #require(QRCode(TOTP.link(secret: secret, name: "Élodie (Été)")))
        // Versions have 17 modules and four for each.
        #expect((code.side - 8 - 17).isMultiple(of: 4))
        // The finder patterns' upper edges.
        #expect(code.path.hasPrefix("M4 4h7v1h-7z"))
        #expect(code.path.contains("M\(code.side - 11) 4h7v1h-7z") && code.path.contains("M4 \(code.side - 11)h7v1h-7z"))
        #expect(QRCode(String(repeating: "x", count: 4000)) == nil)
    }

    @Test("The link for apps names the product and the person, and nothing of theirs is more than text in it")
    func link() {
        let link = TOTP.link(secret: secret, name: "a+b@acme.example (Café & Co?secret=X)")
        #expect(
            link
                == "otpauth://totp/Hookswitch:a%2Bb%40acme.example%20%28Caf%C3%A9%20%26%20Co%3Fsecret%3DX%29?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Hookswitch&algorithm=SHA1&digits=6&period=30"
        )
    }
}
