// The body of a call to the event API, in one of its three forms, as a list of events each of which is good or has its problem.

import Delivery
import HTTP
import HTTPTypes
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
        let batch = try JSONBatch(bytes, request, of: "event", "events")
        isSingle = batch.isSingle
        if !isSingle {
            guard key == nil else { throw Self.keyWithBatch }
            try batch.requireCount(upTo: Self.maximumEvents)
        }
        items = batch.map { value, pointer in
            try EventInput(value, at: pointer, key: key, mayBeTooLong: mayBeTooLong, suggestions: suggestions, now: now).event
        }
        if isSingle { _ = try items.first?.get() }
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

    private static let keyWithBatch = Problem(
        status: .badRequest, type: "idempotency-key-with-batch", title: "Idempotency key with a batch",
        detail: "The header Idempotency-Key is for a single event. Give each event of a batch its own event_id.")
}
