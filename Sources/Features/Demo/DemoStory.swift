// What happens in an account, as the events that tell of it: a call is one call from its first ring to its recording, with the
// same number, person and beginning in each of its events.

import Database
import Delivery
import JSON
import Time
import Web

/// One event of the demonstration, before it is written.
struct DemoEvent {
    let type: EventType
    let time: Timestamp
    let context: JSONObject
    let data: JSONObject
}

struct DemoStory {
    let place: DemoPlace
    let account: ID<Account>
    let person: (id: ID<User>, name: String, email: String)

    private static let single = [
        "USER_LOGIN", "USER_LOGIN", "USER_LOGIN_FAILURE", "USER_MODIFIED", "user:activity_changed", "user:activity_changed",
        "contact:created", "contact:updated", "payment:succeeded", "SMS_SENT", "case:created", "case:closed", "conversation:closed",
        "export:ready",
    ]

    func events(from start: Timestamp, _ random: inout DemoRandom) -> [DemoEvent] {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: answeredCall(start, &random)
        case 4..<6: missedCall(start, &random)
        default: [event(Self.single.randomElement(using: &random) ?? "USER_LOGIN", start, party: party(&random))].compactMap(\.self)
        }
    }

    private func answeredCall(_ start: Timestamp, _ random: inout DemoRandom) -> [DemoEvent] {
        let call = Call(place, party: party(&random), start: start, &random)
        let answered = start + .milliseconds(Int64.random(in: 2_000...24_000, using: &random))
        let seconds = Int64.random(in: 35...640, using: &random)
        let end = answered + .seconds(seconds) + .milliseconds(Int64.random(in: 0...999, using: &random))
        let last: JSONObject = [
            "status": "ended", "ended_at": .string(end.iso8601),
            "duration_seconds": .number("\((end.milliseconds - start.milliseconds) / 1000)"),
            "ended_by": .string(Bool.random(using: &random) ? "caller" : "user"), "cause": "normal",
        ]
        var events = [
            event("call:start", start, call, ["status": "ringing"]), event("call:update", answered, call, ["status": "answered"]),
            event("call:end", end, call, last), event("cdr", end + .milliseconds(420), call, last),
        ]
        if Bool.random(using: &random) {
            let recording: JSONObject = [
                "recording": ["id": .string("rec-\(call.number)"), "seconds": .number("\(seconds)"), "format": "audio/wav"]
            ]
            events.append(event("recording:ready", end + .seconds(20), call, recording))
        }
        return events.compactMap(\.self)
    }

    private func missedCall(_ start: Timestamp, _ random: inout DemoRandom) -> [DemoEvent] {
        let call = Call(place, party: party(&random), start: start, &random)
        let end = start + .milliseconds(Int64.random(in: 12_000...45_000, using: &random))
        var events = [event("call:start", start, call, ["status": "ringing"]), event("call:missed", end, call, ["status": "missed"])]
        if Bool.random(using: &random) {
            let seconds = Int64.random(in: 8...70, using: &random)
            let voicemail: JSONObject = ["voicemail": ["id": .string("vm-\(call.number)"), "seconds": .number("\(seconds)")]]
            events.append(event("voicemail:left", end + .seconds(seconds + 6), call, voicemail))
        }
        return events.compactMap(\.self)
    }

    private struct Call {
        let number: Int
        let start: Timestamp
        let facts: JSONObject

        init(_ place: DemoPlace, party: String, start: Timestamp, _ random: inout DemoRandom) {
            number = Int.random(in: 10_000...99_999, using: &random)
            self.start = start
            let line = JSONValue.string(place.number(number % place.numbers))
            facts = [
                "call_id": .string("c-\(number)"), "direction": "inbound", "caller": .string(party), "callee": line,
                "tracking_number": line,
                "queue": .string(place.names.queues[number % place.names.queues.count]),
            ]
        }
    }

    /// A mobile number of the place, of somebody outside.
    private func party(_ random: inout DemoRandom) -> String {
        let digits = Int.random(in: 10_000_000...79_999_999, using: &random)
        return place.account.country == "FR" ? "+336\(digits)" : "+4477\(digits)"
    }

    private func event(_ name: String, _ time: Timestamp, _ call: Call, _ more: JSONObject) -> DemoEvent? {
        guard let type = EventCatalogue.standard.type(named: name) else { return nil }
        var data = call.facts
        data["user"] = user
        data["started_at"] = .string(call.start.iso8601)
        for member in more.members { data[member.name] = member.value }
        return DemoEvent(type: type, time: time, context: context, data: data)
    }

    private func event(_ name: String, _ time: Timestamp, party: String) -> DemoEvent? {
        guard let type = EventCatalogue.standard.type(named: name) else { return nil }
        var data = type.sample
        if data["user"] != nil { data["user"] = user }
        if data["phones"] != nil { data["phones"] = [.string(party)] }
        if data["to"] != nil { data["to"] = .string(party) }
        if data["customer"]?["phone"] != nil { data["customer"] = ["name": "Nadia Benali", "phone": .string(party)] }
        return DemoEvent(type: type, time: time, context: context, data: data)
    }

    private var user: JSONValue {
        ["id": .string(person.id.description), "email": .string(person.email), "name": .string(person.name)]
    }

    private var context: JSONObject {
        EventSamples.context(account: place.account.slug, user: person.id.description, email: person.email, address: "203.0.113.24")
    }
}
