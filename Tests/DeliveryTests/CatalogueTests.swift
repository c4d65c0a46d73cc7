// The catalogue is the product's: 148 types in twelve modules, each with data to show.

import Delivery
import Foundation
import JSON
import Testing
import Time

@Suite("The event catalogue")
struct CatalogueTests {
    private let catalogue = EventCatalogue.standard

    @Test("148 types in twelve modules, in the order of the product")
    func order() {
        #expect(catalogue.types.count == 148)
        #expect(Set(catalogue.types.map(\.name)).count == 148)
        #expect(
            catalogue.modules.map(\.name) == [
                "Users", "Payment", "Interaction", "Voice campaign", "CRM", "Entry points", "Document center", "SMS campaign", "Cases",
                "Toolbox", "WhatsApp campaigns", "Exports",
            ])
        #expect(catalogue.modules.allSatisfy { !catalogue.types(in: $0).isEmpty })
    }

    @Test("Names, modules and freshness are those of events.tsv, where it is found")
    func source() throws {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let path = here.deletingLastPathComponent().appendingPathComponent("../../../shared/events.tsv").standardized.path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            print("skipped: there is no \(path)")
            return
        }
        let rows = text.split(separator: "\n").dropFirst().map { $0.split(separator: "\t").map(String.init) }
        #expect(rows.map { $0[1] } == catalogue.types.map(\.name))
        #expect(rows.map { $0[0] } == catalogue.types.map(\.module.name))
        #expect(rows.map { $0[3] } == catalogue.types.map(\.freshness.rawValue))
    }

    @Test("Every type has data that survive being written and read")
    func samples() throws {
        for type in catalogue.types + [.test] {
            #expect(!type.sample.isEmpty, "\(type.name)")
            let event = NewEvent(type: type, time: Timestamp(milliseconds: 0), context: type.sampleContext, data: type.sample)
            let parsed = try JSONValue(parsing: event.body)
            #expect(parsed["data"] == .object(type.sample), "\(type.name)")
            #expect(parsed["event_type"] == .string(type.name))
        }
    }

    @Test(
        "A name that is nearly right finds the right one",
        arguments: [
            ("call:ended", "call:end"), ("CALL_END", "call:end"), ("user_login", "USER_LOGIN"), ("contact:create", "contact:created"),
        ])
    func nearest(_ wrong: String, _ right: String) {
        let names = catalogue.nearest(to: wrong)
        #expect(names.contains(right))
        #expect(names.count <= 3)
    }

    @Test("A name that is nothing finds nothing", arguments: ["", "zzzzzzzzzzzz", String(repeating: "x", count: 100_000)])
    func nothing(_ name: String) {
        #expect(catalogue.nearest(to: name).isEmpty)
        #expect(catalogue.type(named: name) == nil)
    }

    @Test("The body is compact, in order, and its slashes are not escaped")
    func body() throws {
        let type = try #require(catalogue.type(named: "call:end"))
        let time = try #require(Timestamp(iso8601: "2026-11-22T13:05:09.123Z"))
        let event = NewEvent(type: type, time: time, context: ["a": "b/c"], data: ["z": 1, "é": .number("1.50")])
        let expected =
            #"{"event_time":"2026-11-22T13:05:09.123Z","event_type":"call:end","current_context":{"a":"b/c"},"data":{"z":1,"é":1.50}}"#
        #expect(String(decoding: event.body, as: UTF8.self) == expected)
    }
}
