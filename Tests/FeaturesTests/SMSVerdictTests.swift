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
            ("KO", "KO"), ("Failed: no credit", "Failed: no credit"), (#"{"errorText":"a\u0000b\u202Ec"}"#, "abc"),
        ])
    func bad(body: String, said: String) {
        #expect(verdict(body) == .error(said))
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
}
