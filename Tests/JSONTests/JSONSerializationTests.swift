// Receivers verify signatures over re-serialised bodies, so the bytes have to be those of JSON.stringify.
import JSON
import Testing

@Suite struct JSONSerializationTests {
    private func compact(_ value: JSONValue) -> String {
        String(decoding: value.serialized(), as: UTF8.self)
    }

    @Test("Compact form: no spaces, members in order, slashes and letters as they are")
    func compactForm() {
        let value: JSONValue = ["type": "message.sent", "url": "https://a/b?c=é😀\u{2028}", "n": [1, -2, true, nil], "o": [:], "e": []]
        let url = "https://a/b?c=é😀\u{2028}"
        #expect(compact(value) == #"{"type":"message.sent","url":"\#(url)","n":[1,-2,true,null],"o":{},"e":[]}"#)
    }

    @Test("Control characters are escaped as JavaScript does, and nothing else is")
    func escapes() {
        let all = String(String.UnicodeScalarView((0...0x20).compactMap { Unicode.Scalar($0) }))
        #expect(
            compact(.string(all))
                == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014"#
                + #"\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f ""#)
        #expect(compact("\"\\/\u{7F}<>&'") == "\"\\\"\\\\/\u{7F}<>&'\"")
    }

    @Test("Numbers keep their digits", arguments: ["1.50", "-0", "1E400", "123456789012345678901234567890", "0.1e-7"])
    func numbers(token: String) throws {
        let value = try JSONValue(parsing: Array(token.utf8))
        #expect(compact(value) == token)
    }

    @Test("The form for people has two spaces a level")
    func pretty() {
        let value: JSONValue = ["a": [1, ["b": nil]], "c": [], "d": [:], "e": "x\n"]
        #expect(
            value.prettyPrinted() == """
                {
                  "a": [
                    1,
                    {
                      "b": null
                    }
                  ],
                  "c": [],
                  "d": {},
                  "e": "x\\n"
                }
                """)
    }

    @Test("A member that is set keeps its place, one that is new comes last, and nil removes")
    func members() {
        var object: JSONObject = ["a": 1, "b": 2]
        object.set("a", to: 3)
        object["c"] = .null
        object["b"] = nil
        #expect(object == ["a": 3, "c": nil])
        #expect(object != ["c": nil, "a": 3])
        #expect(JSONValue(UInt8(7)) == 7)
    }

    @Test("Whatever is parsed is written so that it parses to the same value")
    func roundTrip() throws {
        var random = SplitMix(state: 42)
        for _ in 0..<2000 {
            let value = random.value(depth: 5)
            #expect(try JSONValue(parsing: value.serialized()) == value)
            #expect(try JSONValue(parsing: Array(value.prettyPrinted().utf8)) == value)
        }
    }
}

/// Seeded, so that a failure comes again.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func text() -> String {
        let scalars = (0..<Int.random(in: 0...12, using: &self)).compactMap { _ in
            Unicode.Scalar([0x20, 0x80, 0x800, 0x11_0000].randomElement(using: &self).map { UInt32.random(in: 0..<$0, using: &self) } ?? 0)
        }
        return String(String.UnicodeScalarView(scalars))
    }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &self) {
        case 0: return nil
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .init(Int64.random(in: .min ... .max, using: &self))
        case 3: return .number("-1.\(UInt8.random(in: 0...255, using: &self))E+3")
        case 4: return .string(text())
        case 5: return .array((0..<Int.random(in: 0...5, using: &self)).map { _ in value(depth: depth - 1) })
        default:
            return .object(JSONObject(members: (0..<Int.random(in: 0...20, using: &self)).map { _ in (text(), value(depth: depth - 1)) }))
        }
    }
}
