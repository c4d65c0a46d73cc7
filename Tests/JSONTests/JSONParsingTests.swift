// The strictness is a promise: a text that another reader could understand differently never comes in.
import JSON
import Testing

@Suite struct JSONParsingTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test("A text becomes the value that was written, members in order and digits kept")
    func value() throws {
        let value = try parse(#" { "b" : [1, -0.50e+3, true, false, null, "x"], "a": {}, "c": [] } "#)
        #expect(
            value
                == .object([
                    "b": .array([.number("1"), .number("-0.50e+3"), .bool(true), .bool(false), .null, .string("x")]), "a": [:], "c": [],
                ]))
        #expect(value.object?.members.map(\.name) == ["b", "a", "c"])
        #expect(value["b"]?.array?.first?.integer == 1)
        #expect(value["b"]?.array?[1].integer == nil)
        #expect(value["missing"] == nil)
    }

    @Test(
        "Escapes become their characters",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u20AC\ud83d\uDE00 é""#, "é€😀 é"), (#""a\u0000b""#, "a\0b"),
            (#""""#, ""), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try parse(text) == .string(expected))
    }

    @Test(
        "What RFC 8259 does not have is refused",
        arguments: [
            "", " ", "nul", "truefalse", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1 2", "[1,]",
            "[,1]",
            "[1", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "\"", "\"a", "\"\\", "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"", "\"\t\"", "\"\n\"", "\"\0\"", "[1]]", "[1] x", "// c\n1", "\u{FEFF}1", "\u{A0}1", "1\0", "[1}", "{\"a\":1]",
            "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"", "\"\\ud800\\u0041\"", "\"\\u١234\"",
        ])
    func isRefused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }

    @Test(
        "Bad UTF-8 is refused at its place",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func badUTF8(bytes: [UInt8]) {
        for prefix in ["é", "é\\n"] {
            let text = Array("\"\(prefix)".utf8) + bytes + Array("\"".utf8)
            let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
            #expect(error?.message == "bad UTF-8 in a string")
            #expect(error?.column == prefix.count + 2)
        }
    }

    @Test("A name that occurs twice is refused, however it is written and however many names there are")
    func duplicates() throws {
        #expect(throws: JSONSyntaxError.self) { try parse(#"{"a":1,"\u0061":2}"#) }
        let many = (0..<100).map { "\"n\($0)\":\($0)" }.joined(separator: ",")
        #expect(try parse("{\(many)}").object?.members.count == 100)
        for name in ["n0", "n15", "n16", "n99"] {
            let error = #expect(throws: JSONSyntaxError.self) { try parse("{\(many),\n\"\(name)\":1}") }
            #expect(error?.description == "line 2, column 1: the name “\(name)” occurs twice in this object")
        }
    }

    @Test("Names that only look alike are different names")
    func canonicallyEquivalentNames() throws {
        let value = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test("Nesting is bounded, and a hostile depth is an error, not a crash")
    func depth() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try parse(deepest).array?.count == 1)
        #expect(throws: JSONSyntaxError.self) { try parse("[\(deepest)]") }
        #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: "{\"a\":[", count: 1_000_000)) }
        #expect(try parse("[[1],[2],{\"a\":[3]}]").array?.count == 3)
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: "[[1]]".utf8, maximumDepth: 1) }
    }

    @Test("An error says where, in lines and characters, and what was expected")
    func places() {
        let error = #expect(throws: JSONSyntaxError.self) { try parse("{\n  \"é\": 1\n  \"b\": 2\n}") }
        #expect(error?.description == "line 3, column 3: expected a comma or “}”")
        let end = #expect(throws: JSONSyntaxError.self) { try parse("[1, 2") }
        #expect(end?.description == "line 1, column 6: the text ends too early: expected a comma or “]”")
    }

    @Test("A hundred thousand names cost no square of it", .timeLimit(.minutes(1)))
    func manyNames() throws {
        let text = "{" + (0..<100_000).map { "\"n\($0)\":0" }.joined(separator: ",") + "}"
        #expect(try parse(text).object?.members.count == 100_000)
    }
}
