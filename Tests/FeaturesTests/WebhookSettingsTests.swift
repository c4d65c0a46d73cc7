// Webhook settings: the integration's switch, the main webhook, and its test.

import Database
import Delivery
import Features
import HTTPClient
import TestSupport
import Testing
import Web

@Suite("Webhook settings")
struct WebhookSettingsTests {
    @Test("An administrator turns the integration on and sets the main webhook, which is then in the list too")
    func saving() throws {
        let pages = try WebhookPages()
        let saved = pages.alice.post(
            WebhookPages.settings,
            [
                ("enabled", "yes"), ("url", "http://127.0.0.1:9009/main"), ("authentication", "basic"), ("login", "acme"),
                ("password", "s3cret-word"), ("version", "0.0"),
            ])
        #expect(saved.status == 303)
        let main = try #require(try pages.all(of: pages.test.acme).first)
        #expect(main.isMain)
        #expect(main.url == "http://127.0.0.1:9009/main")
        #expect(main.authentication == .basic(login: "acme", password: "s3cret-word"))
        #expect(try pages.test.app.directory.webhooks(of: pages.test.acme).isEnabled)
        let page = pages.alice.get(WebhookPages.settings)
        #expect(page.text.contains("http://127.0.0.1:9009/main"))
        #expect(!page.text.contains("s3cret-word"))
        #expect(pages.alice.get(WebhookPages.list).text.contains("Main webhook"))
        #expect(try pages.all(of: pages.test.globex).isEmpty)
    }

    @Test("A blank password keeps the stored one, and No takes the authentication away")
    func blankPassword() throws {
        let pages = try WebhookPages()
        let first = [("url", "http://127.0.0.1:9009/a"), ("authentication", "basic"), ("login", "acme")]
        _ = pages.alice.post(WebhookPages.settings, first + [("password", "one"), ("version", "0.0")])
        let elsewhere = pages.alice.post(
            WebhookPages.settings, [("url", "http://127.0.0.1:9010/a")] + first.dropFirst() + [("password", ""), ("version", "1.1")])
        #expect(elsewhere.status == 422 && elsewhere.text.contains("href=\"#password\""))
        let moved = [("url", "http://127.0.0.1:9009/b")] + first.dropFirst()
        _ = pages.alice.post(WebhookPages.settings, moved + [("password", ""), ("version", "1.1")])
        #expect(try pages.all(of: pages.test.acme).first?.authentication == .basic(login: "acme", password: "one"))
        _ = pages.alice.post(WebhookPages.settings, [("url", "http://127.0.0.1:9009/a"), ("authentication", "none"), ("version", "2.2")])
        #expect(try pages.all(of: pages.test.acme).first?.authentication == Credential.none)
    }

    @Test("The main webhook takes every kind of authentication, keeps what is not typed again, and sends it to no other receiver")
    func everyAuthentication() throws {
        let pages = try WebhookPages()
        let address = ("url", "http://127.0.0.1:9009/a")
        func save(_ fields: [(String, String)], _ version: String) -> Browser.Page {
            pages.alice.post(WebhookPages.settings, fields + [("version", version)])
        }
        let key = [("authentication", "api_key"), ("key_header", "X-Api-Key")]
        #expect(save([address, ("authentication", "bearer"), ("token", "token-1")], "0.0").status == 303)
        let moved = ("url", "http://127.0.0.1:9009/b")
        #expect(save([moved, ("authentication", "bearer"), ("token", "")], "1.1").status == 303)
        #expect(try pages.all(of: pages.test.acme).first?.authentication == .bearer(token: "token-1"))
        let elsewhere = save([("url", "http://127.0.0.1:9010/a"), ("authentication", "bearer")], "2.2")
        #expect(elsewhere.status == 422 && elsewhere.text.contains("href=\"#token\""))
        #expect(save([address] + key, "2.2").text.contains("href=\"#key\""))
        #expect(save([address] + key + [("key", "key-1")], "2.2").status == 303)
        #expect(try pages.all(of: pages.test.acme).first?.authentication == .apiKey(header: "X-Api-Key", key: "key-1"))
        #expect(!pages.alice.get(WebhookPages.settings).text.contains("key-1"))
    }

    @Test("An address that would go elsewhere with the custom headers of the main webhook is changed in its own form")
    func headersOfMain() throws {
        let pages = try WebhookPages()
        func save(_ url: String, _ version: String, _ more: [(String, String)] = []) -> Browser.Page {
            pages.alice.post(WebhookPages.settings, [("url", url), ("authentication", "none"), ("version", version)] + more)
        }
        #expect(save("http://127.0.0.1:9009/a", "0.0").status == 303)
        let main = try #require(try pages.all(of: pages.test.acme).first)
        let form = WebhookPages.form([("headers", "X-Token: hidden"), ("target", main.url), ("events", "*")], version: 1)
        #expect(pages.alice.post("\(WebhookPages.list)/\(main.id)", form).status == 303)
        let elsewhere = save("http://127.0.0.1:9010/a", "1.2")
        #expect(elsewhere.status == 422 && elsewhere.text.contains("custom headers, which are not sent to another receiver"))
        #expect(save("http://127.0.0.1:9009/b", "1.2").status == 303)
        let none = save("", "2.3")
        #expect(none.status == 422 && none.text.contains("or delete the main webhook in the Webhooks list"))
        #expect(try pages.all(of: pages.test.acme).map(\.url) == ["http://127.0.0.1:9009/b"])
    }

