// Reference data as the platform's services hand it over: the same rules as the pages, in problems that a program can read.

import Database
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Reference data by machines' calls")
struct ReferenceCallTests {
    private let test: TestApp
    private let key: String

    init() throws {
        test = try TestApp()
        key = try test.key(of: test.acme)
    }

    private func call(_ method: HTTPRequest.Method, _ place: String, _ body: JSONValue? = nil, key: String? = nil) -> Browser.Page {
        test.call(method, "/api/v1/accounts/acme/\(place)", key: key ?? self.key, body: body?.serialized() ?? [])
    }

    private func json(_ page: Browser.Page) throws -> JSONValue { try JSONValue(parsing: page.bytes) }

    /// The members of which a problem speaks.
    private func pointers(_ page: Browser.Page) throws -> [String] {
        #expect(page.fields[.contentType] == "application/problem+json")
        return try json(page)["errors"]?.array?.compactMap { $0["pointer"]?.string } ?? []
    }

    @Test("What is put is made, read, changed and deleted by its reference; the same again changes nothing and is no change in the log")
    func whole() throws {
        let playlist = call(.put, "playlists/media-7", ["name": " Jazz\u{200B}"])
        #expect(playlist.status == 201 && playlist.fields[.location] == "/api/v1/accounts/acme/playlists/media-7")
        let queue: JSONValue = ["name": "Support", "head_of_line": "01 42 68 53 00", "playlist": "media-7"]
        #expect(call(.put, "queues/acd:1", queue).status == 201)
        #expect(call(.put, "tracking-numbers/+33187654300", ["name": "Sales", "number": "+33 1 87 65 43 00"]).status == 201)
        let id = try #require(try test.items(Queue.self, of: test.acme).first).id
        let expected: JSONValue = [
            "id": .string(id.description), "name": "Support", "reference": "acd:1", "head_of_line": "+33142685300", "playlist": "media-7",
        ]
        let log = try test.audit()
        #expect(log == ["playlist.create", "queue.create", "tracking_number.create"])
        let again = call(.put, "queues/acd:1", queue)
        #expect(again.status == 200)
        #expect(try json(again) == expected && json(call(.get, "queues/acd:1")) == expected && test.audit() == log)
        #expect(try json(call(.get, "tracking-numbers/+33187654300"))["number"] == "+33187654300")

        // What is left out is not there.
        let changed = call(.put, "queues/acd:1", ["name": "Helpdesk", "reference": "acd:1"])
        #expect(try changed.status == 200 && json(changed)["playlist"] == .null && json(changed)["head_of_line"] == .null)
        #expect(try test.audit().last == "queue.update")
        for place in ["queues/acd:1", "playlists/media-7", "tracking-numbers/+33187654300"] {
            let gone = call(.delete, place)
            #expect(gone.status == 204 && gone.bytes.isEmpty)
            #expect(call(.delete, place).status == 404 && call(.get, place).status == 404)
        }
        let deletions = try test.site.database.read {
            try $0.rows("SELECT entity || ' ' || detail FROM deletions ORDER BY id") { try $0.next(String.self) }
        }
        #expect(deletions == ["queue Helpdesk", "playlist Jazz", "tracking_number Sales"])
    }

    /// What is put where, and the members that the problem speaks of.
    private struct Wrong: Sendable {
        let place: String
        let body: String
        let pointers: [String]

        init(_ place: String, _ body: String, _ pointers: String...) {
            (self.place, self.body, self.pointers) = (place, body, pointers)
        }
    }

