// A form that makes something, sent twice: by an impatient finger, by a step back, by two at once, by somebody who changes what it carries.

import Database
import Delivery
import Dispatch
import Features
import HTTP
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import Time
import Web

@Suite("A form sent twice")
struct SentTwiceTests {
    private static let accounts = "/operator/accounts"
    private static let account = [
        ("account_name", "Initech"), ("slug", "initech"), ("country", "FR"), ("account_language", "en"), ("time_zone", "Europe/Paris"),
        ("administrator_name", "Ann"), ("administrator_email", "ann@initech.example"), ("administrator_password", "kestrel amber violin"),
    ]

    private let pages: WebhookPages

    init() throws {
        pages = try WebhookPages()
    }

    /// What the page of a new webhook carries, beside the token.
    private func carried(_ browser: Browser? = nil, at path: String = WebhookPages.list + "/new") -> [(String, String)] {
        (browser ?? pages.alice).get(path).hiddenInputs.filter { $0.0 != "csrf" }
    }

    private func webhooks() throws -> [WebhookConfiguration] { try pages.all(of: pages.test.acme) }

    @Test("One webhook is made, the second time leads to it, and both times say so")
    func webhook() throws {
        let carried = carried()
        #expect(Set(carried.map(\.0)) == ["owner", "making"])
        let first = pages.alice.post(WebhookPages.list, WebhookPages.form() + carried)
        let second = pages.alice.post(WebhookPages.list, WebhookPages.form() + carried)
        #expect(first.status == 303 && second.status == 303 && first.location == second.location)
        #expect(try webhooks().count == 1 && pages.audited("webhook.create") == 1)
        #expect(pages.alice.get(second.location ?? "").text.contains("CRM synchronisation"))
        // The page opened anew makes another.
        #expect(pages.alice.post(WebhookPages.list, WebhookPages.form() + self.carried()).location != first.location)
        #expect(try webhooks().count == 2)
    }

    @Test("What was changed before it was sent again is not taken for saved")
    func changed() throws {
        let carried = carried()
        let first = pages.alice.post(WebhookPages.list, WebhookPages.form() + carried)
        let second = pages.alice.post(WebhookPages.list, WebhookPages.form([("name", "Another name")]) + carried)
        #expect(second.location == first.location)
        #expect(pages.alice.get(first.location ?? "").text.contains("This form had already been sent"))
        // Also when what is in it now is wrong.
        #expect(pages.alice.post(WebhookPages.list, WebhookPages.form([("name", "")]) + carried).location == first.location)
        #expect(try webhooks().map(\.name) == ["CRM synchronisation"])
    }

    @Test("A form that was refused keeps its id, so that what is corrected is made once")
    func refused() throws {
        let refused = pages.alice.post(WebhookPages.list, WebhookPages.form([("target", "nowhere")]) + carried())
        #expect(refused.status == 422)
        let again = refused.hiddenInputs.filter { $0.0 != "csrf" }
        for _ in 0..<2 { #expect(pages.alice.post(WebhookPages.list, WebhookPages.form() + again).status == 303) }
        #expect(try webhooks().count == 1)
    }

    @Test("Of several that are sent at the same instant one makes it, and all lead to it")
    func atOnce() throws {
        let carried = carried()
        let token = pages.alice.get("/me").csrf ?? ""
        let form = WebhookPages.form() + carried + [("csrf", token)]
        let cookies = pages.alice.cookies
        let places = Mutex<[String?]>([])
        let test = pages.test
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            guard let browser = try? test.browser() else { return }
            browser.cookies = cookies
            let place = browser.post(WebhookPages.list, form).location
            places.withLock { $0.append(place) }
        }
        let all = places.withLock { $0 }
        #expect(all.count == 4 && Set(all).count == 1 && all[0]?.hasPrefix(WebhookPages.list + "/wh_") == true)
        #expect(try webhooks().count == 1)
    }

    @Test("Nobody chooses an id: not one of their own making, not one that was given to somebody else, to another form, or cut")
    func chosen() throws {
        let mallory = try pages.test.browser(pages.test.mallory)
        let existing = try pages.add()
        func mark(_ fields: [(String, String)]) -> String { fields.first { $0.0 == "making" }?.1 ?? "" }
        let theirs = mark(carried(mallory))
        let bobs = mark(carried(try pages.bob([.viewWebhooks, .manageWebhooks])))
        let olivia = try pages.test.browser(pages.test.olivia)
        let account = mark(carried(olivia, at: Self.accounts + "/new"))
        let own = mark(carried())
        #expect(![theirs, bobs, account, own].contains(""))
        let attempts = [
            theirs, bobs, account, String(own.dropLast(2)), own + "00", String(existing.suffix(29)), "", "wh_00000000000000000000000000",
        ]
        for attempt in attempts {
            let page = pages.alice.post(WebhookPages.list, WebhookPages.form([("name", "Forged")]) + [("making", attempt)])
            #expect(page.status == 422 && page.text.contains("for another account or person"), "\(attempt)")
        }
        #expect(try webhooks().count == 1)
        // Nor does the whole form of another account make anything here.
        #expect(pages.alice.post(WebhookPages.list, WebhookPages.form([("name", "Forged")]) + carried(mallory)).status == 422)
        #expect(try pages.all(of: pages.test.globex).isEmpty && webhooks().count == 1)
    }

