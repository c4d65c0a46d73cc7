// The body of a call to the event API, in one of its three forms, as a list of events each of which is good or has its problem.

import Delivery
import HTTP
import HTTPTypes
import JSON
import Spelling
import Time

struct EventBatch {
    static let maximumEvents = 1000
    /// The envelope that is written around what was sent is shorter than this.
    private static let envelope = 512

    /// In the order sent.
    let items: [Result<NewEvent, Problem>]
    /// One object alone, which is answered with one object.
    let isSingle: Bool

    /// Throws a `Problem` when the body as a whole cannot be read; what is wrong with one event of several is in its item.
    init(_ bytes: [UInt8], _ request: Request, now: Timestamp) throws {
        let key = try Self.key(request)
        let suggestions = EventSuggestions()
        let mayBeTooLong = bytes.count > EventInput.maximumBodySize - Self.envelope
        switch request.contentType?.essence {
        case "application/json":
            let value = try Self.parse(bytes)
            guard let array = value.array else {
                items = [
                    .success(try EventInput(value, at: "", key: key, mayBeTooLong: mayBeTooLong, suggestions: suggestions, now: now).event)
                ]
                isSingle = true
                return
            }
            try Self.check(count: array.count, key)
            isSingle = false
            items = array.enumerated().map { index, value in
                Self.item { try EventInput(value, at: "/\(index)", mayBeTooLong: mayBeTooLong, suggestions: suggestions, now: now).event }
            }
        case "application/x-ndjson", "application/ndjson", "application/jsonl":
            let lines = Self.lines(bytes)
            try Self.check(count: lines.count, key)
            isSingle = false
            items = lines.map { number, line in
                Self.item(line: number) {
                    try EventInput(Self.parse(line, line: number), at: "", mayBeTooLong: mayBeTooLong, suggestions: suggestions, now: now)
                        .event
                }
            }
        default:
            throw Problem(
                status: .unsupportedMediaType, type: "unsupported-media-type", title: "Unsupported media type",
                detail: "Send application/json (an event, or an array of events) or application/x-ndjson (an event a line).")
        }
    }

    /// The header of draft-ietf-httpapi-idempotency-key-header: a quoted text, or the bare text that many clients send.
    private static func key(_ request: Request) throws -> String? {
        guard let name = HTTPField.Name("Idempotency-Key"), let header = request.fields[name] else { return nil }
        let quoted = header.rest(after: "\"").flatMap { $0.cut(atLast: "\"") }.flatMap { $0.after.isEmpty ? $0.before : nil }
        let key = quoted.map(String.init) ?? header
        guard EventInput.isKey(key) else {
            throw Problem(
                status: .badRequest, type: "invalid-idempotency-key", title: "Invalid idempotency key",
                detail: "The header Idempotency-Key is no valid key. \(EventInput.keyRule)")
        }
        return key
    }

    private static func check(count: Int, _ key: String?) throws {
        if key != nil {
            throw Problem(
                status: .badRequest, type: "idempotency-key-with-batch", title: "Idempotency key with a batch",
                detail: "The header Idempotency-Key is for a single event. Give each event of a batch its own event_id.")
        }
        if count == 0 {
            throw Problem(
                status: .unprocessableContent, type: "empty-batch", title: "Empty batch",
                detail: "The batch has no event. Send 1 to \(maximumEvents).")
        }
        if count > maximumEvents {
            throw Problem(
                status: .contentTooLarge, type: "too-many-events", title: "Too many events",
                detail: "The batch has \(count) events; the limit is \(maximumEvents). Nothing was accepted: send smaller batches.")
        }
    }

    private static func item(line: Int? = nil, _ read: () throws -> NewEvent) -> Result<NewEvent, Problem> {
        do {
            return .success(try read())
        } catch var problem as Problem {
            if let line { problem.extensions["line"] = JSONValue(line) }
            return .failure(problem)
        } catch {
            return .failure(Problem(status: .unprocessableContent, type: "invalid-event", title: "Invalid event", detail: "\(error)"))
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

    /// Lines that hold anything, with their numbers from 1.
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
