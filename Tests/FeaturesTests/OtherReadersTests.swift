// What we write for another reader is held against that reader: it must read back what was meant, whatever a stranger put in it.

import JSON
import TestSupport
import Testing
import Web

@testable import Features

@Suite("Other readers read what was meant")
struct OtherReadersTests {
    private static let texts = HostileText.joined + HostileText.random(600)

    @Test("A shell that is given the copied command runs curl with these arguments, and nothing else")
    func shell() throws {
        // A header is a line.
        let lines = HostileText.random(500, without: ["\n"]) + HostileText.joined.filter { !$0.utf8.contains(10) }
        var expected: [String] = []
        var script = "curl() { printf '%s\\0' \"$@\"; }\n"
        for (index, text) in Self.texts.enumerated() {
            let header = "X-Mark: " + lines[index % lines.count]
            script += CurlCommand(url: "https://a.example/?\(text)", headers: [header, "A: b"], body: text).text + "\n"
            expected += [
                "--globoff", "--request", "POST", "--url", "https://a.example/?\(text)", "--header", header, "--header", "A: b",
                "--data-raw", text,
            ]
        }
        let printed = try read(by: "/bin/sh", [], Array(script.utf8))
        #expect(printed == expected.flatMap { Array($0.utf8) + [0] })
    }

    @Test("Python's csv reads the cells that were written, and none of them begins a formula", arguments: Language.allCases)
    func csv(_ language: Language) throws {
        let program = """
            import csv, io, sys
            text = open(sys.argv[2], encoding="utf-8", newline="").read()
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=sys.argv[1]):
                print(" ".join("x" + cell.encode().hex() for cell in row))
            """
        let own = language == .french ? ";" : ","
        let cells = Self.texts.map { [$0, "b", $0] }
        func rows(_ csv: CSV, readWith separator: String) throws -> [[[UInt8]]] {
            let text = cells.map { csv.line($0) }.joined()
            let printed = try read(by: "/usr/bin/python3", ["-c", program, separator], Array(text.utf8))
            return printed.split(separator: 10).map { line in
                line.split(separator: 32).map { cell in Self.bytes(ofHexadecimal: cell.dropFirst()) }
            }
        }
        #expect(try rows(CSV(language: language, isRaw: true), readWith: own) == cells.map { $0.map { Array($0.utf8) } })
        let safe = try rows(CSV(language: language), readWith: own)
        // An apostrophe is all that was put in.
        #expect(
            safe.map { $0.map { $0.filter { $0 != UInt8(ascii: "'") } } }
                == cells.map { $0.map { $0.utf8.filter { $0 != UInt8(ascii: "'") } } })
        for separator in [",", ";", "\t", "|"] where separator == own || language == .english {
            let formulas = try rows(CSV(language: language), readWith: separator).joined().filter { cell in
                // A cell that runs over the end of a line begins the next one with what is neutralised there.
                cell.drop { $0 == 13 || $0 == 10 }.first.map { "=+-@\t".utf8.contains($0) } ?? false
            }
            #expect(formulas == [], "read with \(separator)")
        }
    }

    @Test("Python's json reads the names and texts that were written")
    func json() throws {
        var object = JSONObject()
        for text in Self.texts { object.set(text, to: .string(text)) }
        let program = """
            import json, sys
            for name, value in json.loads(open(sys.argv[1], "rb").read()).items():
                assert name == value
                print("x" + name.encode().hex())
            """
        let printed = try read(by: "/usr/bin/python3", ["-c", program], JSONValue.object(object).serialized())
        #expect(
            printed.split(separator: 10).map { Self.bytes(ofHexadecimal: $0.dropFirst()) } == object.members.map { Array($0.name.utf8) })
    }

    private static func bytes(ofHexadecimal text: ArraySlice<UInt8>) -> [UInt8] {
        let digits = text.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
