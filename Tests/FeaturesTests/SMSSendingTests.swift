// A test SMS, as a real provider on loopback gets it and as the page tells of it, however the provider behaves.

import Database
import Dispatch
import Features
import Foundation
import HTTP
import JSON
import TestSupport
import Testing
import Web

@testable import Features

@Suite("Test SMS")
struct SMSSendingTests {
    private let world: SMSWorld

    init() throws {
        world = try SMSWorld()
    }

    @Test("A provider gets JSON with HTTP Basic; the page shows what was asked and answered, and never the password")
    func json() throws {
        let provider = try ScriptedReceiver(
            .status(200, fields: [("Content-Type", "application/json")], body: Array(#"{"id":"m-1"}"#.utf8)))
        try world.save([
            ("url", provider.url("/sms")), ("sender", "Acme"), ("authentication", "yes"), ("login", "acme"), ("password", "s3cret&word"),
        ])
        let page = try world.result(to: "06 12 34 56 78", "Bonjour à tous")
        let request = try #require(provider.requests.first)
        #expect(request.method == "POST" && request.path == "/sms" && request.field("Content-Type") == "application/json")
        #expect(request.field("Authorization") == "Basic " + Data("acme:s3cret&word".utf8).base64EncodedString())
        let body = try #require(try JSONValue(parsing: request.body).object)
        #expect(body.members.map(\.name) == ["type", "sender", "to", "retId", "isUnicode", "text", "credits"])
        #expect(body["type"] == "sms" && body["sender"] == "Acme" && body["to"] == "+33612345678" && body["text"] == "Bonjour à tous")
        #expect(body["isUnicode"] == false && body["credits"] == 1)
        #expect(page.status == 200 && page.text.contains("Accepted by the provider") && page.text.contains("HTTP 200"))
        let id = try #require(body["retId"]?.string)
        #expect(page.text.contains(id) && page.text.contains("m-1"))
        #expect(!page.text.contains("s3cret") && !page.text.contains(Data("acme:s3cret&word".utf8).base64EncodedString()))
        #expect(try world.audited("sms.test") == 1)
        #expect(world.alice.get(SMSWorld.path).text.contains("Last test"))
    }

    @Test("A text with an emoji is Unicode, in as many credits as it takes")
    func unicode() throws {
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url())])
        _ = try world.result(String(repeating: "😀", count: 1600))
        let body = try JSONValue(parsing: try #require(provider.requests.first).body)
        #expect(body["isUnicode"] == true && body["credits"] == 49 && body["sender"] == .null)
        #expect(body["text"]?.string?.unicodeScalars.count == 1600)
    }

    @Test("A provider with parameters gets them encoded, with no header and no body; a value that looks like a placeholder is text")
    func placeholders() throws {
        let provider = try ScriptedReceiver(.status(202, body: Array("0: Accepted for delivery".utf8)))
        let url = provider.url("/send?user={login}&pass={password}&to={to}&from={sender}&text={text}&coding={coding}&id={retId}")
        try world.save([
            ("url", url), ("sender", "Café"), ("authentication", "yes"), ("login", "ac me"), ("password", "a&b{to}"),
        ])
        let page = try world.result("Prix {to} : 5€ & plus\r\nmerci")
        let request = try #require(provider.requests.first)
        #expect(request.method == "GET" && request.field("Authorization") == nil && request.body.isEmpty)
        let query = try FormData(urlEncoded: Array(request.path.split(separator: "?")[1].utf8))
        #expect(query["user"] == "ac me" && query["pass"] == "a&b{to}" && query["to"] == "+33612345678" && query["from"] == "Café")
        #expect(query["text"] == "Prix {to} : 5€ & plus\nmerci" && query["coding"] == "0")
        #expect(query["id"]?.hasPrefix("smt_") == true)
        #expect(page.text.contains("HTTP 202") && page.text.contains("Accepted by the provider"))
        #expect(!page.text.contains("a&amp;b") && !page.text.contains("a%26b"))
        _ = try world.result("Привет")
        #expect(try FormData(urlEncoded: Array(provider.requests[1].path.split(separator: "?")[1].utf8))["coding"] == "2")
    }

    @Test("1,600 emoji go in an address too")
    func longAddress() throws {
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url("/send?to={to}&text={text}"))])
        let page = try world.result(String(repeating: "😀", count: 1600))
        #expect(page.text.contains("Accepted by the provider"))
        #expect(provider.requests.first.map { $0.path.utf8.count > 19_000 } == true)
    }

    @Test(
        "Each way in which a provider can fail has its sentence",
        arguments: [
            (401, "The provider refuses the login"), (403, "The provider refuses the login"), (404, "There is nothing at this address"),
            (429, "The provider is busy"), (400, "did not accept the request"), (500, "The provider failed"),
        ])
    func statuses(status: Int, words: String) throws {
        let provider = try ScriptedReceiver(.status(status, body: Array("because".utf8)))
        try world.save([("url", provider.url())])
        let page = try world.result()
        #expect(page.text.contains(words) && page.text.contains("HTTP \(status)") && page.text.contains("because"))
        #expect(!page.text.contains("Accepted by the provider"))
    }

    @Test("A redirect is not followed, and the login goes nowhere else")
    func redirect() throws {
        let elsewhere = try ScriptedReceiver(.status(200))
        let provider = try ScriptedReceiver(.redirect(to: elsewhere.url("/?pass=s3cret%26word")))
        try world.save([
            ("url", provider.url()), ("authentication", "yes"), ("login", "acme"), ("password", "s3cret&word"),
        ])
        let page = try world.result()
        #expect(page.text.contains("The provider redirects to another address") && elsewhere.isUntouched())
        #expect(page.text.contains("location") || page.text.contains("Location"))
        #expect(!page.text.contains("s3cret"))
    }

    @Test("A page in HTML is no answer of an SMS interface; plain text that calls itself HTML is one")
    func webPage() throws {
        let provider = try ScriptedReceiver(
            .status(200, fields: [("Content-Type", "text/html")], body: Array("\n<!DOCTYPE html><title>Sign in</title>".utf8)),
            .status(200, fields: [("Content-Type", "text/html")], body: Array("OK 123".utf8)))
        try world.save([("url", provider.url())])
        #expect(try world.result().text.contains("answered with a web page"))
        #expect(try world.result().text.contains("Accepted by the provider"))
    }

    @Test("200 with an error inside is an error, in the provider's words, without the password that it repeats")
    func errorInside() throws {
        let provider = try ScriptedReceiver(
            .status(200, body: Array(#"{"messages":[{"status":"4","error-text":"Bad Credentials: s3cret&word"}]}"#.utf8)))
        try world.save([
            ("url", provider.url()), ("authentication", "yes"), ("login", "acme"), ("password", "s3cret&word"),
        ])
        let page = try world.result()
        #expect(page.text.contains("there was an error: Bad Credentials: ••••••"))
        #expect(!page.text.contains("s3cret") && !page.text.contains("Accepted by the provider"))
    }

    @Test("A provider that breaks off, or answers without end, is said to")
    func protocolFaults() throws {
        for (answer, words) in [
            (ScriptedReceiver.Answer.closeSilently, "cut off or is not HTTP"), (.endlessBody, "The answer was too large"),
            (.raw(Array("SMS gateway ready\r\n".utf8)), "cut off or is not HTTP"),
        ] {
            let provider = try ScriptedReceiver(answer)
            try world.save([("url", provider.url())])
            #expect(try world.result().text.contains(words), "\(answer)")
        }
        let nobody = try LoopbackPort()
        try world.save([("url", "http://127.0.0.1:\(nobody.number)/")])
        #expect(try world.result().text.contains("No connection"))
    }

    @Test("One test of an account at a time: who presses twice is told that the first still waits, and nothing is sent twice")
    func oneAtATime() throws {
        let gate = DispatchSemaphore(value: 0)
        let arrived = DispatchSemaphore(value: 0)
        let provider = try ScriptedReceiver(answering: { _ in
            arrived.signal()
            gate.wait()
            return .status(200)
        })
        try world.save([("url", provider.url())])
        let form = [("to", "+33612345678"), ("text", "Hello")]
        let cookies = world.alice.cookies
        let pipeline = world.test.application.pipeline
        let ended = DispatchGroup()
        ended.enter()
        Thread {
            let browser = Browser(pipeline)
            browser.cookies = cookies
            #expect(browser.post("/settings/sms/test", form).status == 303)
            ended.leave()
        }.start()
        arrived.wait()
        let refused = world.alice.post(SMSWorld.path + "/test", form)
        #expect(refused.status == 422 || refused.status == 200)
        #expect(refused.text.contains("still waiting for the provider") && refused.text.contains("Hello"))
        gate.signal()
        ended.wait()
        #expect(provider.requests.count == 1)
    }

    @Test("Preview counts and sends nothing, also of what it would not send")
    func preview() throws {
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url())])
        func count(_ text: String, to number: String = "+33612345678") -> (status: Int, facts: [String], text: String) {
            let page = world.alice.post(SMSWorld.path + "/test", [("to", number), ("text", text), ("preview", "yes")])
            let facts = ["length", "encoding", "credits", "room"].map { name in
                page.text.firstRange(of: "data-part=\"\(name)\"").map { range in
                    String(page.text[range.upperBound...].drop { $0 != ">" }.dropFirst().prefix { $0 != "<" })
                } ?? ""
            }
            return (page.status, facts, page.text)
        }
        #expect(count("Hello").facts == ["5", "GSM 7-bit", "1", "155"])
        #expect(count(String(repeating: "a", count: 161)).facts == ["161", "GSM 7-bit", "2", "145"])
        #expect(count("5 € [net]").facts == ["12", "GSM 7-bit", "1", "148"])
        let unicode = count("Fenêtre 😀")
        #expect(unicode.facts == ["10", "Unicode (UCS-2)", "1", "60"] && unicode.text.contains("Not in the GSM alphabet: ê 😀."))
        #expect(count("a\r\nb").facts[0] == "3")
        #expect(count("Prix\u{A0}: e\u{301}\u{202E}.").text.contains("Not in the GSM alphabet: U+00A0 U+0301 U+202E."))
        #expect(count("\u{200B}\u{A0} abc \u{FEFF}").facts == ["3", "GSM 7-bit", "1", "157"])
        let long = count(String(repeating: "a", count: 1601))
        #expect(long.status == 422 && long.facts[0] == "1,601" && long.text.contains("at most 1,600 characters"))
        #expect(count("Hello", to: "12").status == 422)
        #expect(try provider.isUntouched() && world.count("sms_tests") == 0 && world.audited("sms.test") == 0)
    }

    @Test(
        "Whom a test goes to is read as the account's country dials, and asked about where it is nobody's number",
        arguments: [
            ("06 12 34 56 78", "+33612345678"), ("+39 06 1234 5678", "+390612345678"), ("+44 7700 900123", "+447700900123"),
            ("3900", ""), ("06 12 34 56 78 ext. 12", ""), ("", ""),
        ])
    func recipients(typed: String, sent: String) throws {
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url())])
        let answer = world.alice.post(SMSWorld.path + "/test", [("to", typed), ("text", "Hello")])
        #expect(answer.status == (sent.isEmpty ? 422 : 303))
        if sent.isEmpty {
            #expect(answer.text.contains("href=\"#to\"") && answer.text.contains("Hello"))
        } else {
            #expect(try JSONValue(parsing: try #require(provider.requests.first).body)["to"]?.string == sent)
        }
    }

    @Test("Without a provider there is nothing to test, and it says what to do first")
    func noProvider() throws {
        #expect(world.alice.get(SMSWorld.path + "/test").location == SMSWorld.path)
        #expect(world.alice.post(SMSWorld.path + "/test", [("to", "+33612345678"), ("text", "x")]).location == SMSWorld.path)
        #expect(world.alice.get(SMSWorld.path).text.contains("Save the provider"))
    }

    @Test("Of an account the last tests are kept, and no other account sees one")
    func kept() throws {
        let provider = try ScriptedReceiver(.status(200))
        try world.save([("url", provider.url())])
        let first = world.alice.post(SMSWorld.path + "/test", [("to", "+33612345678"), ("text", "Hello")]).location ?? ""
        #expect(try world.test.browser(world.test.mallory).get(first).status == 404)
        for _ in 1...20 { _ = try world.result() }
        #expect(try world.count("sms_tests") == 20 && world.alice.get(first).status == 404)
    }
}
