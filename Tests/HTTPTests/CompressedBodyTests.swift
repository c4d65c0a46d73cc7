// Bodies in gzip: read as they were, and never further than they may be.

import Foundation
import HTTP
import Testing

@Suite("Compressed bodies")
struct CompressedBodyTests {
    private static let text = Array(String(repeating: "{\"event_type\":\"cdr\",\"data\":{\"note\":\"élodie\"}}\n", count: 3000).utf8)

    private func decoded(_ bytes: [UInt8], from encoding: String? = "gzip", limit: Int = 4 << 20) throws -> [UInt8] {
        try RequestBody(bytes).decoded(from: encoding).bytes(limit: limit)
    }

    @Test("What was sent in gzip is read as it was, in several members too; without a coding it stays as it is")
    func reads() throws {
        let packed = try Gzip.packed(Self.text)
        #expect(packed.count < Self.text.count / 10)
        for encoding in ["gzip", "GZip", " x-gzip "] { #expect(try decoded(packed, from: encoding) == Self.text) }
        #expect(try decoded(packed + packed) == Self.text + Self.text)
        #expect(try decoded(try Gzip.packed([])).isEmpty)
        for encoding in [nil, "", "identity"] { #expect(try decoded(Self.text, from: encoding) == Self.text) }
        // By bytes that come one at a time.
        var rest = packed[...]
        let slow = RequestBody(length: packed.count) { _ in rest.popFirst().map { [$0] } ?? [] }
        #expect(try slow.decoded(from: "gzip").bytes(limit: 1 << 20) == Self.text)
    }

    @Test("Another coding, or several, is not taken", arguments: ["br", "deflate", "gzip, gzip", "zstd", "gzip\u{301}", "*"])
    func unknown(encoding: String) {
        #expect(throws: BodyError.unknownEncoding) { try RequestBody([1]).decoded(from: encoding) }
    }

    @Test("What is cut short, changed or no gzip at all is refused, not taken for the whole")
    func malformed() throws {
        let packed = try Gzip.packed(Self.text)
        var changed = packed
        changed[packed.count / 2] ^= 0xFF
        for bytes in [[], Array(packed.dropLast()), Array(packed.prefix(20)), changed, Self.text, packed + [0x1F], packed + Self.text] {
            #expect(throws: BodyError.malformedEncoding) { try decoded(bytes) }
        }
    }

    @Test("A small body that would become a huge one stops at the reader's limit, or when it has grown out of proportion")
    func bomb() throws {
        let bomb = try Gzip.packed([UInt8](repeating: 0, count: 32 << 20))
        #expect(throws: BodyError.tooLarge(limit: 65_536)) { try decoded(bomb, limit: 65_536) }
        #expect(throws: BodyError.inflatesTooFar) { try decoded(bomb, limit: 64 << 20) }
        // Up to a megabyte anything goes: a batch may well say one thing a thousand times.
        let small = [UInt8](repeating: 32, count: 1 << 20)
        #expect(try decoded(try Gzip.packed(small)) == small)
    }
}

/// By the system's own program.
enum Gzip {
    static func packed(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = NSTemporaryDirectory() + "hookswitch-gzip-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(filePath: path))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-c", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let packed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(packed)
    }
}
