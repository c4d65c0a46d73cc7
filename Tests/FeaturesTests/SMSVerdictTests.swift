// What providers' answers mean: the real ones of several, and what must not be taken for an error.

import HTTPClient
import Testing

@testable import Features

@Suite("Providers' answers")
struct SMSVerdictTests {
    private func verdict(_ body: String) -> SMSVerdict {
        SMSVerdict(TransferResult(status: 200, body: Array(body.utf8), fault: .none))
    }

    @Test(
        "An answer that says nothing of an error is good",
        arguments: [
            "", "OK", "0: Accepted for delivery", "3: Queued for later delivery", "id: 8c1d", #"{"status":"queued","error_code":null}"#,
            #"{"success":true,"errors":[]}"#, #"{"message-count":"1","messages":[{"status":"0","message-id":"A1"}]}"#,
            #"{"error":{"code":0,"message":"Success"}}"#, #"{"error":"0","result":"ok"}"#, #"[]"#, "1", "A message of failures past",
            #"{"ErrorCode":"000","ErrorMessage":"Done"}"#, #"{"error":0,"error_message":"Message accepted"}"#,
            #"{"code":200,"status":true}"#, "0|IN_PROGRESS|812", "0 failed, 1 sent", #"{"result":450}"#,
            "<r><error_code>000</error_code><status>sent</status></r>",
            #"{"messages":[{"status":{"groupName":"PENDING","description":"Message sent"}}]}"#,
            #"{"error":false}"#, #"{"errors":{}}"#, "\u{0}\u{1}", "<?xml version=\"1.0\"?><response><id>1</id></response>",
        ])
    func good(body: String) {
        #expect(verdict(body) == .accepted)
    }

