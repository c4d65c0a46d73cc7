// What a platform service hands over as an event → a checked event, or every thing that is wrong with it and where. Nothing is
// guessed: a misspelt member would otherwise be an event without its data, found out weeks later.

import Delivery
import HTTP
import HTTPTypes
import JSON
import Spelling
import Time

struct EventInput {
    /// Of an event's body as receivers get it: what SQS takes (webhooks.md § The request).
    static let maximumBodySize = 256 * 1024
    private static let maximumKeyLength = 255
    /// Of one event: half a million unknown members must not make an answer fifteen times as long.
    private static let maximumUnknown = 20
    private static let members = ["event_type", "event_time", "event_id", "current_context", "data"]

    let event: NewEvent

    /// One event as it was sent. Throws a `Problem` that names every fault with its JSON Pointer.
    ///
    /// - Parameters:
    ///   - pointer: where the event stands in the body: `""`, `"/3"`.
    ///   - suggestions: those of the call, of which there are few.
    ///   - mayBeTooLong: false when all that was sent is so short that no event of it can be too long.
    init(
        _ value: JSONValue, at pointer: String, key: String? = nil, mayBeTooLong: Bool, suggestions: EventSuggestions, now: Timestamp
    ) throws {
        guard let object = value.object else {
            throw EventFault.invalid("An event is a JSON object with event_type and data.", at: pointer).problem
        }
        var faults: [EventFault] = []
        let unknown = object.members.lazy.filter { !Self.members.contains($0.name) }
        for member in unknown.prefix(Self.maximumUnknown) { faults.append(.unknownMember(member.name, in: pointer)) }

        let type = Self.type(object["event_type"], in: pointer, suggestions, &faults)
        let time = Self.time(object["event_time"], in: pointer, &faults)
        let ownKey = Self.key(object["event_id"], in: pointer, &faults)
        if let key, let ownKey, !key.isIdentical(to: ownKey) {
            faults.append(
                EventFault(
                    "conflicting-keys", title: "Conflicting keys",
                    detail: "The header Idempotency-Key and event_id differ. Send one of them.", at: pointer + "/event_id"))
        }
        let context = Self.object(object["current_context"], named: "current_context", in: pointer, &faults)
        let data = Self.object(object["data"], named: "data", in: pointer, &faults)
        guard faults.isEmpty, let type else { throw EventFault.problem(faults) }

        event = NewEvent(type: type, idempotencyKey: ownKey ?? key, time: time ?? now, context: context, data: data)
        if mayBeTooLong {
            let length = event.body.count
            guard length <= Self.maximumBodySize else { throw EventFault.tooLong(length, pointer) }
        }
    }

    /// A key for idempotency: text that can be stored, compared and shown.
    static func isKey(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumKeyLength && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    static let keyRule = "Use a text of 1 to \(maximumKeyLength) bytes without control characters."

    private static func type(
        _ value: JSONValue?, in pointer: String, _ suggestions: EventSuggestions, _ faults: inout [EventFault]
    ) -> EventType? {
        guard let value else {
            faults.append(.invalid("event_type is missing.", at: pointer + "/event_type"))
            return nil
        }
        guard let name = value.string else {
            faults.append(.invalid("event_type must be a text.", at: pointer + "/event_type"))
            return nil
        }
        guard let type = EventCatalogue.standard.type(named: name) else {
            faults.append(.unknownType(name, in: pointer, suggestions))
            return nil
        }
        return type
    }

    private static func time(_ value: JSONValue?, in pointer: String, _ faults: inout [EventFault]) -> Timestamp? {
        guard let value else { return nil }
        if let text = value.string, let time = Timestamp(iso8601: text) { return time }
        faults.append(
            EventFault.invalid("event_time must be a time of RFC 3339, such as 2026-11-22T13:05:09.123Z.", at: pointer + "/event_time"))
        return nil
    }

    private static func key(_ value: JSONValue?, in pointer: String, _ faults: inout [EventFault]) -> String? {
        guard let value else { return nil }
        if let text = value.string, isKey(text) { return text }
        faults.append(.invalid("event_id is no valid key. \(keyRule)", at: pointer + "/event_id"))
        return nil
    }

    private static func object(_ value: JSONValue?, named name: String, in pointer: String, _ faults: inout [EventFault]) -> JSONObject {
        guard let value else { return [:] }
        if let object = value.object { return object }
        faults.append(.invalid("\(name) must be a JSON object.", at: "\(pointer)/\(name)"))
        return [:]
    }
}

/// One thing that is wrong with an event.
struct EventFault {
    let type: String
    let title: String
    let detail: String
    /// JSON Pointer (RFC 6901), from the root of what was sent.
    let pointer: String
    var nearest: [String] = []

    init(_ type: String, title: String, detail: String, at pointer: String) {
        self.type = type
        self.title = title
        self.detail = detail
        self.pointer = pointer
    }

    static func invalid(_ detail: String, at pointer: String) -> EventFault {
        EventFault("invalid-event", title: "Invalid event", detail: detail, at: pointer)
    }

    var problem: Problem { Self.problem([self]) }

    /// The first fault gives the problem its type and words; `errors` has all of them, as the example of RFC 9457 § 3 does.
    static func problem(_ faults: [EventFault]) -> Problem {
        let first = faults.first ?? .invalid("The event could not be read.", at: "")
        var extensions: JSONObject = [:]
        if !first.nearest.isEmpty { extensions["nearest"] = .array(first.nearest.map(JSONValue.string)) }
        extensions["errors"] = .array(
            faults.map { fault in
                var error: JSONObject = ["pointer": .string("#" + fault.pointer), "detail": .string(fault.detail)]
                if !fault.nearest.isEmpty { error["nearest"] = .array(fault.nearest.map(JSONValue.string)) }
                return .object(error)
            })
        return Problem(status: .unprocessableContent, type: first.type, title: first.title, detail: first.detail, extensions: extensions)
    }

    static func unknownType(_ name: String, in pointer: String, _ suggestions: EventSuggestions) -> EventFault {
        let nearest = suggestions.nearest(to: name)
        let hint =
            nearest.isEmpty
            ? "The documentation in the console lists all that exist."
            : "Did you mean \(nearest.map { "“\($0)”" }.joined(separator: " or "))?"
        var fault = EventFault(
            "unknown-event-type", title: "Unknown event type", detail: "There is no event type “\(shortened(name))”. \(hint)",
            at: pointer + "/event_type")
        fault.nearest = nearest
        return fault
    }

    static func unknownMember(_ name: String, in pointer: String) -> EventFault {
        let escaped = name.escaping { $0 == UInt8(ascii: "~") ? "~0" : $0 == UInt8(ascii: "/") ? "~1" : nil }
        return EventFault(
            "unknown-member", title: "Unknown member",
            detail:
                "There is no member “\(shortened(name))” in an event; its members are event_type, event_time, event_id, current_context and data.",
            at: "\(pointer)/\(shortened(escaped))")
    }

    static func tooLong(_ length: Int, _ pointer: String) -> Problem {
        Problem(
            status: .contentTooLarge, type: "event-too-large", title: "Event too large",
            detail: "The event has \(length) bytes; the limit is \(EventInput.maximumBodySize). Send a link to what is large.",
            extensions: ["errors": [["pointer": .string("#" + pointer), "detail": "The event is too large."]]])
    }

    /// What a stranger sent is repeated, but not at any length.
    private static func shortened(_ text: String) -> String {
        text.unicodeScalars.count > 80 ? "\(text.prefix(maximumScalars: 80))…" : text
    }
}