    @Test("The switch alone changes nothing of the main webhook")
    func switchAlone() throws {
        let pages = try WebhookPages()
        let main = [("url", "http://127.0.0.1:9009/main"), ("authentication", "bearer"), ("token", "token-1")]
        #expect(pages.alice.post(WebhookPages.settings, main + [("version", "0.0")]).status == 303)
        let before = try #require(try pages.all(of: pages.test.acme).first)
        let on = pages.alice.post(WebhookPages.settings, main.dropLast() + [("enabled", "yes"), ("version", "1.1")])
        #expect(on.status == 303)
        #expect(try pages.all(of: pages.test.acme) == [before])
        #expect(try pages.test.app.directory.webhooks(of: pages.test.acme).isEnabled)
    }

    @Test("Authentication without an address is asked about, not forgotten")
    func authenticationAlone() throws {
        let pages = try WebhookPages()
        let fields = [("url", ""), ("authentication", "basic"), ("login", "acme"), ("password", "word"), ("version", "0.0")]
        let page = pages.alice.post(WebhookPages.settings, fields)
        #expect(page.status == 422 && page.text.contains("href=\"#url\""))
    }

    @Test("A form that is wrong comes back with what was typed, but for the password")
    func wrongForm() throws {
        let pages = try WebhookPages()
        let page = pages.alice.post(
            WebhookPages.settings,
            [
                ("enabled", "yes"), ("url", "ftp://example.com/typed"), ("authentication", "basic"), ("login", "typed-login"),
                ("password", "typed-secret"), ("version", "0.0"),
            ])
        #expect(page.status == 422)
        #expect(page.text.contains("ftp://example.com/typed"))
        #expect(page.text.contains("typed-login"))
        #expect(!page.text.contains("typed-secret"))
        #expect(page.text.contains("Type it again"))
        #expect(page.text.contains("href=\"#url\""))
        #expect(try pages.all(of: pages.test.acme).isEmpty)
        #expect(try pages.audited("webhook_settings.update") == 0)
    }

    @Test("A stale form overwrites nothing and shows both values; saving again is then a decision")
    func conflict() throws {
        let pages = try WebhookPages()
        func save(_ url: String, _ version: String) -> Browser.Page {
            pages.alice.post(WebhookPages.settings, [("url", url), ("authentication", "none"), ("version", version)])
        }
        #expect(save("http://127.0.0.1:9009/first", "0.0").status == 303)
        let stale = save("http://127.0.0.1:9009/second", "0.0")
        #expect(stale.status == 422)
        #expect(stale.text.contains("http://127.0.0.1:9009/first"))
        #expect(stale.text.contains("http://127.0.0.1:9009/second"))
        #expect(try pages.all(of: pages.test.acme).map(\.url) == ["http://127.0.0.1:9009/first"])
        #expect(save("http://127.0.0.1:9009/second", "1.1").status == 303)
        #expect(try pages.all(of: pages.test.acme).map(\.url) == ["http://127.0.0.1:9009/second"])
    }

    @Test("Who may only view sees the facts and no form; who has no right sees nothing; a stranger has settings of their own")
    func rights() throws {
        let pages = try WebhookPages()
        _ = pages.alice.post(
            WebhookPages.settings,
            [("enabled", "yes"), ("url", "http://127.0.0.1:9009/main"), ("authentication", "none"), ("version", "0.0")])
        let nobody = try pages.test.browser(pages.test.bob)
        #expect(nobody.get(WebhookPages.settings).status == 403)
        let viewer = try pages.bob([.viewWebhooks])
        let page = viewer.get(WebhookPages.settings)
        #expect(page.status == 200)
        #expect(page.text.contains("http://127.0.0.1:9009/main"))
        #expect(!page.text.contains("action=\"/settings/webhooks\""))
        #expect(viewer.post(WebhookPages.settings, [("url", "http://127.0.0.1:9009/bad"), ("version", "1.1")]).status == 403)
        #expect(viewer.post(WebhookPages.settings + "/test").status == 403)
        let mallory = try pages.test.browser(pages.test.mallory)
        #expect(!mallory.get(WebhookPages.settings).text.contains("127.0.0.1:9009/main"))
        #expect(try pages.test.browser().get(WebhookPages.settings).location?.hasPrefix("/sign-in") == true)
    }

    @Test("The sub-tab that has the tab's own address is the one marked as open")
    func tabs() throws {
        let pages = try WebhookPages()
        let text = pages.alice.get(WebhookPages.settings).text
        #expect(text.contains("<a href=\"/settings/webhooks\" aria-current=\"page\">Settings</a>"))
        #expect(text.components(separatedBy: "aria-current=\"page\"").count == 2)
        let list = pages.alice.get(WebhookPages.list).text
        #expect(list.contains("<a href=\"/settings/webhooks/endpoints\" aria-current=\"page\">Webhooks list</a>"))
        #expect(list.components(separatedBy: "aria-current=\"page\"").count == 2)
    }

    @Test("A test without a main webhook says what to do first")
    func nothingToTest() throws {
        let pages = try WebhookPages()
        let page = pages.alice.post(WebhookPages.settings + "/test")
        #expect(page.location == WebhookPages.settings)
        #expect(pages.alice.get(WebhookPages.settings).text.contains("Save the URL of the main webhook first"))
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
