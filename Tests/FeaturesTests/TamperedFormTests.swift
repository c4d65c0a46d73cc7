// What somebody sends who does not use our pages as they are: other values, other names, other accounts' forms, twice or at once.

import Database
import Delivery
import Foundation
import HTTP
import HTTPClient
import HTTPTypes
import JSON
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Tampered forms") struct TamperedFormTests {
    static let account = "/settings/account"
    static let accountForm = [
        ("country", "GB"), ("account_language", "en"), ("time_zone", "Europe/London"), ("playlist", ""), ("head_of_line", ""),
        ("supervision", "yes"), ("second_factor", "nobody"), ("version", "1"),
    ]

    // MARK: What is kept is not sent elsewhere

    @Test(
        "Dots keep a header's value for its receiver only, whatever invisible sign stands beside them",
        arguments: ["\u{200D}", "\u{200C}", "\u{200B}", "\u{FE0F}", "\u{301}", " "])
    func maskElsewhere(sign: String) throws {
        let pages = try WebhookPages()
        let address = try pages.add([("headers", "X-Token: hidden")])
        for text in ["X-Token: ••••••\(sign)", "X-Token:\(sign)••••••", "X-Token: ••••••\(sign)\r\nX-New: 1"] {
            _ = pages.alice.post(address, WebhookPages.form([("target", "http://127.0.0.1:9010/mine"), ("headers", text)], version: 1))
            let webhook = try pages.stored(address)
            #expect(webhook.url == "http://127.0.0.1:9009/hook" || !webhook.headers.contains { $0.value == "hidden" }, "\(text)")
        }
    }

    @Test("A secret does not come back by way of another kind of authentication, nor by clearing and keeping at once")
    func kinds() throws {
        let pages = try WebhookPages()
        let address = try pages.add([("authentication", "basic"), ("login", "acme"), ("password", "word-1")])
        func save(_ fields: [(String, String)], _ version: Int) -> Browser.Page {
            pages.alice.post(address, WebhookPages.form(fields, version: version))
        }
        #expect(save([("authentication", "bearer")], 1).status == 422)
        #expect(save([("authentication", "api_key"), ("key_header", "X-Key"), ("password", "word-1")], 1).status == 422)
        #expect(save([("authentication", "bearer"), ("token", "token-1"), ("login", "ignored"), ("password", "ignored")], 1).status == 303)
        #expect(try pages.stored(address).authentication == .bearer(token: "token-1"))
        #expect(save([("authentication", "basic"), ("login", "acme")], 2).status == 303)
        #expect(try pages.stored(address).authentication == .basic(login: "acme", password: ""))
        #expect(save([("authentication", "basic"), ("login", "acme"), ("password", "word-2"), ("password_clear", "yes")], 3).status == 303)
        #expect(try pages.stored(address).authentication == .basic(login: "acme", password: "word-2"))
        #expect(save([("authentication", "basic"), ("login", "acme"), ("password_clear", "yes")], 4).status == 303)
        #expect(try pages.stored(address).authentication == .basic(login: "acme", password: ""))
        for changes in try pages.allChanges() { for secret in ["word-1", "word-2", "token-1"] { #expect(!changes.contains(secret)) } }
    }

    @Test("An authentication that sets the same header as the main webhook's own headers is refused: a request has it once")
    func sameHeader() throws {
        let pages = try WebhookPages()
        let url = ("url", "http://127.0.0.1:9009/main")
        #expect(pages.alice.post(WebhookPages.settings, [url, ("authentication", "none"), ("version", "0.0")]).status == 303)
        let main = try #require(try pages.all(of: pages.test.acme).first)
        let edited = pages.alice.post(
            "\(WebhookPages.list)/\(main.id)",
            WebhookPages.form([("target", url.1), ("headers", "Authorization: own\r\nX-Key: own")], version: 1))
        #expect(edited.status == 303)
        for kind in [
            [("authentication", "bearer"), ("token", "token-1")], [("authentication", "basic"), ("login", "acme")],
            [("authentication", "api_key"), ("key_header", "x-key"), ("key", "k")],
        ] {
            let page = pages.alice.post(WebhookPages.settings, [url, ("version", "1.2")] + kind)
            #expect(page.status == 422 && page.text.contains("href=\"#authentication\""))
        }
        #expect(try pages.all(of: pages.test.acme).first?.authentication == Credential.none)
    }

    // MARK: Values that no control sends

    @Test("What is chosen is stored as the list has it: a sign that only counts as the same letter is another")
    func equivalentLetters() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        // U+212A, the Kelvin sign, is canonically a K.
        for (name, value) in [("time_zone", "Asia/\u{212A}olkata"), ("country", "\u{212A}R")] {
            let page = alice.post(Self.account, Self.accountForm.map { $0.0 == name ? (name, value) : $0 })
            #expect(page.status == 422 && page.text.contains("href=\"#\(name)\""), "\(name)")
        }
        #expect(alice.post(Self.account, Self.accountForm.map { $0.0 == "time_zone" ? ("time_zone", "Asia/Kolkata") : $0 }).status == 303)
        let again = [("time_zone", "Asia/\u{212A}olkata"), ("version", "2")]
        let page = alice.post(Self.account, Self.accountForm.filter { field in !again.contains { $0.0 == field.0 } } + again)
        #expect(page.status == 422)
    }

    @Test("One number sent many times is one number")
    func repeatedNumbers() throws {
        let pages = try WebhookPages()
        try pages.test.addNumber("+33187654300", "Sales", to: pages.test.acme)
        let numbers = Array(repeating: ("numbers", "+33187654300"), count: 300)
        let address = try pages.add([("restriction", "tracking_number")] + numbers)
        #expect(try pages.stored(address).restriction == .trackingNumbers(["+33187654300"]))
    }

    @Test("An unknown radio, a version that is not sent, and a name sent twice store nothing that was not right")
    func strange() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        let kinds = MediaKind.allCases.flatMap { [($0.rawValue, "days"), ("\($0.rawValue)_days", "30")] }
        #expect(alice.post("/settings/retention", [("recordings", "for ever")] + kinds.dropFirst() + [("version", "0")]).status == 422)
        #expect(alice.post("/settings/retention", kinds).status == 422)
        #expect(alice.post("/settings/retention", kinds + [("figures", "00")]).status == 422)
        #expect(alice.post("/settings/retention", kinds + [("version", "7"), ("figures", "00")]).status == 422)
        #expect(alice.post(Self.account, Self.accountForm + [("country", "XX")]).status == 303)
        #expect(alice.post(Self.account, [("country", "XX")] + Self.accountForm.dropLast() + [("version", "2")]).status == 422)
        #expect(try test.audit() == ["account.update"])
    }

    @Test("What depends on a switch that is off, or on another radio, is neither asked nor stored")
    func dependents() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        let page = alice.post(Self.account, Self.accountForm + [("password_days", "ten thousand"), ("trunk_region", "nowhere")])
        #expect(page.status == 303)
        let days = MediaKind.allCases.flatMap { [($0.rawValue, "unlimited"), ("\($0.rawValue)_days", "-7")] }
        #expect(alice.post("/settings/retention", days + [("version", "0")]).status == 303)
        let stored = try test.site.database.read {
            try $0.value("SELECT COUNT(*) FROM retention_policies WHERE account_id = \(test.acme)", as: Int.self)
        }
        #expect(stored == 0)
    }

    @Test("NUL and broken UTF-8 are answered with 400, and change nothing", arguments: ["a%00b", "%C3%28", "%ED%A0%80", "%ZZ"])
    func bytes(text: String) throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        let token = try #require(alice.get("/me").csrf)
        let page = alice.send(
            .post, Self.account, fields: [.contentType: "application/x-www-form-urlencoded"],
            body: Array("csrf=\(token)&version=1&country=\(text)".utf8))
        #expect(page.status == 400)
        #expect(try test.audit() == [])
    }

    @Test("No text breaks out of its place: marks after quotes, in values, options, labels and error texts")
    func escaping() throws {
        let pages = try WebhookPages()
        let evil = "\"\u{301}>\u{301}<\u{301}img src=x onerror=alert(1)>'\u{301}&\u{301}\u{202E}{limit}{{csrf}}"
        try pages.test.add(Playlist.self, evil, to: pages.test.acme)
        try pages.test.add(Queue.self, evil, to: pages.test.acme)
        try pages.test.addNumber("+33187654300", evil, to: pages.test.acme)
        try pages.test.site.database.write { connection in
            let acme = pages.test.acme
            try connection.execute("UPDATE users SET name = \(evil) WHERE id = \(pages.test.bob.id)")
            try connection.execute("UPDATE accounts SET name = \(evil) WHERE id = \(acme)")
        }
        let address = try pages.add([("name", evil)])
        var seen = [Self.account, "/me", WebhookPages.list, address, address + "/edit", address + "/delete", address + "/pause"].map {
            pages.alice.get($0)
        }
        seen.append(pages.alice.post(address, WebhookPages.form([("name", evil), ("restriction", evil), ("target", evil)], version: 1)))
        seen.append(pages.alice.post(address, WebhookPages.form([("headers", "\(evil): \(evil)\r\n\(evil)")], version: 1)))
        seen.append(pages.alice.post(address, WebhookPages.form([("name", evil + "2"), ("login", evil)], version: 9)))
        seen.append(pages.alice.post(Self.account, Self.accountForm.map { $0.0 == "version" ? $0 : ($0.0, evil) }))
        for page in seen {
            let bytes = String(decoding: page.bytes, as: UTF8.self).unicodeScalars
            let text = String(String.UnicodeScalarView(bytes.filter { $0.value != 0x301 }))
            #expect(!text.contains("<img src=x") && !text.contains("\"&gt;"))
            #expect(text.contains("&lt;img src=x onerror=alert(1)&gt;&#39;&amp;\u{202E}{limit}{{csrf}}"))
        }
    }

    // MARK: Two at once

    /// What each of two browsers gets that send at the same instant.
    private func atOnce(_ browsers: [Browser], _ send: @escaping @Sendable (Int, Browser) -> Browser.Page) -> [Browser.Page] {
        let pages = Mutex<[Int: Browser.Page]>([:])
        nonisolated(unsafe) let browsers = browsers
        DispatchQueue.concurrentPerform(iterations: browsers.count) { index in
            let page = send(index, browsers[index])
            pages.withLock { $0[index] = page }
        }
        return pages.withLock { all in browsers.indices.compactMap { all[$0] } }
    }

    @Test("Of those who save at the same instant one wins, the others see both values, and nothing of theirs is stored")
    func race() throws {
        let test = try TestApp()
        let browsers = try (0..<4).map { _ in try test.browser(test.alice) }
        for browser in browsers { _ = browser.get("/me") }
        let zones = ["Europe/London", "Europe/Rome", "Europe/Madrid", "Europe/Vienna"]
        let kinds = MediaKind.allCases.dropFirst().map { ($0.rawValue, "unlimited") }
        let shortened = browsers.indices.map { index in
            [("recordings", "days"), ("recordings_days", "\(index + 10)"), ("version", "0")] + kinds
        }
        let confirmed = try shortened.map { form in
            form + [("figures", try #require(browsers[0].post("/settings/retention", form).hidden("figures")))]
        }
        let sent: [(path: String, action: String, form: @Sendable (Int) -> [(String, String)])] = [
            (Self.account, "account.update", { index in Self.accountForm.map { $0.0 == "time_zone" ? ("time_zone", zones[index]) : $0 } }),
            ("/me", "profile.update", { [("time_zone", zones[$0]), ("own_theme", "dark"), ("mobile", ""), ("version", "0")] }),
            (
                "/settings/retention", "retention.update",
                { confirmed[$0] }
            ),
            (
                "/settings/webhooks", "webhook_settings.update",
                { index in [("enabled", "yes"), ("url", "http://127.0.0.1:9009/\(index)"), ("authentication", "none"), ("version", "0.0")] }
            ),
        ]
        for (path, action, form) in sent {
            let first = try #require(browsers[0].get(path).hidden("version"))
            let pages = atOnce(browsers) { index, browser in
                browser.post(path, form(index).map { $0.0 == "version" ? ("version", first) : $0 })
            }
            #expect(pages.map(\.status).sorted() == [303, 422, 422, 422], "\(path)")
            for page in pages where page.status == 422 { #expect(page.text.contains("Currently saved"), "\(path)") }
            #expect(try test.audit().filter { $0 == action }.count == 1, "\(path)")
        }
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM webhooks", as: Int.self) } == 1)
    }

    @Test("Of two new accounts with one short name, made at the same instant, one is made, and the other form says so")
    func sameSlug() throws {
        let test = try TestApp()
        let browsers = try (0..<3).map { _ in try test.browser(test.olivia) }
        let pages = atOnce(browsers) { index, browser in
            browser.post(
                "/operator/accounts",
                [
                    ("account_name", "Initech \(index)"), ("slug", "initech"), ("country", "GB"), ("account_language", "en"),
                    ("time_zone", "Europe/London"), ("administrator_name", "Ann"), ("administrator_email", "ann\(index)@initech.example"),
                    ("administrator_password", "change me soon"),
                ])
        }
        #expect(pages.map(\.status).sorted() == [303, 422, 422])
        for page in pages where page.status == 422 {
            #expect(page.text.contains("href=\"#slug\"") && !page.text.contains("change me soon"))
        }
        #expect(try test.audit() == ["account.create"])
        let people = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM users WHERE email LIKE 'ann%'", as: Int.self) }
        #expect(people == 1)
    }

    @Test("A confirmation of values that somebody else has changed meanwhile shows both, and neither forging nor repeating it saves them")
    func staleConfirmation() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        func kinds(_ days: Int) -> [(String, String)] {
            MediaKind.allCases.flatMap { [($0.rawValue, "days"), ("\($0.rawValue)_days", "\(days)")] }
        }
        let question = alice.post("/settings/retention", kinds(30) + [("version", "0")])
        #expect(question.hidden("figures") != nil)
        let second = try test.browser(test.alice)
        // Figures that were shown for other values, or none, confirm nothing.
        for figures in [question.hidden("figures") ?? "", "yes", "00"] {
            let asked = second.post("/settings/retention", kinds(90) + [("version", "0"), ("figures", figures)])
            #expect(asked.status == 200 && asked.text.contains("The figures have changed"))
        }
        #expect(try test.audit() == [])
        let other = second.post("/settings/retention", kinds(90) + [("version", "0")])
        #expect(second.post("/settings/retention", other.hiddenInputs).status == 303)
        for _ in 0..<2 {
            let stale = alice.post("/settings/retention", question.hiddenInputs)
            #expect(stale.status == 422 && stale.text.contains("30 days") && stale.text.contains("90 days"))
            #expect(stale.hidden("figures") == nil && stale.hidden("version") == "1")
            // Shorter than what is stored now: it is asked again.
            #expect(alice.post("/settings/retention", kinds(30) + [("version", "1")]).hidden("figures") != nil)
        }
        #expect(try test.audit() == ["retention.update"])
    }

    @Test("Who sends one form twice is told that it is saved, not that somebody else was there")
    func twice() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        #expect(alice.post(Self.account, Self.accountForm).status == 303)
        #expect(alice.post(Self.account, Self.accountForm).status == 303)
        #expect(try test.audit() == ["account.update"])
    }

    // MARK: The change log

    @Test("A save that changes nothing is in no log, and makes nobody else's form old")
    func unchanged() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        #expect(alice.post(Self.account, Self.accountForm).status == 303)
        let same = Self.accountForm.map { $0.0 == "version" ? ("version", "2") : $0 }
        #expect(alice.post(Self.account, same).location == Self.account)
        #expect(alice.get(Self.account).hidden("version") == "2")
        #expect(try test.audit() == ["account.update"])
    }

    @Test("A logo in the place of another of the same name is a change")
    func sameLogoName() throws {
        let test = try TestApp()
        let alice = try test.browser(test.alice)
        for version in ["1", "2"] {
            let page = alice.post(
                Self.account, Self.accountForm.map { $0.0 == "version" ? ("version", version) : $0 },
                file: (name: "logo", fileName: "logo.png", bytes: SampleImages.png()))
            #expect(page.status == 303)
        }
        let changes = try test.site.database.read { try $0.value("SELECT changes FROM audit ORDER BY id DESC LIMIT 1", as: String.self) }
        #expect(changes == "[{\"field\":\"logo\",\"before\":\"logo.png\",\"after\":\"logo.png\"}]")
    }

    @Test("A new account is in its own log, not in that of the account that the operator had open; no log has the password")
    func newAccount() throws {
        let test = try TestApp()
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post("/operator/accounts/acme/open").status == 303)
        let made = olivia.post(
            "/operator/accounts",
            [
                ("account_name", "Initech"), ("slug", "initech"), ("country", "GB"), ("account_language", "en"),
                ("time_zone", "Europe/London"), ("administrator_name", "Ann"), ("administrator_email", "ann@initech.example"),
                ("administrator_password", "change me soon"),
            ])
        #expect(made.status == 303)
        #expect(try test.audit(of: test.acme) == ["account.open"])
        let initech = try #require(try test.site.database.read { try PeopleStore(site: test.site).account(slug: "initech", on: $0) })
        #expect(try test.audit(of: initech) == ["account.create"])
        let changes = try test.site.database.read {
            try $0.value("SELECT changes FROM audit WHERE account_id = \(initech)", as: String.self) ?? ""
        }
        #expect(changes.contains("{\"field\":\"administrator_password\",\"before\":\"\",\"after\":\"changed\",\"is_secret\":true}"))
        #expect(!changes.contains("change me soon"))
    }

    @Test("What staff change of their own while they are in an account is not in that account's log")
    func staff() throws {
        let test = try TestApp()
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post("/operator/accounts/acme/open").status == 303)
        let version = try #require(olivia.get("/me").hidden("version"))
        #expect(olivia.post("/me", [("own_theme", "dark"), ("mobile", ""), ("version", version)]).status == 303)
        #expect(try test.audit(of: test.acme) == ["account.open"])
        #expect(try test.audit() == ["account.open", "profile.update"])
    }
}

extension TestApp {
    /// What was done, in order.
    func audit(of account: ID<Account>? = nil) throws -> [String] {
        try site.database.read { connection in
            let condition: SQL = account.map { " WHERE account_id = \($0)" } ?? ""
            return try connection.rows("SELECT action FROM audit\(condition) ORDER BY id") { try $0.next(String.self) }
        }
    }
}

extension WebhookPages {
    fileprivate func allChanges() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows("SELECT changes FROM audit WHERE changes IS NOT NULL") { try $0.next(String.self) }
        }
    }
}
