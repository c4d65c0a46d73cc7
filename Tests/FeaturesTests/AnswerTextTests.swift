// A receiver's answer is shown as what it is, whatever it is.

import Database
import Delivery
import TestSupport
import Testing
import Web

@testable import Features

@Suite("A receiver's answer as text")
struct AnswerTextTests {
    private func shown(_ bytes: [UInt8], _ headers: String, isTruncated: Bool = false) -> String {
        AnswerText(headers: headers).decoded(bytes, isTruncated: isTruncated)
    }

    @Test("By its own character set where it names one")
    func charsets() {
        #expect(shown([0x63, 0xE9, 0x80], "Content-Type: text/plain; charset=ISO-8859-1\n") == "cé€")
        #expect(shown([0xE9], "X-A: 1\ncontent-type: text/html;Charset=\"latin1\"\n") == "é")
        #expect(shown([0xA4], "Content-Type: text/plain; charset=iso-8859-15\n") == "€")
        #expect(shown([0xCF, 0xF0], "Content-Type: text/plain; charset=windows-1251\n") == "Пр")
        #expect(shown([0x83, 0x65], "Content-Type: text/plain; charset=Shift_JIS\n") == "テ")
        #expect(shown([0xFF, 0xFE, 0x41, 0x00], "Content-Type: text/plain; charset=utf-16\n") == "A")
        #expect(shown(Array("é".utf8), "Content-Type: text/plain; charset=utf-8\n") == "é")
    }

    @Test("Bytes that are no text of it are escaped, and one that the end has cut in two is left out")
    func escapes() {
        #expect(shown([0x63, 0xE9, 0x21], "") == "c\\xE9!")
        #expect(shown([0x63, 0xE9, 0x21], "Content-Type: text/plain; charset=utf-8\n") == "c\\xE9!")
        #expect(shown([0x41, 0xE2, 0x82], "", isTruncated: true) == "A")
        #expect(shown([0x41, 0xE2, 0x82], "") == "A\\xE2\\x82")
        #expect(shown([0x81, 0x41], "Content-Type: text/plain; charset=latin1\n") == "\\x81A")
        let long = [UInt8](repeating: 0xE9, count: 16 * 1024)
        #expect(shown(long, "Content-Type: text/plain; charset=latin1\n") == String(repeating: "é", count: 16 * 1024))
    }

    @Test(
        "A name that is no character set of the web is not asked for", arguments: ["../../evil", "UTF-8//IGNORE", "", "no\u{301}", "utf-7"])
    func unknown(_ name: String) {
        #expect(shown([0x41, 0xE9], "Content-Type: text/plain; charset=\(name)\n") == "A\\xE9")
    }

    @Test("Of a compressed one the page says so, in both languages", arguments: ["en", "fr"])
    func compressed(_ language: String) throws {
        let test = try TestApp()
        try test.turnIntegrationOn(in: test.acme)
        try test.site.database.write { try $0.execute("UPDATE users SET language = \(language) WHERE id = \(test.alice.id)") }
        let receiver = try ScriptedReceiver(.status(200, fields: [("Content-Encoding", "gzip")], body: [0x1f, 0x8b, 0x08, 0x00, 0xff]))
        let webhook = try test.addWebhook(to: receiver.url(), in: test.acme)
        let alice = try test.browser(test.alice)
        let tested = alice.post("/settings/webhooks/endpoints/\(webhook.id)/test")
        let words = language == "en" ? "Compressed (gzip), 5\u{A0}B" : "Compressé (gzip), 5\u{A0}o"
        #expect(alice.get(try #require(tested.location)).text.contains(words))
        let delivery = tested.location?.split(separator: "/").last ?? ""
        #expect(alice.get("/settings/webhooks/deliveries/\(delivery)").text.contains(words))
    }
}
