// The SMS provider as an administrator sets it: what is saved, what is asked about, and that its password goes nowhere else.

import Database
import Features
import HTTPClient
import HTTPTypes
import JSON
import TestSupport
import Testing
import Web

@testable import Features

@Suite("SMS settings")
struct SMSSettingsTests {
    private let world: SMSWorld
    private static let basic = [("authentication", "yes"), ("login", "acme"), ("password", "s3cret&word")]

    init() throws {
        world = try SMSWorld()
    }

    @Test("All of it is saved, audited without the password, shown but for the password, and read by the settings API")
    func saving() throws {
        #expect(try world.save([("url", "http://127.0.0.1:9009/sms"), ("sender", "Acme")] + Self.basic).status == 303)
        let stored = try world.settings
        #expect(stored.url == "http://127.0.0.1:9009/sms" && stored.sender == "Acme")
        #expect(stored.credentials?.login == "acme" && stored.credentials?.password == "s3cret&word")
        let page = world.alice.get(SMSWorld.path)
        #expect(page.text.contains("http://127.0.0.1:9009/sms") && page.text.contains("value=\"acme\""))
        #expect(!page.text.contains("s3cret"))
        let key = try world.test.key(of: world.test.acme)
        let read = world.test.call(.get, "/api/v1/accounts/acme/settings", key: key)
        #expect(
            try JSONValue(parsing: read.bytes)["sms"]
                == [
                    "url": "http://127.0.0.1:9009/sms", "sender": "Acme",
                    "authentication": ["login": "acme", "password": ["is_set": true]],
                ])
        #expect(try world.audited("sms.update") == 1)
        let kept = try world.test.site.database.read {
            try $0.value("SELECT changes FROM audit WHERE action = 'sms.update'", as: String.self)
        }
        #expect(kept?.contains("s3cret") == false)
        let sealed = try world.test.site.database.read { try $0.value("SELECT password FROM sms_settings", as: [UInt8].self) }
        #expect(sealed.map { !String(decoding: $0, as: UTF8.self).contains("s3cret") } == true)
        #expect(try world.test.site.database.read { try SealedColumn.smsPassword.opens(with: self.world.test.app.vault, on: $0) } == true)
    }

    @Test("An account begins without a provider, and another account's is its own")
    func none() throws {
        #expect(world.alice.get(SMSWorld.path).text.contains("This account has no SMS provider yet"))
        try world.save([("url", "http://127.0.0.1:9009/sms")])
        #expect(try !world.test.browser(world.test.mallory).get(SMSWorld.path).text.contains("127.0.0.1"))
        #expect(try world.save([("url", "")]).status == 303)
        #expect(try world.settings.url == nil)
        #expect(world.alice.get(SMSWorld.path).text.contains("This account has no SMS provider yet"))
    }

    @Test("A blank password keeps the stored one, its own control clears it, and No takes the authentication away")
    func password() throws {
        let url = ("url", "http://127.0.0.1:9009/sms")
        try world.save([url] + Self.basic)
        try world.save([url, ("authentication", "yes"), ("login", "other"), ("password", "")])
        #expect(try world.settings.credentials?.password == "s3cret&word" && world.settings.credentials?.login == "other")
        try world.save([url, ("authentication", "yes"), ("login", "other"), ("password", ""), ("password_clear", "yes")])
        #expect(try world.settings.credentials?.password == "")
        try world.save([url])
        #expect(try world.settings.credentials == nil)
    }

    @Test("A password that is not typed again goes to no other provider, also when that is only another port or scheme")
    func otherReceiver() throws {
        try world.save([("url", "http://127.0.0.1:9009/sms")] + Self.basic)
        let blank = [("authentication", "yes"), ("login", "acme"), ("password", "")]
        for other in ["http://127.0.0.1:9010/sms", "https://127.0.0.1:9009/sms", "http://127.0.0.2:9009/?p={password}&to={to}&text={text}"]
        {
            let refused = try world.save([("url", other)] + blank)
            #expect(refused.status == 422 && refused.text.contains("href=\"#password\""), "\(other)")
        }
        #expect(try world.settings.url == "http://127.0.0.1:9009/sms")
        #expect(try world.save([("url", "http://127.0.0.1:9009/other?p={password}&to={to}&text={text}")] + blank).status == 303)
        #expect(try world.settings.credentials?.password == "s3cret&word")
    }

    @Test(
        "An address is taken where a provider could be, placeholders in its path and parameters, encoded or not",
        arguments: [
            ("http://127.0.0.1:9009/s?to={to}&text={text}", "http://127.0.0.1:9009/s?to={to}&text={text}"),
            ("http://127.0.0.1:9009/s/{to}/{text}", "http://127.0.0.1:9009/s/{to}/{text}"),
            ("http://127.0.0.1:9009/s?to=%7Bto%7D&text=%7btext%7d", "http://127.0.0.1:9009/s?to={to}&text={text}"),
            (
                "http://127.0.0.1:9009/s?to={to}&text={text}&id={retId}&c={coding}",
                "http://127.0.0.1:9009/s?to={to}&text={text}&id={retId}&c={coding}"
            ),
            ("http://127.0.0.1:9009/s p", "http://127.0.0.1:9009/s%20p"),
        ])
    func addresses(typed: String, stored: String) throws {
        #expect(try world.save([("url", typed)]).status == 303)
        #expect(try world.settings.url == stored)
    }

    @Test(
        "An address that could not do is asked about at its field",
        arguments: [
            ("ftp://127.0.0.1/sms", "http"), ("sms.example.com", "https://"), ("https://user:pass@example.com/", "Remove the login"),
            ("http://10.0.0.1/sms", "public address"), ("http://{to}.example.com/{text}", "host name"),
            ("http://127.0.0.1:{to}/{text}", "port"), ("http://127.0.0.1:9009/?to={to}", "Add {to} and {text}"),
            ("http://127.0.0.1:9009/?text={text}", "Add {to} and {text}"),
            ("http://127.0.0.1:9009/?to={to}&text={text}&from={from}", "placeholders listed"),
            ("http://127.0.0.1:9009/?to={to}&text={TEXT}", "placeholders listed"), ("http://127.0.0.1:9009/{", "placeholders listed"),
            ("http://127.0.0.1:9009/send#{to}{text}", "before any #"), ("http://127.0.0.1:9009/{to}/../{text}", "before any #"),
            ("http://127.0.0.1:9009/?to={to}&text={text}#{login}", "before any #"),
            ("http://127.0.0.1:9009/?" + String(repeating: "a", count: 2048), "at most 2,048 characters"),
        ])
    func wrongAddresses(typed: String, words: String) throws {
        let page = try world.save([("url", typed)])
        #expect(page.status == 422 && page.text.contains("href=\"#url\"") && page.text.contains(words), "\(typed)")
        #expect(try world.settings.version == 0)
    }

    @Test("What the address asks for has to be there: the sender, the login; and what is there has to have an address")
    func missing() throws {
        let placeholders = "http://127.0.0.1:9009/?to={to}&text={text}"
        #expect(try world.save([("url", placeholders + "&from={sender}")]).text.contains("href=\"#sender\""))
        #expect(try world.save([("url", placeholders + "&user={login}")]).text.contains("href=\"#authentication\""))
        #expect(try world.save([("url", ""), ("sender", "Acme")]).text.contains("href=\"#url\""))
        #expect(try world.save([("url", "")] + Self.basic).text.contains("href=\"#url\""))
        // In a header a login ends at its first colon; in an address it does not.
        let colon = [("authentication", "yes"), ("login", "a:b"), ("password", "x")]
        #expect(try world.save([("url", "http://127.0.0.1:9009/")] + colon).text.contains("href=\"#login\""))
        #expect(try world.save([("url", placeholders + "&user={login}")] + colon).status == 303)
    }

    @Test(
        "A sender is a number, a short code or a few characters",
        arguments: [
            ("+33 6 12 34 56 78", "+33612345678"), ("36 179", "36179"), ("Acme", "Acme"), ("Café Été", "Café Été"),
            ("12345678901", "12345678901"),
            ("Hookswitch1", "Hookswitch1"),
        ])
    func senders(typed: String, stored: String) throws {
        #expect(try world.save([("url", "http://127.0.0.1:9009/"), ("sender", typed)]).status == 303, "\(typed)")
        #expect(try world.settings.sender == stored)
    }

    @Test(
        "What is none of these is asked about", arguments: ["Hookswitch12", "+999 12", "12", "1234567890123456", "Fenêtre😀", "[[[[[[", "+"])
    func wrongSenders(typed: String) throws {
        let page = try world.save([("url", "http://127.0.0.1:9009/"), ("sender", typed)])
        #expect(page.status == 422 && page.text.contains("href=\"#sender\""), "\(typed)")
    }

    @Test("A stale form shows both values and overwrites nothing")
    func stale() throws {
        try world.save([("url", "http://127.0.0.1:9009/first")])
        let stale = world.alice.post(SMSWorld.path, [("url", "http://127.0.0.1:9009/second"), ("version", "0")])
        #expect(stale.status == 422)
        #expect(stale.text.contains("http://127.0.0.1:9009/first") && stale.text.contains("http://127.0.0.1:9009/second"))
        #expect(try world.settings.url == "http://127.0.0.1:9009/first")
    }

    @Test("Who may only look sees facts and no form; a test needs the right to manage")
    func rights() throws {
        try world.save([("url", "http://127.0.0.1:9009/sms")] + Self.basic)
        let viewer = try world.bob([.viewSMS])
        let page = viewer.get(SMSWorld.path)
        #expect(page.status == 200 && page.text.contains("127.0.0.1:9009") && !page.text.contains("action=\"/settings/sms\""))
        #expect(!page.text.contains("/settings/sms/test"))
        #expect(viewer.get(SMSWorld.path + "/test").status == 403)
        #expect(viewer.post(SMSWorld.path + "/test", [("to", "+33612345678"), ("text", "x")]).status == 403)
        #expect(try world.bob([]).get(SMSWorld.path).status == 403)
        #expect(try world.bob([.manageSMS]).get(SMSWorld.path + "/test").status == 200)
    }

    @Test("A password that cannot be read is said to be so, and nothing is sent without it")
    func unreadable() throws {
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url())] + Self.basic)
        try world.test.site.database.write { _ = try $0.execute("UPDATE sms_settings SET password = \(Array("damaged".utf8))") }
        #expect(world.alice.get(SMSWorld.path).text.contains("cannot be read with this master key"))
        #expect(world.alice.post(SMSWorld.path + "/test", [("to", "+33612345678"), ("text", "x")]).location == SMSWorld.path)
        #expect(provider.isUntouched())
        #expect(try world.save([("url", provider.url())] + Self.basic).status == 303)
        #expect(try !world.settings.isUnreadable)
    }
}
