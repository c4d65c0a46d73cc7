// Notices: that each happening which somebody has to know of makes one, that it makes one only, and that the administrators hear of it.

import Database
import Delivery
import Foundation
import HTTP
import HTTPClient
import HTTPTypes
import JSON
import Mail
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Notices")
struct AlertsTests {
    private let test: TestApp
    private let relay: ScriptedRelay

    init() throws {
        let relay = try ScriptedRelay { command, _ in
            command.uppercased().hasPrefix("RCPT") && command.contains("nobody@") ? .line("550 5.1.1 No such mailbox") : nil
        }
        self.relay = relay
        test = try TestApp { installation in
            installation.relay = try? MailRelay(relay.url)
            installation.mailPace.interval = .milliseconds(1)
        }
    }

    private func raise(
        _ kind: AlertKind, in account: ID<Account>? = nil, of subject: String = "", variant: String = "",
        _ values: [String: JSONValue] = [:]
    ) throws {
        try test.site.database.write {
            try test.app.alerts.raise(kind, for: account ?? test.acme, of: subject, variant: variant, values, on: $0)
        }
    }

    private func resolve(_ kind: AlertKind, of subject: String = "") throws {
        try test.site.database.write { try test.app.alerts.resolve(kind, for: test.acme, of: subject, on: $0) }
    }

