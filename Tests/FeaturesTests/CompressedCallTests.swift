// Calls with compressed bodies: gzip is taken, anything else is answered with what is.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Web

@Suite("Compressed calls")
struct CompressedCallTests {
    private static let events = "/api/v1/accounts/acme/events"
    /// `{"event_type":"cdr","data":{"note":"n"}}`
    private static let packed: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0xAB, 0x56, 0x4A, 0x2D, 0x4B, 0xCD,
        0x2B, 0x89, 0x2F, 0xA9, 0x2C, 0x48, 0x55, 0xB2, 0x52, 0x4A, 0x4E, 0x29, 0x52, 0xD2, 0x51, 0x4A,
        0x49, 0x2C, 0x49, 0x54, 0xB2, 0xAA, 0x56, 0xCA, 0xCB, 0x2F, 0x01, 0x09, 0xE6, 0x29, 0xD5, 0xD6,
        0x02, 0x00, 0xB5, 0x29, 0xF4, 0xB6, 0x28, 0x00, 0x00, 0x00,
    ]

    private let test: TestApp
    private let key: String

    init() throws {
        test = try TestApp()
        key = try test.key(of: test.acme)
    }

    private func call(_ body: [UInt8], _ encoding: String, key: String? = nil) -> Browser.Page {
        test.call(.post, Self.events, key: key ?? self.key, body: body, fields: [.contentEncoding: encoding])
    }

    @Test("An event in gzip is accepted like any other")
    func accepted() throws {
        #expect(call(Self.packed, "gzip").status == 202)
        #expect(test.call(.post, Self.events, key: key, body: Self.packed).status == 400)
    }

    @Test("Another coding is answered 415, with the one that is taken", arguments: ["br", "deflate", "gzip, gzip"])
    func refused(encoding: String) throws {
        let answer = call(Self.packed, encoding)
        #expect(answer.status == 415 && answer.fields[.acceptEncoding] == "gzip")
        #expect(answer.fields[.contentType] == "application/problem+json")
        #expect(try JSONValue(parsing: answer.bytes)["type"]?.string == "urn:hookswitch:problem:unsupported-encoding")
        // Who has no key learns nothing of it.
        #expect(call(Self.packed, encoding, key: "hsk_wrong").status == 401)
    }

    @Test("What is not the gzip that it says is answered in words, and nothing is accepted")
    func broken() throws {
        for body in [Array(Self.packed.dropLast(3)), Array("{}".utf8)] {
            let answer = call(body, "gzip")
            #expect(answer.status == 400 && answer.text.contains("broken-gzip"))
        }
        let count = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM events", as: Int.self) }
        #expect(count == 0)
    }

    @Test("A form of a page is read in gzip too, and another coding says what is taken")
    func pages() throws {
        let browser = try test.browser()
        _ = browser.get("/sign-in")
        let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .contentEncoding: "br"]
        let answer = browser.send(.post, "/sign-in", fields: fields, body: [1])
        #expect(answer.status == 415 && answer.fields[.acceptEncoding] == "gzip")
    }
}
