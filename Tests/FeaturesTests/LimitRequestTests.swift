// Requests for more: from the account's form to the operator's answer, and what everybody is told of it.

import Database
import Features
import HTTP
import HTTPTypes
import Mail
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Requests for a limit")
struct LimitRequestTests {
    private static let path = "/settings/limits/webhooks/request"
    private let test: TestApp
    private let alice: Browser
    private let olivia: Browser

    init() throws {
        // Nobody listens there: what waits to be sent is what is looked at.
        test = try TestApp { $0.relay = try? MailRelay("smtp://127.0.0.1:9") }
        alice = try test.browser(test.alice)
        olivia = try test.browser(test.olivia)
    }

    private func ask(_ wanted: String = "40", _ reason: String = "One for each agency", by browser: Browser? = nil) -> Browser.Page {
        let browser = browser ?? alice
        return browser.post(Self.path, browser.get(Self.path).hiddenInputs + [("wanted", wanted), ("reason", reason)])
    }

    /// The operator's page of the newest request.
    private func address() throws -> String {
        let id: ID<LimitRequestRow>? = try test.site.database.read {
            try $0.value("SELECT id FROM limit_requests ORDER BY id DESC LIMIT 1")
        }
        return LimitQueueController.path(of: try #require(id))
    }

    private func withdrawal() throws -> String {
        LimitsController.path + "/requests/\(try #require(address().split(separator: "/").last))/withdrawal"
    }

    private func answer(_ form: [(String, String)], by browser: Browser? = nil) throws -> Browser.Page {
        (browser ?? olivia).post(try address(), form)
    }

    private var approval: [(String, String)] { [("decision", "approve"), ("granted", "30"), ("note", "")] }
    private var refusal: [(String, String)] { [("decision", "refuse"), ("granted", "40"), ("refusal_reason", "Share one webhook")] }

    private func states() throws -> [String] {
        try test.site.database.read { try $0.rows("SELECT state FROM limit_requests ORDER BY id") { try $0.next() } }
    }

    private func maximum() throws -> Int { try test.site.database.read { try Limit.webhooks.maximum(of: self.test.acme, on: $0) } }

    private func notices() throws -> [String] {
        try test.site.database.read { try $0.rows("SELECT kind || ' ' || variant FROM alerts ORDER BY id") { try $0.next() } }
    }

    private func letters() throws -> [String] {
        try test.site.database.read { try $0.rows("SELECT recipient || ': ' || subject FROM mails ORDER BY id") { try $0.next() } }
    }

    private func actions() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows(
                "SELECT action, subject FROM audit WHERE account_id = \(self.test.acme) AND action LIKE 'limit_request.%' ORDER BY id"
            ) { "\(try $0.next(String.self)) \(try $0.next(String.self))" }
        }
    }

    /// Beside the tab in the operator's menu.
    private func waiting(_ page: Browser.Page) -> String? {
        page.text.firstMatch(of: /<a href="\/operator\/requests"[^>]*>[^<]*<span class="count">([0-9]+)<\/span>/).map { String($0.1) }
    }

    @Test("A request is approved with another value: the limit holds at once, and everybody whom it concerns is told")
    func approved() throws {
        let list = alice.get("/settings/limits").text
        #expect(list.contains("href=\"\(Self.path)\"") && list.contains("Nobody has requested an increase yet."))
        #expect(waiting(olivia.get("/operator/accounts")) == nil)
        let asked = ask()
        #expect(asked.status == 303 && asked.location == "/settings/limits")
        let open = alice.get("/settings/limits").text
        #expect(open.contains("Waiting") && open.contains("One for each agency") && !open.contains("href=\"\(Self.path)\""))
        #expect(waiting(olivia.get("/operator/accounts")) == "1")
        let queue = olivia.get("/operator/requests").text
        let place = try address()
        #expect(queue.contains("Acme Télécom") && queue.contains("href=\"\(place)\""))
        #expect(olivia.get("/operator/accounts/acme/limits").text.contains("href=\"\(place)\""))
        let page = olivia.get(place).text
        #expect(page.contains("name=\"granted\"") && page.contains("value=\"40\"") && page.contains("Alice Martin"))
        let answered = try answer([("decision", "approve"), ("granted", "30"), ("note", "Thirty will do")])
        #expect(answered.status == 303 && answered.location == "/operator/requests")
        #expect(try maximum() == 30 && states() == ["approved"])
        #expect(waiting(olivia.get("/operator/requests")) == nil)
        #expect(try notices() == ["limit_answered approved_with_note"])
        // Who asked has a letter of their own, and no second one as an administrator.
        #expect(try letters() == ["\(test.alice.email): Acme Télécom: your request for an increase was approved"])
        #expect(try actions() == ["limit_request.create webhooks", "limit_request.approve webhooks"])
        let history = alice.get("/settings/limits").text
        #expect(history.contains("Approved") && history.contains("Limit set to 30") && history.contains("Thirty will do"))
        #expect(history.contains("Olivia Stone") && history.contains("href=\"\(Self.path)\""))
        let alerts = alice.get("/alerts").text
        #expect(alerts.contains("Answer to the request for an increase: Webhooks"))
        #expect(alerts.contains("set the limit to 30; 40 had been requested. Their note: “Thirty will do”"))
        let changes = alice.get("/changes").text
        #expect(changes.contains("Limit request approved") && changes.contains("New limit") && changes.contains("Limit requests"))
        #expect(alice.get("/changes?tab=/operator/requests").text.contains("Limit request approved"))
        let closed = olivia.get(place).text
        #expect(closed.contains("Approved") && !closed.contains("name=\"granted\""))
        #expect(olivia.get("/operator/requests").text.contains("No requests"))
        #expect(olivia.get("/operator/requests?state=approved").text.contains("Acme Télécom"))
        #expect(olivia.get("/operator/requests?state=all").text.contains("Acme Télécom"))
    }

    @Test("A refusal needs a reason, which the account reads; the limit stays as it is")
    func refused() throws {
        #expect(ask().status == 303)
        let wrong = try answer([("decision", "refuse"), ("granted", "40"), ("refusal_reason", " ")])
        #expect(
            wrong.status == 422 && wrong.text.contains("Say why you refuse the request") && wrong.text.contains("href=\"#refusal_reason\""))
        #expect(try states() == ["submitted"] && letters() == [])
        _ = try test.site.database.write { try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(self.test.alice.id)") }
        #expect(try answer(refusal).status == 303)
        #expect(try states() == ["refused"] && maximum() == 20 && notices() == ["limit_answered refused"])
        #expect(try letters() == ["\(test.alice.email): Acme Télécom\u{A0}: votre demande d’augmentation est refusée"])
        let history = try test.browser(test.alice).get("/settings/limits").text
        #expect(history.contains("Refusée") && history.contains("Share one webhook"))
        // And then again.
        #expect(ask("41").status == 303)
        #expect(try states() == ["refused", "submitted"])
    }

    @Test(
        "What is wrong with a request is said at its field, and what was typed stays",
        arguments: [
            ("", "For the agencies", "wanted", "Enter the limit that you want"), ("20", "x", "wanted", "Enter more than the present limit"),
            ("-5", "x", "wanted", "from 1 to 100,000,000"), ("many", "x", "wanted", "from 1 to 100,000,000"),
            ("40", " ", "reason", "Say what you need it for"),
            ("40", String(repeating: "é", count: 501), "reason", "at most 1,000 characters"),
        ])
    func wrong(wanted: String, reason: String, field: String, words: String) throws {
        let page = ask(wanted, reason)
        #expect(page.status == 422 && page.text.contains("href=\"#\(field)\"") && page.text.contains(words))
        #expect(page.text.contains("value=\"\(wanted)\"") && (field != "wanted" || page.text.contains(reason)))
        #expect(try states() == [])
    }

    @Test("No more than what is used already is nothing to ask for")
    func notEnough() throws {
        try test.site.database.write { try Limit.users.setMaximum(1, of: self.test.acme, on: $0) }
        let path = "/settings/limits/users/request"
        let page = alice.post(path, alice.get(path).hiddenInputs + [("wanted", "2"), ("reason", "x")])
        #expect(page.status == 422 && page.text.contains("href=\"#wanted\"") && page.text.contains("Enter more than what is used now"))
        #expect(try states() == [])
    }

    @Test(
        "What is wrong with an answer is said at its field",
        arguments: [
            ([("granted", "30")], "decision", "Choose whether you approve or refuse"),
            ([("decision", "approve"), ("granted", "20")], "granted", "Enter more than the present limit, or refuse the request"),
            ([("decision", "approve"), ("granted", "")], "granted", "from 1 to 100,000,000"),
        ])
    func wrongAnswer(form: [(String, String)], field: String, words: String) throws {
        #expect(ask().status == 303)
        let page = try answer(form)
        #expect(page.status == 422 && page.text.contains("href=\"#\(field)") && page.text.contains(words))
        #expect(try states() == ["submitted"] && maximum() == 20)
    }

    @Test("Of a limit one request waits at a time, whoever asks, also two at the same instant")
    func oneAtATime() throws {
        let posts = (0..<2).map { _ in Post(Self.path, alice.get(Self.path).hiddenInputs + [("wanted", "40"), ("reason", "x")]) }
        #expect(test.sendAtOnce(posts, as: alice).map(\.status).sorted() == [303, 422])
        let page = alice.get(Self.path)
        #expect(page.status == 200 && page.text.contains("is waiting for an answer"))
        #expect(ask().status == 422)
        #expect(try states() == ["submitted"] && actions() == ["limit_request.create webhooks"])
        // Of another limit, and in another account, there may be others.
        let other = alice.get("/settings/limits/users/request")
        #expect(alice.post("/settings/limits/users/request", other.hiddenInputs + [("wanted", "2000"), ("reason", "x")]).status == 303)
        #expect(try ask(by: test.browser(test.mallory)).status == 303)
        #expect(try states().count == 3 && waiting(olivia.get("/operator/requests")) == "3")
    }

    @Test("The same form sent twice asks once")
    func twice() throws {
        let form = alice.get(Self.path).hiddenInputs + [("wanted", "40"), ("reason", "x")]
        #expect(alice.post(Self.path, form).status == 303 && alice.post(Self.path, form).status == 303)
        #expect(try states() == ["submitted"])
    }

    @Test("A request is withdrawn by its account alone; an answer that comes then is not saved, and what was typed is shown")
    func withdrawn() throws {
        #expect(ask().status == 303)
        let address = try withdrawal()
        #expect(alice.get("/settings/limits").text.contains("action=\"\(address)\""))
        #expect(try test.browser(test.mallory).post(address).status == 404)
        #expect(try test.browser(test.bob).post(address).status == 403)
        #expect(try states() == ["submitted"])
        #expect(alice.post(address).location == "/settings/limits" && alice.post(address).location == "/settings/limits")
        #expect(alice.get("/settings/limits").text.contains("not waiting any more"))
        #expect(try states() == ["withdrawn"] && actions() == ["limit_request.create webhooks", "limit_request.withdraw webhooks"])
        for form in [approval, refusal] {
            let late = try answer(form)
            #expect(late.status == 422 && late.text.contains("Your answer was not saved") && !late.text.contains("name=\"granted\""))
        }
        #expect(try answer(refusal).text.contains("Share one webhook"))
        #expect(try maximum() == 20 && notices() == [] && letters() == [])
    }

    @Test("Of two of the staff who answer at the same instant one is heard, and the account is told once")
    func answers() throws {
        #expect(ask().status == 303)
        let address = try address()
        #expect(test.sendAtOnce([Post(address, approval), Post(address, refusal)], as: olivia).map(\.status).sorted() == [303, 422])
        #expect(try notices().count == 1 && letters().count == 1 && actions().count == 2)
        #expect(try maximum() == (states() == ["approved"] ? 30 : 20))
    }

    @Test("A button that was pressed twice answers once, and says so both times")
    func answeredTwice() throws {
        #expect(ask().status == 303)
        for _ in 0..<2 { #expect(try answer(approval).location == "/operator/requests") }
        #expect(olivia.get("/operator/requests").text.contains("Acme Télécom has been given more: Webhooks."))
        #expect(try notices().count == 1 && letters().count == 1 && actions().count == 2)
        // Another answer is none of that.
        #expect(try answer([("decision", "approve"), ("granted", "31"), ("note", "")]).status == 422)
        #expect(try maximum() == 30)
    }

    @Test("Another reason than the one that was sent is another answer: it is said not to be saved, and shown")
    func anotherReason() throws {
        #expect(ask().status == 303)
        for _ in 0..<2 { #expect(try answer(refusal).location == "/operator/requests") }
        let other = try answer([("decision", "refuse"), ("granted", "40"), ("refusal_reason", "Ask again in May")])
        #expect(other.status == 422 && other.text.contains("Your answer was not saved") && other.text.contains("Ask again in May"))
        #expect(try notices().count == 1 && letters().count == 1)
    }

    @Test("Whoever answers sees that the account is not open")
    func closing() throws {
        #expect(ask().status == 303)
        #expect(try !olivia.get(address()).text.contains("Closing"))
        _ = try test.site.database.write { try $0.execute("UPDATE accounts SET state = 'closing' WHERE id = \(self.test.acme)") }
        #expect(try olivia.get(address()).text.contains("Closing"))
    }

    @Test("An approval never takes away what somebody has given meanwhile")
    func meanwhile() throws {
        #expect(ask().status == 303)
        try test.site.database.write { try Limit.webhooks.setMaximum(50, of: self.test.acme, on: $0) }
        let page = try answer(approval)
        #expect(page.status == 422 && page.text.contains("Enter more than the present limit, or refuse the request"))
        #expect(try maximum() == 50 && states() == ["submitted"])
    }

    @Test("Who may only see asks for nothing and withdraws nothing; without the right there is no page; what is fixed cannot be asked for")
    func rights() throws {
        #expect(ask().status == 303)
        func bob(_ rights: Set<Right>) throws -> Browser {
            _ = try test.site.database.write { connection in
                try connection.execute(
                    "UPDATE roles SET rights = \(rights.stored) WHERE id = (SELECT role_id FROM users WHERE id = \(self.test.bob.id))")
            }
            return try test.browser(test.bob)
        }
        let viewer = try bob([.viewLimits])
        let page = viewer.get("/settings/limits")
        #expect(page.status == 200 && page.text.contains("One for each agency"))
        #expect(!page.text.contains("/request\"") && !page.text.contains("/withdrawal"))
        #expect(try viewer.get(Self.path).status == 403 && viewer.post(withdrawal()).status == 403)
        let manager = try bob([.manageLimits])
        #expect(manager.get("/settings/limits").text.contains("/withdrawal"))
        let nobody = try bob([.viewAlerts])
        #expect(nobody.get("/settings/limits").status == 403 && !nobody.get("/alerts").text.contains("href=\"/settings/limits\""))
        #expect(try alice.get("/operator/requests").status == 404 && alice.get(address()).status == 404)

        let fixed = try TestApp { installation in
            installation.features.append(
                Feature(
                    limits: [
                        Limit("rooms", standard: 3, isAdjustable: false) { "SELECT COUNT(*) FROM roles WHERE account_id = \($0)" }
                    ]
                ) { _ in Feature.Running() })
        }
        let browser = try fixed.browser(fixed.alice)
        #expect(browser.get("/settings/limits").text.contains("No, the same for all"))
        #expect(browser.get("/settings/limits/rooms/request").status == 404 && browser.get(Self.path).status == 200)
    }
}