    private static let wrong: [Wrong] = [
        Wrong("queues/a", #"{}"#, "#/name"),
        Wrong("queues/a", #"{"name":null}"#, "#/name"),
        Wrong("queues/a", #"{"name":5,"head_of_line":[]}"#, "#/name", "#/head_of_line"),
        Wrong("queues/a", #"{"name":"A","colour":"red","a/b~c":1}"#, "#/colour", "#/a~1b~0c"),
        Wrong("queues/a", #"{"name":"\u200e\u2800","head_of_line":"12ab"}"#, "#/name", "#/head_of_line"),
        Wrong("queues/a", #"{"name":"Taken"}"#, "#/name"),
        Wrong("queues/a", #"{"name":"A","playlist":"nowhere"}"#, "#/playlist"),
        Wrong("queues/a", #"{"name":"A","reference":"b"}"#, "#/reference"),
        Wrong("queues/a%20b", #"{"name":"A"}"#, "#/reference"),
        Wrong("queues/%F0%9F%98%80", #"{"name":"A"}"#, "#/reference"),
        Wrong("tracking-numbers/a", #"{"name":"A"}"#, "#/number"),
        Wrong("tracking-numbers/a", #"{"name":"A","number":"112"}"#, "#/number"),
    ]

    @Test("What is wrong is told by member, all at once, and nothing is kept", arguments: wrong.indices)
    func refused(index: Int) throws {
        let wrong = Self.wrong[index]
        try test.add(Queue.self, "Taken", to: test.acme)
        let page = test.call(.put, "/api/v1/accounts/acme/\(wrong.place)", key: key, body: Array(wrong.body.utf8))
        #expect(page.status == 422)
        #expect(try pointers(page) == wrong.pointers)
        #expect(try test.items(Queue.self, of: test.acme).count == 1 && test.audit() == [])
    }

    @Test("Ten thousand characters, signs of direction and emoji: each has a clear answer")
    func strangeNames() throws {
        let long = call(.put, "queues/a", ["name": .string(String(repeating: "ä", count: 10_000))])
        #expect(long.status == 422)
        #expect(try pointers(long) == ["#/name"] && !long.text.contains("ää"))
        let name = call(.put, "queues/a", ["name": "\u{202E}תמיכה 👩🏽‍💻\u{200F}"])
        #expect(try name.status == 201 && json(name)["name"] == "תמיכה 👩🏽‍💻")
        let many = JSONValue.object(JSONObject(members: (0..<500).map { ("m\($0)", JSONValue.null) }))
        #expect(try pointers(call(.put, "queues/a", many)).count == 20)
    }

    @Test("What is no JSON object is refused as such, another type of body too, and one that is too large")
    func bodies() {
        let address = "/api/v1/accounts/acme/queues/a"
        for body in ["{\"name\":", "[]", "\"Support\"", "{\"name\":\"A\",\"name\":\"B\"}", "{\"name\":\"\\ud800\"}"] {
            let page = test.call(.put, address, key: key, body: Array(body.utf8))
            #expect(page.status == 400 && page.text.contains("malformed-json"), "\(body)")
        }
        #expect(
            test.call(.put, address, key: key, body: Array("name=A".utf8), contentType: "application/x-www-form-urlencoded").status == 415)
        let large = Array("{\"name\":\"\(String(repeating: "a", count: 70_000))\"}".utf8)
        #expect(test.call(.put, address, key: key, body: large).status == 413)
        #expect(test.call(.post, "/api/v1/accounts/acme/queues", key: key, body: Array("{}".utf8)).status == 405)
    }

    @Test("What is in use is 409, with what uses it and where that is ended")
    func inUse() throws {
        #expect(call(.put, "playlists/p", ["name": "Jazz"]).status == 201)
        #expect(call(.put, "queues/q", ["name": "Support", "playlist": "p"]).status == 201)
        let queue = try #require(try test.items(Queue.self, of: test.acme).first)
        let refused = call(.delete, "playlists/p")
        #expect(refused.status == 409)
        let problem = try json(refused)
        #expect(problem["type"] == "urn:hookswitch:problem:in-use" && problem["count"] == 1)
        #expect(problem["uses"] == [["kind": "queue", "name": "Support", "page": .string("/operator/queues/\(queue.id)")]])
        #expect(call(.delete, "queues/q").status == 204 && call(.delete, "playlists/p").status == 204)
    }

    @Test("A number that a webhook is restricted to cannot become another")
    func fixedNumber() throws {
        #expect(call(.put, "tracking-numbers/n", ["name": "Sales", "number": "+33187654300"]).status == 201)
        let alice = try test.browser(test.alice)
        let restriction = [("events", "cdr"), ("restriction", "tracking_number"), ("numbers", "+33187654300")]
        #expect(alice.post(WebhookPages.list, WebhookPages.form(restriction)).status == 303)
        #expect(try pointers(call(.put, "tracking-numbers/n", ["name": "Sales", "number": "+33187654301"])) == ["#/number"])
        #expect(call(.put, "tracking-numbers/n", ["name": "Renamed", "number": "0187654300"]).status == 200)
        #expect(call(.delete, "tracking-numbers/n").status == 409)
    }

    @Test("The limit is a problem of its own")
    func limit() throws {
        try test.site.database.write { try Limit.playlists.setMaximum(1, of: test.acme, on: $0) }
        #expect(call(.put, "playlists/one", ["name": "One"]).status == 201)
        let refused = call(.put, "playlists/two", ["name": "Two"])
        #expect(try refused.status == 409 && json(refused)["limit"] == "playlists" && json(refused)["maximum"] == 1)
        #expect(call(.put, "playlists/one", ["name": "Uno"]).status == 200)
    }

    @Test("A list comes in pages from the oldest on, and the last says that there is no more")
    func pages() throws {
        for index in 0..<5 { #expect(call(.put, "playlists/p\(index)", ["name": .string("P\(index)")]).status == 201) }
        var next: String? = "playlists?limit=2"
        var names: [String] = []
        while let place = next {
            let page = try json(call(.get, place))
            let items = try #require(page["items"]?.array)
            #expect(items.count <= 2)
            names += items.compactMap { $0["reference"]?.string }
            next = page["next"]?.string?.replacing("/api/v1/accounts/acme/", with: "")
        }
        #expect(names == ["p0", "p1", "p2", "p3", "p4"])
        #expect(try json(call(.get, "queues")) == ["items": [], "next": nil])
        for query in ["limit=0", "limit=501", "limit=x", "after=x", "after=que_x"] {
            #expect(call(.get, "playlists?\(query)").status == 422, "\(query)")
        }
    }

    @Test("Reading and writing are scopes of their own, and another account's key finds nothing")
    func access() throws {
        let reader = try test.key(of: test.acme, scopes: [.readReference])
        let writer = try test.key(of: test.acme, scopes: [.writeReference])
        #expect(call(.put, "queues/q", ["name": "Q"], key: reader).status == 403)
        #expect(call(.put, "queues/q", ["name": "Q"], key: writer).status == 201)
        #expect(call(.get, "queues/q", key: writer).status == 403 && call(.get, "queues/q", key: reader).status == 200)
        #expect(call(.delete, "queues/q", key: reader).status == 403)
        let stranger = try test.key(of: test.globex)
        for method in [HTTPRequest.Method.get, .put, .delete] {
            #expect(call(method, "queues/q", method == .put ? ["name": "Mine"] : nil, key: stranger).status == 404)
        }
        // One reference may be in each account.
        #expect(test.call(.put, "/api/v1/accounts/globex/queues/q", key: stranger, body: Array(#"{"name":"Q"}"#.utf8)).status == 201)
        #expect(try test.items(Queue.self, of: test.acme).map(\.name) == ["Q"])
    }
}
