// The event API as a platform service meets it: what is accepted, and how each kind of bad input is told.

import Database
import Delivery
import Features
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Event API")
struct EventAPITests {
    private let address = "/api/v1/accounts/acme/events"

    private func world() throws -> (TestApp, String) {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.addWebhook(to: "https://crm.example/", in: test.acme)
        return (test, try test.key(of: test.acme))
    }

    private func post(
        _ test: TestApp, _ key: String?, _ body: String, contentType: String = "application/json", header: String? = nil
    ) throws -> (status: Int, json: JSONValue, fields: HTTPFields) {
        var fields: HTTPFields = [:]
        if let header { fields[try #require(HTTPField.Name("Idempotency-Key"))] = header }
        let page = test.call(.post, address, key: key, body: Array(body.utf8), contentType: contentType, fields: fields)
        return (page.status, try JSONValue(parsing: page.bytes), page.fields)
    }

    private func events(_ test: TestApp) throws -> Int {
        try test.site.database.read { try $0.value("SELECT COUNT(*) FROM events") ?? 0 }
    }

    @Test("An answer is no multiple of what was sent: of an event's unknown members the first are named")
    func manyUnknownMembers() throws {
        let (test, key) = try world()
        let members = (0..<5000).map { "\"m\($0)\":0" }.joined(separator: ",")
        let answer = try post(test, key, "{\"event_type\":\"call:end\",\(members)}")
        #expect(answer.status == 422 && answer.json["type"] == "urn:hookswitch:problem:unknown-member")
        #expect(answer.json["errors"]?.array?.count == 20)
    }

    @Test("An event is accepted with an id, and can be asked for with its deliveries")
    func single() throws {
        let (test, key) = try world()
        let answer = try post(
            test, key,
            #"{"event_type":"call:end","event_time":"2026-11-22T14:05:09+01:00","event_id":"e-1","current_context":{"a":1.50},"data":{"b":"/"}}"#
        )
        #expect(answer.status == 202)
        #expect(answer.json["duplicate"] == false && answer.json["deliveries"] == 1)
        let id = try #require(answer.json["id"]?.string)
        let body = try test.site.database.read { try $0.value("SELECT body FROM events", as: String.self) }
        #expect(body == #"{"event_time":"2026-11-22T13:05:09.000Z","event_type":"call:end","current_context":{"a":1.50},"data":{"b":"/"}}"#)

        let shown = test.call(.get, "\(address)/\(id)", key: key)
        let json = try JSONValue(parsing: shown.bytes)
        #expect(shown.status == 200 && json["event_id"] == "e-1" && json["event_type"] == "call:end")
        #expect(json["deliveries"]?.array?.first?["state"] == "pending")
        #expect(test.call(.get, "\(address)/\(id)", key: try test.key(of: test.acme, scopes: [.writeEvents])).status == 403)
        let other = try test.key(of: test.globex)
        #expect(test.call(.get, "\(address)/\(id)", key: other).status == 404)
        #expect(test.call(.get, "/api/v1/accounts/globex/events/\(id)", key: other).status == 404)
        #expect(test.call(.get, "\(address)/nonsense", key: key).status == 404)
    }

    @Test("Keys that differ only in how a letter is composed are two events, and each gets its own id, also when they come again")
    func composition() throws {
        let (test, key) = try world()
        let body = "[\"caf\u{E9}\", \"cafe\u{301}\", \"K\", \"\u{212A}\"]"
        let keys = try #require(try JSONValue(parsing: Array(body.utf8)).array).compactMap(\.string)
        let batch = JSONValue.array(keys.map { ["event_type": "cdr", "event_id": .string($0)] })
        func ids() throws -> [String] {
            let answer = try post(test, key, String(decoding: batch.serialized(), as: UTF8.self))
            return (answer.json["items"]?.array ?? []).compactMap { $0["id"]?.string }
        }
        let first = try ids()
        #expect(Set(first).count == 4)
        #expect(try ids() == first)
        #expect(try events(test) == 4)
        // The header and the member are the same key only when their bytes are.
        let differing = try post(test, key, #"{"event_type":"cdr","event_id":"cafe\#u{301}"}"#, header: "K")
        #expect(differing.json["type"] == "urn:hookswitch:problem:conflicting-keys")
        #expect(
            try post(test, key, #"{"event_type":"cdr","event_id":"\#u{212A}"}"#, header: "K").json["type"]
                == "urn:hookswitch:problem:conflicting-keys")
    }

    @Test("Only the type is needed; the time is then now")
    func least() throws {
        let (test, key) = try world()
        #expect(try post(test, key, #" {"event_type":"cdr"} "#).status == 202)
        let time = try test.site.database.read { try $0.value("SELECT event_time FROM events", as: Timestamp.self) }
        #expect(time == test.clock.clock.now())
    }

    @Test("The same event_id, or Idempotency-Key, is the same event: same id, sent once")
    func idempotency() throws {
        let (test, key) = try world()
        let first = try post(test, key, #"{"event_type":"cdr","event_id":"e-1"}"#)
        for answer in [
            try post(test, key, #"{"event_type":"cdr","event_id":"e-1"}"#), try post(test, key, #"{"event_type":"cdr"}"#, header: "e-1"),
            try post(test, key, #"{"event_type":"cdr"}"#, header: "\"e-1\""),
            try post(test, key, #"{"event_type":"cdr","event_id":"e-1"}"#, header: "e-1"),
        ] {
            #expect(answer.status == 202 && answer.json["id"] == first.json["id"] && answer.json["duplicate"] == true)
        }
        #expect(try events(test) == 1)
        let other = try test.key(of: test.globex)
        let page = test.call(
            .post, "/api/v1/accounts/globex/events", key: other, body: Array(#"{"event_type":"cdr","event_id":"e-1"}"#.utf8))
        #expect(try page.status == 202 && JSONValue(parsing: page.bytes)["duplicate"] == false, "keys are each account's own")
    }

    @Test("Each kind of bad input ends as a problem that says what to do, and nothing is accepted")
    func badInput() throws {
        let (test, key) = try world()
        let deep = String(repeating: "[", count: 100)
        let cases: [(body: String, status: Int, type: String, detail: String)] = [
            ("", 415, "unsupported-media-type", "application/json"),
            ("{\n  \"event_type\": cdr}", 400, "broken-json", "Line 2, column 17"),
            ("{\"event_type\":\"cdr\",\"event_type\":\"cdr\"}", 400, "broken-json", "twice"),
            ("\u{FEFF}{}", 400, "broken-json", "byte order mark"), (deep, 400, "broken-json", "nested deeper"),
            ("{}", 422, "invalid-event", "event_type is missing"), ("7", 422, "invalid-event", "JSON object"),
            (#"{"event_type":7}"#, 422, "invalid-event", "must be a text"),
            (#"{"event_type":"call:edn"}"#, 422, "unknown-event-type", "Did you mean “call:end”"),
            (#"{"event_type":"test"}"#, 422, "unknown-event-type", "no event type “test”"),
            (#"{"event_type":"cdr","event_time":"yesterday"}"#, 422, "invalid-event", "RFC 3339"),
            (#"{"event_type":"cdr","event_time":null}"#, 422, "invalid-event", "RFC 3339"),
            (#"{"event_type":"cdr","data":[]}"#, 422, "invalid-event", "data must be a JSON object"),
            (#"{"event_type":"cdr","current_context":"x"}"#, 422, "invalid-event", "current_context must be"),
            (#"{"event_type":"cdr","event_id":7}"#, 422, "invalid-event", "event_id"),
            (#"{"event_type":"cdr","event_id":""}"#, 422, "invalid-event", "1 to 255"),
            (#"{"event_type":"cdr","event_id":"\#(String(repeating: "x", count: 256))"}"#, 422, "invalid-event", "1 to 255"),
            (#"{"event_type":"cdr","dat/a~":{}}"#, 422, "unknown-member", "no member “dat/a~”"),
            (#"{"evnt_type":"cdr"}"#, 422, "unknown-member", "no member “evnt_type”"), ("[]", 422, "empty-batch", "1 to 1000"),
            (#"{"event_type":"cdr","data":{"x":"\#(String(repeating: "x", count: 270_000))"}}"#, 413, "event-too-large", "262144"),
            (String(repeating: " ", count: 5 << 20), 413, "too-large", "4194304"),
            ("[" + Array(repeating: #"{"event_type":"cdr"}"#, count: 1001).joined(separator: ",") + "]", 413, "too-many-events", "1001"),
        ]
        for (body, status, type, detail) in cases {
            let answer = try post(test, key, body, contentType: body.isEmpty ? "text/plain" : "application/json")
            #expect(answer.status == status && answer.json["status"] == JSONValue(status), "\(body.prefix(60)): \(answer)")
            #expect(answer.json["type"]?.string == "urn:hookswitch:problem:\(type)", "\(body.prefix(60)): \(answer.json)")
            #expect(answer.json["detail"]?.string?.contains(detail) == true, "\(body.prefix(60)): \(answer.json)")
            #expect(answer.fields[.contentType] == "application/problem+json")
        }
        #expect(try post(test, key, "x=1", contentType: "application/x-www-form-urlencoded").status == 415)
        #expect(try post(test, key, #"{"event_type":"cdr"}"#, contentType: "application/json; charset=utf-8", header: "").status == 400)
        let conflict = try post(test, key, #"{"event_type":"cdr","event_id":"a"}"#, header: "b")
        #expect(conflict.status == 422 && conflict.json["type"] == "urn:hookswitch:problem:conflicting-keys")
        #expect(
            try post(test, key, #"[{"event_type":"cdr"}]"#, header: "b").json["type"] == "urn:hookswitch:problem:idempotency-key-with-batch"
        )
        #expect(try events(test) == 0)
    }

    @Test("All that is wrong with an event is told at once, each with its place and the nearest names")
    func allFaults() throws {
        let (test, key) = try world()
        let json = try post(test, key, #"{"event_type":"USER_LOGN","event_time":1,"da/ta":1}"#).json
        let errors = try #require(json["errors"]?.array)
        #expect(errors.map { $0["pointer"]?.string } == ["#/da~1ta", "#/event_type", "#/event_time"])
        #expect(errors[1]["nearest"]?.array?.first == "USER_LOGIN")
        let single = try post(test, key, #"{"event_type":"USER_LOGN"}"#).json
        #expect(single["nearest"]?.array?.first == "USER_LOGIN")
    }

    @Test("A wrong key, a key of another account and one without the scope are told apart no more than they may be")
    func keys() throws {
        let (test, _) = try world()
        let body = #"{"event_type":"cdr"}"#
        #expect(try post(test, nil, body).status == 401)
        #expect(try post(test, "hsk_wrong", body).status == 401)
        #expect(try post(test, try test.key(of: test.globex), body).status == 404)
        #expect(try post(test, try test.key(of: test.acme, scopes: [.readEvents]), body).status == 403)
        #expect(try events(test) == 0)
    }

    @Test(
        "A batch with one bad item: the good ones are accepted, the bad one has its problem in its place",
        arguments: ["application/json", "application/x-ndjson"])
    func batch(_ contentType: String) throws {
        let (test, key) = try world()
        let lines = [
            #"{"event_type":"cdr","event_id":"a"}"#, #"{"event_type":"cdx"}"#, #"{"event_type":"call:end"}"#,
            #"{"event_type":"cdr","event_id":"a"}"#,
        ]
        let isArray = contentType == "application/json"
        let answer = try post(
            test, key, isArray ? "[\(lines.joined(separator: ","))]" : lines.joined(separator: "\r\n") + "\n\n", contentType: contentType)
        #expect(answer.status == 207)
        #expect(answer.json["accepted"] == 3 && answer.json["refused"] == 1)
        let items = try #require(answer.json["items"]?.array)
        #expect(items.map { $0["status"]?.integer } == [202, 422, 202, 202])
        #expect(items.map { $0["duplicate"]?.bool } == [false, nil, false, true])
        #expect(items[3]["id"] == items[0]["id"])
        let problem = try #require(items[1]["problem"])
        #expect(problem["type"] == "urn:hookswitch:problem:unknown-event-type" && problem["nearest"]?.array?.contains("cdr") == true)
        #expect(problem["errors"]?.array?.first?["pointer"]?.string == (isArray ? "#/1/event_type" : "#/event_type"))
        if !isArray { #expect(problem["line"] == 2) }
        #expect(try events(test) == 2)
    }

    @Test("A batch is answered 202 when all of it was accepted, 422 when none was; a broken line harms only itself")
    func batchStatus() throws {
        let (test, key) = try world()
        let good = try post(test, key, #"[{"event_type":"cdr"},{"event_type":"cdr"}]"#)
        #expect(good.status == 202 && good.json["items"]?.array?.count == 2)
        let one = try post(test, key, #"[{"event_type":"cdr"}]"#)
        #expect(one.status == 202 && one.json["items"]?.array?.count == 1)
        let bad = try post(test, key, "[1,{}]")
        #expect(bad.status == 422 && bad.json["type"] == "urn:hookswitch:problem:no-event-accepted" && bad.json["items"]?.array?.count == 2)
        #expect(bad.fields[.contentType] == "application/problem+json")
        let broken = try post(
            test, key, "{\"event_type\":\"cdr\"}\n{\"event_type\":}\n\n{\"event_type\":\"cdr\"}", contentType: "application/x-ndjson")
        #expect(broken.status == 207)
        let problem = broken.json["items"]?.array?[1]["problem"]
        #expect(problem?["line"] == 2 && problem?["column"] == 15 && problem?["type"] == "urn:hookswitch:problem:broken-json")
        let large = try post(
            test, key, #"[{"event_type":"cdr"},{"event_type":"cdr","data":{"x":"\#(String(repeating: "x", count: 270_000))"}}]"#)
        #expect(large.status == 207 && large.json["items"]?.array?[1]["status"] == 413)
        let most = try post(test, key, "[" + Array(repeating: #"{"event_type":"cdr"}"#, count: 1000).joined(separator: ",") + "]")
        #expect(most.status == 202 && most.json["accepted"] == 1000)
    }
}
