// Blacklists as the platform's services hand them over: one entry or a thousand, each good or with its problem, and the same again is none.

import Database
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Blacklists by machines' calls")
struct BlacklistCallTests {
    private static let address = "/api/v1/accounts/acme/email-domains/xn--mnchen-3ya.example/blacklist"
    private let test: TestApp
    private let key: String
    private let domain: EmailDomain

    init() throws {
        test = try TestApp()
        key = try test.key(of: test.acme)
        domain = try test.addEmailDomain("xn--mnchen-3ya.example")
    }

    private func post(_ body: String, to address: String = address, contentType: String = "application/json", key: String? = nil)
        -> Browser.Page
    {
        test.call(.post, address, key: key ?? self.key, body: Array(body.utf8), contentType: contentType)
    }

    private func json(_ page: Browser.Page) throws -> JSONValue { try JSONValue(parsing: page.bytes) }

    private func pointers(_ problem: JSONValue?) -> [String] {
        problem?["errors"]?.array?.compactMap { $0["pointer"]?.string } ?? []
    }

    private func items(_ query: String = "") throws -> [JSONValue] {
        let page = test.call(.get, Self.address + query, key: key)
        #expect(page.status == 200)
        return try #require(try json(page)["items"]?.array)
    }

    @Test("An entry is taken, read and deleted; the domain may be named as people write it; the same again gives the first one's id")
    func whole() throws {
        let entry =
            #"{"email":"Zoë@Outside.example","address":"News@MÜNCHEN.example","source":"unsubscribe","at":"2026-11-20T12:00:00+02:00"}"#
        let made = post(entry, to: "/api/v1/accounts/acme/email-domains/m%C3%BCnchen.example/blacklist")
        let id = try #require(try json(made)["id"]?.string)
        #expect(try made.status == 201 && json(made) == ["id": .string(id), "duplicate": false])
        let expected: JSONValue = [
            "id": .string(id), "user": nil, "email": "zoë@outside.example", "address": "news@münchen.example", "source": "unsubscribe",
            "at": "2026-11-20T10:00:00.000Z",
        ]
        #expect(try items() == [expected])
        // Composed otherwise, at another time, and by the name that the Internet knows.
        let again = post(#"{"email":"zoe\u0308@outside.example","address":"news@xn--mnchen-3ya.example","source":"unsubscribe"}"#)
        #expect(try again.status == 200 && json(again) == ["id": .string(id), "duplicate": true])
        // Another way of saying no is another entry.
        #expect(post(#"{"email":"zoë@outside.example","address":"news@münchen.example","source":"complaint"}"#).status == 201)
        #expect(try test.counts(of: domain, in: test.acme).all == 2 && items().first == expected)
        let gone = test.call(.delete, "\(Self.address)/\(id)", key: key)
        #expect(gone.status == 204 && gone.bytes.isEmpty)
        #expect(test.call(.delete, "\(Self.address)/\(id)", key: key).status == 404)
        #expect(try test.counts(of: domain, in: test.acme).all == 1)
        let history = try test.site.database.read {
            try $0.first("SELECT entity, detail, user_name, items FROM deletions") { row in
                "\(try row.next(String.self)) \(try row.next(String.self)) \(try row.next(String.self)) \(try row.next(Int.self))"
            }
        }
        let deletion = try #require(history)
        #expect(deletion.hasPrefix("blacklist_entry zoë@outside.example → news@münchen.example key_") && deletion.hasSuffix(" 1"))
        #expect(try test.audit() == ["delete"])
        #expect(post(entry).status == 201)
    }

    @Test("A user of the account is known by id or address, and stays one when the address changes")
    func users() throws {
        let byID = post(#"{"user":"\#(test.bob.id)","source":"manual"}"#)
        let byAddress = post(#"{"email":"BOB@acme.example","address":null,"source":"manual"}"#)
        #expect(try byID.status == 201 && byAddress.status == 200 && json(byID)["id"] == json(byAddress)["id"])
        _ = try test.site.database.write { try $0.execute("UPDATE users SET email = 'robert@acme.example' WHERE id = \(self.test.bob.id)") }
        let entry = try #require(try items().first)
        #expect(entry["user"] == .string(test.bob.id.description) && entry["email"] == "robert@acme.example" && entry["address"] == .null)
        // Nobody of another account, nor nobody.
        for user in [test.mallory.id, test.olivia.id, test.site.ids.next(User.self)] {
            let refused = post(#"{"user":"\#(user)","source":"manual"}"#)
            #expect(refused.status == 422)
            #expect(try pointers(json(refused)) == ["#/user"])
        }
        // Another account's people are strangers here.
        #expect(post(#"{"email":"mallory@globex.example","source":"manual"}"#).status == 201)
        #expect(try items().last?["user"] == .null)
    }

    private static let wrong: [(body: String, pointers: [String])] = [
        (#"{}"#, ["#/email", "#/source"]),
        (#"{"email":null,"user":null,"source":null}"#, ["#/email", "#/source"]),
        (#"{"email":"a@b.example","user":"usr_1","source":"manual"}"#, ["#/email", "#/user"]),
        (#"{"email":"nobody","source":"hearsay"}"#, ["#/email", "#/source"]),
        (#"{"email":5,"address":[],"source":{}}"#, ["#/email", "#/address", "#/source"]),
        (#"{"email":"a@b.example","source":"manual","at":"yesterday"}"#, ["#/at"]),
        (#"{"email":"a@b.example","source":"manual","at":"2026-11-22T14:05:09"}"#, ["#/at"]),
        (#"{"email":"a@b.example","source":"manual","at":"2026-11-22T13:15:09Z"}"#, ["#/at"]),
        (#"{"email":"a@b.example","source":"manual","at":"1969-12-31T23:59:59Z"}"#, ["#/at"]),
        (#"{"email":"a@b.example","source":"manual","address":"a@b.example"}"#, ["#/address"]),
        (#"{"email":"a@b.example","source":"manual","address":"a@sub.münchen.example"}"#, ["#/address"]),
        (#"{"email":"a@b.example","source":"manual","reason":"x","a/b~c":1}"#, ["#/reason", "#/a~1b~0c"]),
        (#"[]x"#, []),
    ]

    @Test("What is wrong is told by member, all at once, and nothing is kept", arguments: wrong.indices)
    func refused(index: Int) throws {
        let wrong = Self.wrong[index]
        let page = post(wrong.body)
        #expect(page.status == (wrong.pointers.isEmpty ? 400 : 422) && page.fields[.contentType] == "application/problem+json")
        #expect(try pointers(json(page)) == wrong.pointers)
        #expect(try items() == [])
    }

    @Test("Of a batch the good entries are taken, and a bad one has its problem at its place; what it says twice is one")
    func batch() throws {
        let page = post(
            """
            [{"email":"a@b.example","source":"manual"}, {"email":"c@b.example","source":"bounce"}, 7,
             {"email":"A@b.example","source":"manual"}, {"email":"d@b.example","sauce":"manual"}, {"user":"\(test.mallory.id)","source":"manual"}]
            """)
        #expect(page.status == 207)
        let answer = try json(page)
        #expect(answer["accepted"] == 3 && answer["refused"] == 3)
        let given = try #require(answer["items"]?.array)
        #expect(given.map { $0["status"] } == [201, 201, 422, 200, 422, 422])
        #expect(given[0]["id"] == given[3]["id"] && given[3]["duplicate"] == true)
        #expect(pointers(given[2]["problem"]) == ["#/2"] && pointers(given[4]["problem"]) == ["#/4/sauce", "#/4/source"])
        #expect(pointers(given[5]["problem"]) == ["#/5/user"])
        let counts = try test.counts(of: domain, in: test.acme)
        #expect(counts[.manual] == 1 && counts[.bounce] == 1)
        let lines = post(
            "{\"email\":\"a@b.example\",\"source\":\"manual\"}\n\n{\"email\":\"e@b.example\",\"source\":\"complaint\"}\r\n",
            contentType: "application/x-ndjson")
        #expect(lines.status == 200)
        #expect(try json(lines)["items"]?.array?.map { $0["status"] } == [200, 201])
        let broken = post("{\n{}\n", contentType: "application/x-ndjson")
        #expect(broken.status == 422)
        let problems = try json(broken)["items"]?.array?.map { $0["problem"]?["line"] }
        #expect(problems == [1, 2])
    }

    @Test("A thousand at once are taken, one more is too many, none is too few; other bodies are told what is taken")
    func bounds() throws {
        func entries(_ count: Int) -> String {
            "["
                + (0..<count).map { #"{"email":"p\#($0)@outside.example","address":"a\#($0 % 7)@münchen.example","source":"bounce"}"# }
                .joined(separator: ",") + "]"
        }
        #expect(post(entries(1001)).status == 413 && post("[]").status == 422)
        #expect(try items() == [])
        let page = post(entries(1000))
        #expect(try page.status == 200 && json(page)["accepted"] == 1000)
        #expect(try test.counts(of: domain, in: test.acme)[.bounce] == 1000)
        #expect(try post(entries(1000)).status == 200 && test.counts(of: domain, in: test.acme).all == 1000)
        #expect(post("email=a", contentType: "application/x-www-form-urlencoded").status == 415)
        #expect(post(String(repeating: " ", count: BlacklistCalls.maximumCallSize + 1)).status == 413)
    }

    @Test("A list comes in pages in the order in which they came, and the last says that there is no more")
    func pages() throws {
        for index in 0..<5 {
            try test.blacklist(.email("p\(index)@outside.example"), at: test.site.clock.now() - .seconds(index * 60), in: domain)
        }
        var next: String? = Self.address + "?limit=2"
        var found: [String] = []
        while let place = next {
            let page = try json(test.call(.get, place, key: key))
            found += page["items"]?.array?.compactMap { $0["email"]?.string } ?? []
            next = page["next"]?.string
        }
        #expect(found == (0..<5).map { "p\($0)@outside.example" })
        for query in ["limit=0", "limit=501", "limit=x", "after=x", "after=edm_x"] {
            #expect(test.call(.get, "\(Self.address)?\(query)", key: key).status == 422, "\(query)")
        }
    }

    @Test("A domain that the account has not is not there, whatever it is called and whatever is sent")
    func unknown() throws {
        for name in ["acme.example", "m%C3%BCnchen", "a%20b", "%2e%2e", "-", "xn--mnchen-3ya.example.", String(repeating: "a", count: 300)]
        {
            let address = "/api/v1/accounts/acme/email-domains/\(name)/blacklist"
            #expect(test.call(.get, address, key: key).status == 404, "\(name)")
            #expect(post("nonsense", to: address).status == 404, "\(name)")
            #expect(test.call(.delete, address + "/ble_x", key: key).status == 404, "\(name)")
        }
        #expect(test.call(.delete, Self.address + "/ble_x", key: key).status == 404)
        // An entry is its own domain's alone.
        let other = try test.addEmailDomain("other.example")
        let id = try test.blacklist(.email("a@b.example"), in: other)
        #expect(test.call(.delete, "\(Self.address)/\(id)", key: key).status == 404)
        #expect(try test.entryCount(of: other) == 1)
    }

    @Test("Reading and writing are scopes of their own, and another account's key finds nothing")
    func access() throws {
        let entry = #"{"email":"a@b.example","source":"manual"}"#
        let reader = try test.key(of: test.acme, scopes: [.readEmailDomains])
        let writer = try test.key(of: test.acme, scopes: [.writeEmailDomains])
        #expect(post(entry, key: reader).status == 403 && post(entry, key: writer).status == 201)
        #expect(test.call(.get, Self.address, key: writer).status == 403 && test.call(.get, Self.address, key: reader).status == 200)
        let id = try #require(try items().first?["id"]?.string)
        #expect(test.call(.delete, "\(Self.address)/\(id)", key: reader).status == 403)
        let stranger = try test.key(of: test.globex)
        for address in [Self.address, Self.address.replacing("/acme/", with: "/globex/")] {
            #expect(post(entry, to: address, key: stranger).status == 404)
            #expect(test.call(.get, address, key: stranger).status == 404)
            #expect(test.call(.delete, "\(address)/\(id)", key: stranger).status == 404)
        }
        #expect(try items().count == 1)
    }
}
