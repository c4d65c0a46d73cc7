// Links to choose a password, by SMS: who can be sent one, what the provider gets, and what becomes of it when the provider does not take it.

import Database
import Dispatch
import Features
import Foundation
import HTTP
import JSON
import Telephony
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Links by SMS", .timeLimit(.minutes(2)))
struct SMSLinkTests {
    private let world: SMSWorld
    private var test: TestApp { world.test }

    init() throws {
        world = try SMSWorld()
        try test.site.database.write { connection in
            try connection.execute("UPDATE users SET mobile = '+33612345678' WHERE id = \(self.test.bob.id)")
            try connection.execute("UPDATE users SET mobile = '+33687654321' WHERE id = \(self.test.alice.id)")
        }
        try test.app.texts.start()
    }

    private var bob: String { UserController.path(of: test.bob.id) }

    private func send(to path: String? = nil) -> Browser.Page { world.alice.post((path ?? bob) + "/link", [("by", "sms")]) }

    private func report(of user: ID<User>? = nil) throws -> SMSReport? {
        try test.site.database.read { try self.test.app.texts.last(of: user ?? self.test.bob.id, on: $0) }
    }

    private func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
        let end = Date(timeIntervalSinceNow: 20)
        while Date() < end {
            if try condition() { return true }
            usleep(2000)
        }
        return try condition()
    }

    private func attempts() throws -> Int? {
        try test.site.database.read {
            try $0.value("SELECT attempts FROM sms_messages WHERE user_id = \(self.test.bob.id) ORDER BY id DESC LIMIT 1")
        }
    }

    /// The path of the link in what a provider got.
    private func link(in request: ScriptedReceiver.Recorded) throws -> String {
        let text = try #require(try JSONValue(parsing: request.body)["text"]?.string)
        return String(try #require(text.firstMatch(of: #/\/password\/link\?code=[0-9a-f]{64}/#)).output)
    }

    @Test("Whoever has a mobile number is sent a link, chooses a password by it, and the page says that the provider took it")
    func sent() throws {
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url())])
        #expect(world.alice.get(bob).text.contains("Send the link by SMS to +33 6 12 34 56 78"))
        #expect(send().location == bob)
        #expect(provider.wait(for: 1))
        let request = provider.requests[0]
        #expect(try JSONValue(parsing: request.body)["to"] == "+33612345678")
        #expect(try eventually { try report()?.state == .sent })
        #expect(world.alice.get(bob).text.contains("accepted by the provider"))
        let visitor = try test.browser()
        let address = try link(in: request)
        #expect(visitor.get(address).status == 200)
        let hidden = visitor.get(address).hiddenInputs
        let chosen = visitor.post(
            "/password/link", hidden + [("new_password", "quite a long phrase 9"), ("new_password_again", "quite a long phrase 9")])
        #expect(chosen.status == 303)
        #expect(try test.browser().signIn(test.bob.email, "quite a long phrase 9").status == 303)
        #expect(try world.audited("user.link") == 1)
    }

    @Test(
        "A provider that repeats the link makes nobody see it: not on the user's page, not in the notice, not in the database",
        arguments: [400, 500, 200])
    func repeated(status: Int) throws {
        let provider = try ScriptedReceiver(answering: { request in
            let text = (try? JSONValue(parsing: request.body))?["text"]?.string ?? ""
            return .status(status, body: Array(#"{"error":"Cannot send \#(text)"}"#.utf8))
        })
        try world.save([("url", provider.url())])
        _ = send()
        #expect(try eventually { try attempts() == 1 })
        let code = try #require(try link(in: provider.requests[0]).split(separator: "=").last)
        let answer = try test.site.database.read { try $0.value("SELECT answer FROM sms_messages", as: String.self) }
        #expect(answer?.contains("Cannot send") == true && answer?.contains(code.prefix(12)) == false)
        #expect(!world.alice.get(bob).text.contains(code.prefix(12)) && !world.alice.get("/alerts").text.contains(code.prefix(12)))
        let notices = try test.site.database.read { try $0.value("SELECT params FROM alerts", as: String.self) }
        #expect(notices?.contains(code.prefix(12)) != true)
    }

    @Test("The text waits sealed, and is gone once it went")
    func sealed() throws {
        let provider = try ScriptedReceiver(.status(503), .status(200))
        try world.save([("url", provider.url())])
        _ = send()
        #expect(try eventually { try attempts() == 1 })
        func stored() throws -> [UInt8]? {
            try test.site.database.read { try $0.value("SELECT text FROM sms_messages WHERE text IS NOT NULL") }
        }
        let waiting = try #require(try stored())
        #expect(!String(decoding: waiting, as: UTF8.self).contains("password"))
        #expect(try test.site.database.read { try SealedColumn.smsText.opens(with: self.test.app.vault, on: $0) } == true)
        test.clock.advance(by: .seconds(61))
        test.app.texts.wake()
        #expect(try eventually { try report()?.state == .sent })
        #expect(try stored() == nil && provider.requests.count == 2)
        #expect(try JSONValue(parsing: provider.requests[0].body)["retId"] == JSONValue(parsing: provider.requests[1].body)["retId"])
    }

    @Test(
        "What the provider will not take is told on the user's page and to the administrators, in its words; the next that goes ends that")
    func refused() throws {
        let provider = try ScriptedReceiver(.status(400, body: Array("Invalid recipient".utf8)), .status(200))
        try world.save([("url", provider.url())])
        _ = send()
        #expect(try eventually { try report()?.state == .refused })
        let page = world.alice.get(bob)
        #expect(page.text.contains("was refused. The provider said: “HTTP 400 Invalid recipient”"))
        #expect(world.alice.get("/alerts").text.contains("An SMS to +33 6 12 34 56 78 did not arrive"))
        _ = send()
        #expect(try eventually { try report()?.state == .sent })
        #expect(try world.count("alerts WHERE kind = 'sms_undelivered' AND resolved_at IS NULL") == 0)
    }

    @Test(
        "A provider that is down is asked again, until the link has ended",
        arguments: [ScriptedReceiver.Answer.status(500), .closeSilently, .status(401)])
    func expired(answer: ScriptedReceiver.Answer) throws {
        let provider = try ScriptedReceiver(answer)
        try world.save([("url", provider.url())])
        _ = send()
        #expect(try eventually { try attempts() == 1 })
        test.clock.advance(by: .seconds(61))
        test.app.texts.wake()
        #expect(try eventually { try attempts() == 2 })
        test.clock.advance(by: .seconds(7200))
        test.app.texts.wake()
        #expect(try eventually { try report()?.state == .expired })
        #expect(provider.requests.count == 2)
        // Alice's session has ended as well.
        #expect(try test.browser(test.alice).get(bob).text.contains("could not be sent in time"))
    }

    @Test("A provider that was taken away, or whose password cannot be read, is said to be so")
    func withoutProvider() throws {
        let provider = try ScriptedReceiver(.status(503))
        try world.save([("url", provider.url())])
        _ = send()
        #expect(try eventually { try attempts() == 1 })
        try world.save([("url", "")])
        test.clock.advance(by: .seconds(61))
        test.app.texts.wake()
        #expect(try eventually { try report()?.state == .noProvider })
        #expect(world.alice.get(bob).text.contains("has no SMS provider any more"))
    }

    @Test("A provider that hangs keeps no other account waiting")
    func hanging() throws {
        let hanging = try ScriptedReceiver(.hang)
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", hanging.url())])
        _ = send()
        #expect(hanging.wait(for: 1))
        try test.site.database.write { connection in
            try SMSStore(vault: self.test.app.vault).save(SMSSettings(url: provider.url()), of: self.test.globex, on: connection)
            try self.test.app.texts.post(
                "Hello", to: "+447700900123", user: self.test.mallory.id, of: self.test.globex, within: .seconds(7200), on: connection)
        }
        #expect(try eventually { try report(of: test.mallory.id)?.state == .sent })
        #expect(try report()?.state == .waiting)
        hanging.stop()
    }

    @Test("A new link takes the place of one that still waits, and another number ends what went to the old one")
    func replaced() throws {
        let provider = try ScriptedReceiver(.status(503))
        try world.save([("url", provider.url())])
        _ = send()
        #expect(try eventually { try attempts() == 1 })
        let first = try link(in: provider.requests[0])
        #expect(try test.browser().get(first).status == 200)
        _ = send()
        #expect(provider.wait(for: 2))
        #expect(try eventually { try attempts() == 1 })
        #expect(try world.count("sms_messages WHERE next_at IS NOT NULL") == 1 && world.count("sms_messages WHERE text IS NOT NULL") == 1)
        let second = try link(in: provider.requests[1])
        let edit = world.alice.get(bob + "/edit").hiddenInputs
        let role = try test.site.database.read {
            try $0.value("SELECT role_id FROM users WHERE id = \(self.test.bob.id)", as: ID<RoleRow>.self)
        }
        let saved = world.alice.post(
            bob,
            edit + [("name", "Bob Durand"), ("email", test.bob.email), ("role", "\(try #require(role))"), ("mobile", "07 12 34 56 78")])
        #expect(saved.status == 303)
        #expect(try world.count("sms_messages WHERE next_at IS NOT NULL") == 0)
        #expect(try world.count("password_links") == 0)
        for link in [first, second] { #expect(try !test.browser().get(link).text.contains("name=\"new_password\"")) }
    }

    @Test("Ten links an hour go to one number, withdrawn ones and those of somebody who is gone included; then one is told to wait")
    func few() throws {
        let provider = try ScriptedReceiver(.status(503))
        try world.save([("url", provider.url())])
        for number in 1...10 { #expect(send().location == bob, "\(number)") }
        #expect(!world.alice.get(bob).text.contains("Wait an hour"))
        let hash = try test.site.database.read { try $0.value("SELECT token_hash FROM password_links", as: [UInt8].self) }
        #expect(send().location == bob)
        #expect(world.alice.get(bob).text.contains("Ten links have gone to this number by SMS within the hour. Wait an hour"))
        // The tenth link is as good as it was.
        #expect(try test.site.database.read { try $0.value("SELECT token_hash FROM password_links", as: [UInt8].self) } == hash)
        #expect(try world.count("sms_messages") == 10 && world.audited("user.link") == 10)
        // Another account's are its own.
        try test.site.database.write { connection in
            let count = try self.test.app.texts.count(
                to: "+33612345678", of: self.test.globex, within: .seconds(3600), on: connection)
            #expect(count == 0)
        }
        #expect(world.alice.post(bob + "/delete", world.alice.get(bob + "/delete").hiddenInputs).status == 303)
        #expect(try world.count("sms_messages") == 10 && world.count("sms_messages WHERE next_at IS NOT NULL") == 0)
        func count() throws -> Int {
            try test.site.database.read {
                try self.test.app.texts.count(to: "+33612345678", of: self.test.acme, within: .seconds(3600), on: $0)
            }
        }
        #expect(try count() == 10)
        // A clock that is set back, or goes on.
        test.clock.step(by: .seconds(-7200))
        #expect(try count() == 0)
        test.clock.step(by: .seconds(7200 + 3601))
        #expect(try count() == 0)
    }

    @Test("What the provider refuses after it was withdrawn is told to nobody, and with somebody goes what was told of them")
    func withdrawnMeanwhile() throws {
        let gate = DispatchSemaphore(value: 0)
        let provider = try ScriptedReceiver(answering: { _ in
            gate.wait()
            return .status(400)
        })
        try world.save([("url", provider.url())])
        _ = send()
        #expect(provider.wait(for: 1))
        try test.site.database.write { try self.test.app.texts.withdraw(of: self.test.bob.id, on: $0) }
        _ = send()
        gate.signal()
        #expect(provider.wait(for: 2))
        #expect(try world.count("alerts WHERE kind = 'sms_undelivered'") == 0)
        gate.signal()
        #expect(try eventually { try report()?.state == .refused })
        #expect(try world.count("alerts WHERE kind = 'sms_undelivered' AND resolved_at IS NULL") == 1)
        #expect(world.alice.post(bob + "/delete", world.alice.get(bob + "/delete").hiddenInputs).status == 303)
        #expect(try world.count("alerts WHERE kind = 'sms_undelivered' AND resolved_at IS NULL") == 0)
    }

    @Test("What a provider refused for its login goes as soon as the settings are saved")
    func corrected() throws {
        let provider = try ScriptedReceiver(.status(401), .status(200))
        try world.save([("url", provider.url())])
        _ = send()
        #expect(try eventually { try attempts() == 1 })
        try world.save([("url", provider.url()), ("authentication", "yes"), ("login", "acme"), ("password", "right")])
        #expect(try eventually { try report()?.state == .sent })
        #expect(provider.requests.count == 2 && provider.requests[1].field("Authorization") != nil)
    }

    @Test("An SMS that waits goes no more once its link has ended, whoever ended it")
    func ended() throws {
        let provider = try ScriptedReceiver(.status(503))
        try world.save([("url", provider.url())])
        func waiting() throws -> Int { try world.count("sms_messages WHERE next_at IS NOT NULL") }
        // By another link.
        #expect(send().location == bob)
        #expect(try waiting() == 1)
        _ = world.alice.post(bob + "/link")
        #expect(try waiting() == 0 && world.count("password_links") == 1)
        // With the access.
        #expect(send().location == bob)
        #expect(world.alice.post(bob + "/suspension").status == 303)
        #expect(try waiting() == 0 && world.count("password_links") == 0)
        #expect(world.alice.post(bob + "/suspension/end").status == 303)
        // By another number, which they set themselves.
        #expect(send().location == bob)
        #expect(try waiting() == 1)
        let own = try test.browser(test.bob)
        let fields = [
            ("own_language", ""), ("country", ""), ("time_zone", ""), ("own_theme", "system"), ("mobile", "+44 7700 900123"),
        ]
        #expect(own.post("/me", own.get("/me").hiddenInputs + fields).status == 303)
        #expect(try waiting() == 0 && world.count("password_links") == 0)
    }

    @Test("Without a provider or a number there is no such button, and who presses it all the same gets nothing")
    func nobody() throws {
        #expect(!world.alice.get(bob).text.contains("by SMS"))
        #expect(send().status == 404)
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url())])
        try test.site.database.write { _ = try $0.execute("UPDATE users SET mobile = NULL WHERE id = \(self.test.bob.id)") }
        #expect(!world.alice.get(bob).text.contains("by SMS"))
        #expect(send().status == 404)
        // One's own password is changed with the present one.
        let own = UserController.path(of: test.alice.id)
        #expect(!world.alice.get(own).text.contains("by SMS") && send(to: own).location == "/password")
        #expect(try test.browser(test.mallory).post(bob + "/link", [("by", "sms")]).status == 404)
        #expect(try provider.isUntouched() && world.count("sms_messages") == 0 && world.count("password_links") == 0)
    }

    @Test("Both languages' texts are of the GSM alphabet, and two credits at most with a long address")
    func words() throws {
        for language in Language.allCases {
            for kind in ["invitation", "reset"] {
                let link = "https://console.telephony.example.com/password/link?code=" + String(repeating: "a", count: 64)
                let text = test.site.locales[language]("letters.\(kind).sms", ["account": "Northwind Support", "link": link])
                let counted = SMSText(text)
                #expect(counted.encoding == .gsm7 && counted.credits <= 2, "\(text)")
            }
        }
    }
}
