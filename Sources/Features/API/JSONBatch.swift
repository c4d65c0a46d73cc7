// The body of a call that takes one thing, an array of them, or NDJSON: each is good, or has its problem.

import HTTP
import HTTPTypes
import JSON

struct JSONBatch {
    private enum Body {
        case one(JSONValue)
        case array([JSONValue])
        /// Those that hold anything, with their numbers from 1. Each is taken apart when its turn comes: as values they take many times their
        /// bytes.
        case lines([(number: Int, bytes: [UInt8])])
    }

    private let body: Body
    private let one: String
    private let many: String

    /// Throws a `Problem` when the body as a whole cannot be read.
    ///
    /// - Parameters:
    ///   - one: what it holds, a word that begins with a vowel.
    ///   - many: several of them.
    init(_ bytes: [UInt8], _ request: Request, of one: String, _ many: String) throws {
        (self.one, self.many) = (one, many)
        switch request.contentType?.essence {
        case "application/json":
            let value = try Self.parse(bytes)
            body = value.array.map { .array($0) } ?? .one(value)
        case "application/x-ndjson", "application/ndjson", "application/jsonl": body = .lines(Self.lines(bytes))
        default:
            throw Problem(
                status: .unsupportedMediaType, type: "unsupported-media-type", title: "Unsupported media type",
                detail: "Send application/json (an \(one), or an array of \(many)) or application/x-ndjson (an \(one) a line).")
        }
    }

    /// One object alone, which is answered with one object.
    var isSingle: Bool {
        if case .one = body { true } else { false }
    }

    private var count: Int {
        switch body {
        case .one: 1
        case .array(let values): values.count
        case .lines(let lines): lines.count
        }
    }

    func requireCount(upTo maximum: Int) throws {
        if count == 0 {
            throw Problem(
                status: .unprocessableContent, type: "empty-batch", title: "Empty batch",
                detail: "The batch has no \(one). Send 1 to \(maximum).")
        }
        if count > maximum {
            throw Problem(
                status: .contentTooLarge, type: "too-many-\(many)", title: "Too many \(many)",
                detail: "The batch has \(count) \(many); the limit is \(maximum). Nothing was accepted: send smaller batches.")
        }
    }

    /// In the order sent.
    ///
    /// - Parameter read: makes one of its value and of where it stands in the body, a JSON Pointer.
    func map<Item>(_ read: (JSONValue, _ pointer: String) throws -> Item) -> [Result<Item, Problem>] {
        switch body {
        case .one(let value): [item { try read(value, "") }]
        case .array(let values): values.enumerated().map { index, value in item { try read(value, "/\(index)") } }
        case .lines(let lines):
            lines.map { number, bytes in item(line: number) { try read(Self.parse(bytes, line: number), "") } }
        }
    }

    private func item<Item>(line: Int? = nil, _ read: () throws -> Item) -> Result<Item, Problem> {
        do {
            return .success(try read())
        } catch var problem as Problem {
            if let line { problem.extensions["line"] = JSONValue(line) }
            return .failure(problem)
        } catch {
            return .failure(
                Problem(status: .unprocessableContent, type: "invalid-\(one)", title: "Invalid \(one)", detail: "\(error)"))
        }
    }

    /// - Parameter line: where the text stands in the body, when it is one line of it.
    private static func parse(_ bytes: [UInt8], line: Int? = nil) throws -> JSONValue {
        do throws(JSONSyntaxError) {
            return try JSONValue(parsing: bytes)
        } catch {
            let line = line ?? error.line
            throw Problem(
                status: .badRequest, type: "broken-json", title: "Broken JSON",
                detail: "Line \(line), column \(error.column): \(error.message).",
                extensions: ["line": JSONValue(line), "column": JSONValue(error.column)])
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [(number: Int, bytes: [UInt8])] {
        var lines: [(number: Int, bytes: [UInt8])] = []
        var number = 0
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            number += 1
            let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank { lines.append((number, Array(line))) }
        }
        return lines
    }
}