    @Test("One account is made, though its short name is taken by the second time, and its form is of one person")
    func accounts() throws {
        let test = pages.test
        let olivia = try test.browser(test.olivia)
        let carried = carried(olivia, at: Self.accounts + "/new")
        for _ in 0..<2 {
            #expect(olivia.post(Self.accounts, Self.account + carried).location == Self.accounts + "/initech")
            #expect(olivia.get(Self.accounts).text.contains("Initech"))
        }
        let renamed = Self.account.map { $0.0 == "account_name" ? ($0.0, "Initrode") : $0 }
        #expect(olivia.post(Self.accounts, renamed + carried).location == Self.accounts)
        #expect(olivia.get(Self.accounts).text.contains("This form had already been sent"))
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM accounts", as: Int.self) } == 3)
        #expect(try pages.audited("account.create") == 1)
        // Another form with the same short name is another account, which cannot have it.
        #expect(olivia.post(Self.accounts, Self.account + self.carried(olivia, at: Self.accounts + "/new")).status == 422)
    }

    @Test("A form kept over a sign-in makes one thing as well, and not for somebody else")
    func kept() throws {
        for next in [pages.test.alice, pages.test.mallory] {
            let browser = try pages.test.browser(pages.test.alice)
            let page = browser.get(WebhookPages.list + "/new")
            let form = WebhookPages.form([("headers", "")]) + page.hiddenInputs
            pages.test.clock.advance(by: .seconds(31 * 60))
            let interrupted = browser.post(WebhookPages.list, form)
            let resumed = browser.post("/sign-in", interrupted.hiddenInputs + [("email", next.email), ("password", TestApp.password)])
            let inputs = resumed.hiddenInputs
            #expect(inputs.contains { $0.0 == "making" } && inputs.contains { $0.0 == "owner" })
            let answers = (0..<2).map { _ in browser.post(WebhookPages.list, inputs) }
            #expect(answers.allSatisfy { $0.status == (next.id == pages.test.alice.id ? 303 : 422) })
        }
        #expect(try webhooks().count == 1 && pages.all(of: pages.test.globex).isEmpty)
    }

    /// What is said, without the frame, whose token is another each time.
    private func said(_ page: Browser.Page) throws -> String {
        String(try #require(page.text.firstMatch(of: /<main.*<\/main>/.dotMatchesNewlines())).output)
    }

    @Test("What a form is about and is there no more is told by a page of its own, with the way to the page above, whatever the id is")
    func gone() throws {
        let test = pages.test
        let (bob, mallory, never) = (test.bob.id.description, test.mallory.id.description, test.site.ids.next(User.self).description)
        func press(_ id: String) -> Browser.Page { pages.alice.post("/users/\(id)/delete") }
        #expect(press(bob).location == "/users")
        let second = press(bob)
        let text = try said(second)
        #expect(second.status == 404 && text.contains("<h1>It is not there any more</h1>") && text.contains("by this button pressed twice"))
        #expect(text.contains("href=\"/users\"") && !text.contains("href=\"/\"") && !text.contains("Page not found"))
        for id in [mallory, never, "nothing-has-this-id"] {
            let page = press(id)
            #expect(try page.status == 404 && said(page) == text, "\(id)")
        }
        // An address that is only looked at may be wrong.
        for path in ["/users/\(bob)", "/users/\(bob)/delete"] { #expect(try said(pages.alice.get(path)).contains("Page not found")) }
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        #expect(try said(press(bob)).contains("<h1>Cet élément n’existe plus</h1>"))
    }

    @Test("The way leads to a page that is there: of a session of somebody's, to somebody")
    func wayFromWhatIsGone() throws {
        let (test, session) = (pages.test, pages.test.site.ids.next(SessionRow.self))
        let (bob, webhook) = (test.bob.id, test.site.ids.next(Webhook.self))
        for (path, above) in [
            ("/me/sessions/\(session)/end", "/me"), ("/users/\(bob)/sessions/\(session)/end", "/users/\(bob)"),
            ("\(WebhookPages.list)/\(webhook)/delete", WebhookPages.list),
        ] {
            let page = pages.alice.post(path)
            #expect(try page.status == 404 && said(page).contains("<a class=\"button\" href=\"\(above)\">Back</a>"), "\(path)")
            #expect(pages.alice.get(above).status == 200)
        }
    }

    @Test("Of the operator's forms nobody else learns that there are any")
    func operatorsForms() throws {
        let page = try said(pages.alice.post("/operator/accounts/globex/suspension"))
        #expect(page.contains("<h1>Page not found</h1>") && page.contains("href=\"/\""))
        #expect(try page == said(pages.alice.post("/operator/no-such/thing")))
    }

    @Test("A secret is not rotated twice by one page: what receivers still have would be out at once")
    func rotation() throws {
        let address = try pages.add()
        let old = try pages.stored(address).secret
        let inputs = pages.alice.get(address + "/secret").hiddenInputs
        #expect(pages.alice.post(address + "/secret", inputs).location == address)
        #expect(pages.alice.post(address + "/secret", inputs).location == address)
        #expect(try pages.stored(address).previousSecret?.secret == old && pages.audited("webhook.rotate") == 1)
    }
}