    /// Kind, and how often, of those that are not over.
    private func lasting(in account: ID<Account>? = nil) throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows(
                "SELECT kind, times FROM alerts WHERE account_id = \(account ?? test.acme) AND resolved_at IS NULL ORDER BY id"
            ) { "\(try $0.next(String.self)) \(try $0.next(Int.self))" }
        }
    }

    private func letters() throws -> [String] {
        try test.site.database.read { try $0.rows("SELECT recipient FROM mails ORDER BY id") { try $0.next() } }
    }

    private func waiting(_ page: Browser.Page) -> String? {
        page.text.firstMatch(of: /<a class="attention" href="\/alerts">.*<span class="count">([0-9]+)<\/span>/).map { String($0.1) }
    }

    private func dismiss(_ browser: Browser) throws -> Browser.Page {
        let found = try #require(browser.get("/alerts").text.firstMatch(of: /action="(\/alerts\/alr_[0-9a-z]+\/dismissal)"/))
        return browser.post(String(found.1))
    }

    @Test("Every kind that a feature declares has its words in both languages, and a name of its own")
    func words() {
        let kinds = test.app.features.flatMap(\.raises)
        #expect(kinds.count >= 5 && Set(kinds.map(\.name)).count == kinds.count)
        for key in kinds.flatMap(\.neededWords) {
            for language in Language.allCases { #expect(test.site.locales[language].has(key), "\(key) in \(language.rawValue)") }
        }
    }

    @Test("What happens again is one notice that counts and one letter to each administrator, until it is over; then it is a new one")
    func once() throws {
        for _ in 0..<3 {
            try raise(.purgeHeld, ["items": 1200])
            test.clock.advance(by: .seconds(60))
        }
        #expect(try lasting() == ["purge_held 3"])
        #expect(try letters() == [test.alice.email])
        try raise(.purgeHeld, in: test.globex, ["items": 1])
        #expect(try letters() == [test.alice.email, test.mallory.email])
        let alice = try test.browser(test.alice)
        let page = alice.get("/alerts")
        #expect(page.status == 200 && page.text.contains("1,200") && page.text.contains("3 times, last"))
        #expect(page.text.contains("href=\"/settings/retention\""))
        #expect(waiting(page) == "1")
        try resolve(.purgeHeld)
        #expect(try lasting() == [])
        #expect(try waiting(alice.get("/alerts")) == nil && lasting(in: test.globex) == ["purge_held 1"])
        try raise(.purgeHeld, ["items": 5])
        #expect(try lasting() == ["purge_held 1"] && letters().count == 3)
    }

    @Test(
        "What was dismissed while it lasts stays quiet until it is over; what has happened and was dismissed is told when it happens again")
    func dismissal() throws {
        let alice = try test.browser(test.alice)
        try raise(.purgeHeld, ["items": 5])
        #expect(waiting(alice.get("/me")) == "1")
        #expect(try dismiss(alice).location == "/alerts")
        #expect(alice.get("/alerts").text.contains("Dismissed by Alice Martin"))
        #expect(waiting(alice.get("/me")) == nil)
        try raise(.purgeHeld, ["items": 6])
        #expect(try waiting(alice.get("/me")) == nil && lasting() == ["purge_held 2"] && letters().count == 1)
        try resolve(.purgeHeld)
        try raise(.purgeHeld, ["items": 7])
        #expect(try waiting(alice.get("/me")) == "1" && letters().count == 2)
        try resolve(.purgeHeld)

        try raise(.accountOpened, of: "somebody", ["name": "Olivia"])
        _ = try dismiss(alice)
        try raise(.accountOpened, of: "somebody", ["name": "Olivia"])
        #expect(try waiting(alice.get("/me")) == "1" && letters().count == 4)
        #expect(try test.audit().filter { $0 == "alert.dismiss" }.count == 2)
    }

    @Test("A dismissal that was sent twice, or stands in a second tab, says so and is written once; another account's is nowhere")
    func twice() throws {
        try raise(.purgeHeld, ["items": 5])
        let alice = try test.browser(test.alice)
        let found = try #require(alice.get("/alerts").text.firstMatch(of: /action="(\/alerts\/alr_[0-9a-z]+\/dismissal)"/))
        #expect(try test.browser(test.mallory).post(String(found.1)).status == 404)
        #expect(try test.browser(test.bob).post(String(found.1)).status == 403)
        #expect(alice.post(String(found.1)).status == 303)
        #expect(alice.post(String(found.1)).status == 303)
        #expect(alice.get("/alerts").text.contains("closed already"))
        #expect(try test.audit() == ["alert.dismiss"])
    }

    @Test("The list is narrowed to what is open or closed and to days, and shows nothing of another account, nor to whom lacks the right")
    func list() throws {
        try raise(.accountOpened, of: "one", ["name": "Olivia One"])
        let alice = try test.browser(test.alice)
        _ = try dismiss(alice)
        test.clock.advance(by: .seconds(3 * 86400))
        try raise(.accountOpened, of: "two", ["name": "Olivia Two"])
        try raise(.accountOpened, in: test.globex, of: "three", ["name": "Olivia Three"])
        let again = try test.browser(test.alice)
        for (query, one, two) in [
            ("", true, true), ("?state=open", false, true), ("?state=closed", true, false), ("?state=nothing", true, true),
            ("?from=2026-11-23", false, true), ("?to=2026-11-22", true, false), ("?from=2026-11-22&to=2026-11-22", true, false),
        ] {
            let text = again.get("/alerts\(query)").text
            #expect(text.contains("Olivia One") == one && text.contains("Olivia Two") == two, "\(query)")
            #expect(!text.contains("Olivia Three"))
        }
        #expect(try test.browser(test.bob).get("/alerts").status == 403)
        #expect(try waiting(test.browser(test.bob).get("/me")) == nil)
    }

    @Test("A letter speaks the reader's language, says what happened, and leads to where something can be done")
    func letter() throws {
        try test.app.mailer.start()
        _ = try test.site.database.write { try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        try raise(.purgeHeld, ["items": 1200])
        test.app.mailer.wake()
        #expect(eventually { relay.taken.count == 1 })
        let letter = try #require(relay.taken.first).data.replacing("=\r\n", with: "").replacing("=\n", with: "")
        #expect(letter.contains("/settings/retention"))
        #expect(letter.contains("La purge nocturne attend") || letter.contains("supprimerait"))
        #expect(letter.contains("1=E2=80=AF200"))
    }

    @Test("An account that staff of the platform opens is told who did, once for each of them")
    func opened() throws {
        let olivia = try test.browser(test.olivia)
        for _ in 0..<2 {
            #expect(olivia.post("/operator/accounts/acme/open").status == 303)
            #expect(olivia.post("/operator/leave").status == 303)
        }
        #expect(try lasting() == ["account_opened 2"])
        #expect(try test.browser(test.alice).get("/alerts").text.contains("Olivia Stone"))
        #expect(try letters() == [test.alice.email])
    }

    @Test("What tells the account of staff is not theirs to dismiss; other notices are")
    func ofStaff() throws {
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post("/operator/accounts/acme/open").status == 303)
        #expect(!olivia.get("/alerts").text.contains("/dismissal\""))
        let alice = try test.browser(test.alice)
        let found = try #require(alice.get("/alerts").text.firstMatch(of: /action="(\/alerts\/alr_[0-9a-z]+\/dismissal)"/))
        #expect(olivia.post(String(found.1)).status == 403)
        #expect(try lasting() == ["account_opened 1"])
        #expect(alice.post(String(found.1)).status == 303)
        #expect(try lasting() == [])
        try raise(.purgeHeld, ["items": 5])
        #expect(try dismiss(olivia).status == 303)
    }

    @Test("Whoever's letter the relay refuses is told of, with its answer, until one goes, or until they are gone")
    func undelivered() throws {
        _ = try test.site.database.write { try $0.execute("UPDATE users SET email = 'nobody@acme.example' WHERE id = \(test.bob.id)") }
        try test.app.mailer.start()
        let alice = try test.browser(test.alice)
        let path = "/users/\(test.bob.id)"
        #expect(alice.post(path + "/link").status == 303)
        #expect(try eventually { try lasting() == ["mail_undelivered 1"] })
        let page = alice.get("/alerts").text
        #expect(page.contains("nobody@acme.example") && page.contains("No such mailbox") && page.contains("href=\"\(path)\""))
        #expect(eventually { relay.taken.contains { $0.recipients.contains { $0.contains("alice@") } } })
        // The letters of notices cannot make notices without end.
        #expect(try lasting() == ["mail_undelivered 1"])
        _ = try test.site.database.write { try $0.execute("UPDATE users SET email = 'bob@acme.example' WHERE id = \(test.bob.id)") }
        #expect(alice.post(path + "/link").status == 303)
        #expect(try eventually { try lasting() == [] })
    }

    @Test("A hundred wrong passwords for an address are told to its account, once, and a hundred more are not told again")
    func guessing() throws {
        try test.app.mailer.start()
        let guesser = try test.browser()
        for _ in 0..<SignInAttempts.usual - 1 { _ = guesser.signIn(test.bob.email, "a wrong guess") }
        #expect(try lasting() == [])
        for _ in 0..<5 { _ = guesser.signIn(test.bob.email, "a wrong guess") }
        #expect(try eventually { try lasting() == ["sign_in_closed 1"] })
        #expect(try lasting(in: test.globex) == [] && letters() == [test.alice.email])
        let page = try test.browser(test.alice).get("/alerts").text
        #expect(page.contains("Bob Durand") && page.contains("127.0.0.1") && page.contains("/users/\(test.bob.id)"))
    }

    @Test("Where there is no mail, the notice is in the console all the same")
    func withoutMail() throws {
        let test = try TestApp()
        try test.app.mailer.start()
        let guesser = try test.browser()
        for _ in 0..<SignInAttempts.usual { _ = guesser.signIn(test.bob.email, "a wrong guess") }
        #expect(try eventually { try test.browser(test.alice).get("/alerts").text.contains("Bob Durand") })
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM mails", as: Int.self) } == 0)
    }

    @Test("A webhook that the engine switches off is told of, with the reason, until it is on again")
    func webhookGone() throws {
        try test.turnIntegrationOn(in: test.acme)
        let receiver = try ScriptedReceiver(.status(410))
        let webhook = try test.addWebhook(to: receiver.url("/gone"), in: test.acme) { $0.name = "Our CRM" }
        try test.app.engine.start()
        try test.accept(in: test.acme)
        #expect(try eventually { try lasting() == ["webhook_disabled 1"] })
        let alice = try test.browser(test.alice)
        let page = alice.get("/alerts").text
        #expect(page.contains("Our CRM") && page.contains("410 Gone") && page.contains("endpoints/\(webhook.id)"))
        #expect(alice.post("/settings/webhooks/endpoints/\(webhook.id)/resume").status == 303)
        #expect(try lasting() == [])
    }

    @Test("So is one whose secret cannot be opened, until it has another or is deleted")
    func webhookUnreadable() throws {
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "http://127.0.0.1:9/", in: test.acme) { $0.authentication = .bearer(token: "t") }
        _ = try test.site.database.write { try $0.execute("UPDATE webhooks SET secret = auth_secret WHERE id = \(webhook.id)") }
        test.app.directory.invalidate(account: test.acme)
        for _ in 0..<3 {
            try test.accept(in: test.acme)
            test.app.directory.invalidate(account: test.acme)
        }
        #expect(try eventually { try lasting() == ["webhook_disabled 1"] })
        let alice = try test.browser(test.alice)
        #expect(alice.post("/settings/webhooks/endpoints/\(webhook.id)/delete").status == 303)
        #expect(try lasting() == [])
    }

    @Test("A notice that is over goes after three months, one that is not stays")
    func purge() throws {
        try raise(.purgeHeld, ["items": 5])
        try raise(.accountOpened, of: "one", ["name": "Olivia"])
        try resolve(.purgeHeld)
        test.clock.advance(by: RecordPurge.alertsKept + .seconds(1))
        try RecordPurge(site: test.site).run()
        #expect(try test.site.database.read { try $0.rows("SELECT kind FROM alerts") { try $0.next(String.self) } } == ["account_opened"])
    }
}