    @Test(
        "An answer that tells of an error is one, in its own words",
        arguments: [
            (#"{"messages":[{"status":"4","error-text":"Bad Credentials"}]}"#, "Bad Credentials"),
            (#"{"error":{"code":108,"message":"Invalid number"}}"#, "Invalid number"),
            (#"{"error":101,"message":"Authorization failed"}"#, "Authorization failed"),
            (#"{"errors":[{"detail":"No credit left"}]}"#, "No credit left"), (#"{"success":false,"reason":"Blocked"}"#, "Blocked"),
            (#"{"status":"FAILED"}"#, "status: failed"), (#"{"ok":0}"#, "ok: false"), (#"{"error":true}"#, "error: true"),
            ("ERR: 114, Cannot route message", "ERR: 114, Cannot route message"), ("ERROR:101\nmore", "ERROR:101"), ("-1", "-1"),
            (#"{"status":false,"reason":"token invalid"}"#, "token invalid"), (#"{"status":-1,"message":"No credit"}"#, "No credit"),
            (#"{"status":401,"message":"Wrong key"}"#, "Wrong key"), (#"{"code":"503"}"#, "code: 503"),
            (#"{"success":"0"}"#, "success: 0"), (#"{"type":"error","message":"Bad route"}"#, "Bad route"),
            (#"{"messages":[{"status":{"groupName":"REJECTED","description":"Network is forbidden"}}]}"#, "Network is forbidden"),
            ("\u{FEFF}{\"error\":\"With a mark\"}", "With a mark"), ("23|invalid credentials|", "23|invalid credentials|"),
            ("<?xml version=\"1.0\"?><r><error_code>101</error_code><message>No login</message></r>", "No login"),
            ("<s:Envelope><s:Fault><faultstring>Denied</faultstring></s:Fault></s:Envelope>", "Denied"),
            ("KO", "KO"), ("Failed: no credit", "Failed: no credit"), (#"{"errorText":"a\u0000b\u202Ec"}"#, "abc"),
        ])
    func bad(body: String, said: String) {
        #expect(verdict(body) == .error(said))
    }

    @Test("An error in Latin-1 is read as far as it can be")
    func latin1() {
        let body = Array(#"{"error":"Num"#.utf8) + [0xE9] + Array(#"ro invalide"}"#.utf8)
        #expect(SMSVerdict(TransferResult(status: 200, body: body, fault: .none)) == .error("Num\u{FFFD}ro invalide"))
    }

    @Test("A page in HTML is no answer, however it begins", arguments: ["<html>", "<!doctype HTML>", "\u{FEFF}\r\n <HTML lang=\"en\">"])
    func webPage(body: String) {
        #expect(verdict(body) == .webPage)
    }

    @Test("What an error says is cut where it is long, and nesting has an end")
    func bounds() {
        guard case .error(let said) = verdict(#"{"error":"\#(String(repeating: "é", count: 5000))"}"#) else {
            Issue.record("no error")
            return
        }
        #expect(said.unicodeScalars.count == SMSVerdict.maximumSaid)
        let deep = String(repeating: #"{"a":"#, count: 20) + #"{"error":"far below"}"# + String(repeating: "}", count: 20)
        #expect(verdict(deep) == .accepted)
    }

    @Test("A refused request is the transfer's fault, whatever its body says")
    func fault() {
        #expect(SMSVerdict(TransferResult(status: 403, body: Array("<html>".utf8), fault: .receiverStatus)) == .fault)
    }

    @Test("The password is taken out of an answer in every spelling, the longest first, and nothing else is")
    func mask() {
        let mask = SecretMask(password: "a b&\"c", header: "Basic dXNlcjphIGIm")
        let answer = #"raw a b&"c, url a%20b%26%22c, form a+b%26%22c, html a b&amp;&quot;c, json a b&\"c, header dXNlcjphIGIm, a b c"#
        #expect(
            mask.text(answer)
                == "raw ••••••, url ••••••, form ••••••, html ••••••, json ••••••, header ••••••, a b c")
        #expect(mask.bytes([0xFF, 0xFE]) == [0xFF, 0xFE] && mask.text("") == "")
        #expect(SecretMask(password: "", header: nil).text("a") == "a")
    }

    @Test(
        "Each writer escapes others of its signs, and in another way",
        arguments: [
            #"Abc\/d&\"é+<"#, #"Abc\/d\u0026\"\u00e9+\u003c"#, "Abc%2fd%26%22%c3%a9%2b%3c", "Abc%2Fd%26%22%E9%2B%3C",
            "Abc/d&amp;&quot;&#233;+&lt;", "Abc&#x2F;d&#038;&#34;é&#43;&LT;",
        ])
    func spellings(spelled: String) {
        #expect(SecretMask(password: #"Abc/d&"é+<"#, header: nil).text("(\(spelled))") == "(••••••)")
    }

    @Test("An answer that was cut within the password shows nothing of it; nor one in Latin-1")
    func cut() {
        let mask = SecretMask(password: "s3crét", header: nil)
        let masked = mask.bytes(Array((String(repeating: "x", count: 100) + "s3cr").utf8), isCut: true)
        #expect(masked.count > 50 && masked.allSatisfy { $0 == UInt8(ascii: "x") })
        #expect(String(decoding: mask.bytes([0x28] + Array("s3cr".utf8) + [0xE9, 0x74, 0x29]), as: UTF8.self) == "(••••••)")
        // Where two overlap, both are hidden.
        #expect(SecretMask(password: "aba", header: nil).text("xababax") == "x••••••x")
    }

    @Test("Of a link that an answer repeats, the code is taken out, also where the answer is cut within it")
    func code() {
        let code = "860a3aea4ca0f3c550dd4ddbfc4fb463eaac345478880e44a3c4a04707bd065d"
        let mask = SecretMask(password: "", header: nil, message: "Choose it. https://a.example/password/link?code=\(code)")
        #expect(mask.text("a link?code=\(code) b") == "a link?code=•••••• b")
        #expect(mask.text("code%3D\(code)") == "code%3D••••••")
        #expect(mask.text(String("code=\(code)".prefix(40))) == "code=••••••")
        #expect(mask.text("id 860a3ae") == "id 860a3ae")
    }

    @Test("What a password happens to say means nothing for the verdict")
    func verdictBeforeMask() {
        let refused = TransferResult(status: 200, body: Array(#"{"success":false,"reason":"it is false"}"#.utf8), fault: .none)
        #expect(SMSVerdict(refused, SecretMask(password: "false", header: nil)) == .error("it is ••••••"))
        let accepted = TransferResult(status: 200, body: Array(#"{"error":0}"#.utf8), fault: .none)
        #expect(SMSVerdict(accepted, SecretMask(password: "0", header: nil)) == .accepted)
    }
}
