// The sentence after a form, and the link in it: anybody can forge a cookie, so neither may do more than be read here.

import HTTP
import Testing

@testable import Web

@Suite("Flash")
struct FlashTests {
    @Test("A sentence and its link arrive as they were sent, with no line of the one taken for the other")
    func link() {
        let link = Flash.Link("Open\nit", to: "/settings/webhooks/deliveries/dlv_1?state=failed#x")
        let flash = Flash(cookie: Flash.cookie(.good, "Sent.\nAgain.", link, isSecure: true).value)
        #expect(flash?.text == "Sent. Again." && flash?.kind == .good)
        #expect(flash?.link == Flash.Link("Open it", to: link.href))
        #expect(Flash(cookie: Flash.cookie(.bad, "No", isSecure: false).value)?.link == nil)
    }

    @Test(
        "A forged link leads nowhere else",
        arguments: ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a b", ""])
    func forged(href: String) {
        let flash = Flash(cookie: "good|Read this\nhere\n\(href)")
        #expect(flash?.text == "Read this" && flash?.link == nil)
    }
}
