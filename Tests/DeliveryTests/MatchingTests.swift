// Where an event goes: each condition in its order, and the same answer for sending and for explaining.

import Database
import Delivery
import HTTPClient
import JSON
import Testing
import Time

@Suite("Matching")
struct MatchingTests {
    private let callEnd: EventType
    private let data: JSONObject = [
        "call_id": "c-1", "tracking_number": "+33 1 87 65 43 00", "user": ["id": "usr_1", "email": "Ada@Example.com"],
    ]

    init() throws {
        callEnd = try #require(EventCatalogue.standard.type(named: "call:end"))
    }

    private func webhook(_ change: (inout WebhookConfiguration) -> Void = { _ in }) -> WebhookConfiguration {
        var webhook = WebhookConfiguration(
            id: ID(value: 1), account: ID(value: 2), name: "CRM", url: "https://example.com/", secret: "whsec_AAAA",
            createdAt: Timestamp(milliseconds: 0))
        change(&webhook)
        return webhook
    }

    private func verdict(_ account: AccountWebhooks, _ change: (inout WebhookConfiguration) -> Void = { _ in }) -> Verdict {
        account.verdict(on: webhook(change), type: callEnd, data: data)
    }

    @Test("The first condition that does not hold is named, in the order of the protocol")
    func order() {
        let on = AccountWebhooks(isEnabled: true)
        let spoil: (inout WebhookConfiguration) -> Void = {
            $0.isEnabled = false
            $0.events = EventSubscription(types: ["USER_LOGIN"])
            $0.restriction = .users(["nobody"])
            $0.isPaused = true
        }
        #expect(verdict(AccountWebhooks(isEnabled: false, switchedOff: ["call:end"]), spoil) == .integrationOff)
        #expect(verdict(AccountWebhooks(isEnabled: true, switchedOff: ["call:end"]), spoil) == .notInRights)
        #expect(verdict(on, spoil) == .notEnabled)
        #expect(
            verdict(on) {
                spoil(&$0); $0.isEnabled = true
            } == .notSubscribed)
        #expect(
            verdict(on) {
                spoil(&$0); $0.isEnabled = true; $0.events = .all
            } == .restriction)
        #expect(
            verdict(on) {
                spoil(&$0); $0.isEnabled = true; $0.events = .all; $0.restriction = .none
            } == .paused)
        #expect(verdict(on) == .matched)
        #expect(Verdict.allCases.filter(\.hasDelivery) == [.matched, .paused])
    }

    @Test("An account that never set the integration has it off")
    func offByDefault() {
        #expect(verdict(AccountWebhooks()) == .integrationOff)
    }

    @Test("All of a module stays true, and survives being stored")
    func subscriptions() throws {
        let module = try #require(EventCatalogue.standard.module(slug: "voice_campaign"))
        let subscription = EventSubscription(modules: [module.slug], types: ["call:end", "cdr"])
        #expect(subscription.stored == "module:voice_campaign call:end cdr")
        #expect(EventSubscription(stored: subscription.stored) == subscription)
        let included = EventCatalogue.standard.types.filter(subscription.includes).map(\.name)
        #expect(included == ["call:end", "cdr"] + EventCatalogue.standard.types(in: module).map(\.name))
        #expect(EventSubscription(stored: "*") == .all)
        #expect(!EventSubscription(stored: "").includes(callEnd))
    }

    @Test(
        "A restriction to a tracking number compares digits",
        arguments: [("+33187654300", true), ("0033 1 87 65 43 00", true), ("+33187654301", false), ("87654300", false), ("", false)])
    func trackingNumber(_ number: String, _ holds: Bool) {
        let on = AccountWebhooks(isEnabled: true)
        #expect((verdict(on) { $0.restriction = .trackingNumbers(["+441", number]) } == .matched) == holds)
    }

    @Test(
        "A restriction to a user takes an id or an address, in any case",
        arguments: [("usr_1", true), ("ada@example.COM", true), ("ada", false)])
    func user(_ user: String, _ holds: Bool) {
        let on = AccountWebhooks(isEnabled: true)
        #expect((verdict(on) { $0.restriction = .users([user]) } == .matched) == holds)
    }

    @Test("An event without the restricted thing does not match")
    func absent() {
        let on = AccountWebhooks(isEnabled: true)
        for restriction in [Restriction.users(["usr_1"]), .trackingNumbers(["+33187654300"]), .users([]), .trackingNumbers([])] {
            let webhook = webhook { $0.restriction = restriction }
            #expect(on.verdict(on: webhook, type: callEnd, data: [:]) == .restriction)
            #expect(on.verdict(on: webhook, type: callEnd, data: ["user": nil, "tracking_number": []]) == .restriction)
        }
    }

    @Test(
        "Header names that frame, sign or authenticate are refused",
        arguments: [
            "Host", "content-LENGTH", "Content-Type", "Connection", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Keep-Alive",
            "Proxy-Authorization", "proxy-anything", "Expect", "webhook-id", "Webhook-Signature", "X-Signature", "User-Agent",
            "Authorization",
        ])
    func reserved(_ name: String) {
        let header = CustomHeader(name: name, value: "x")
        #expect(header.problem(beside: .bearer(token: "t")) == .nameReserved)
    }

    @Test("Headers that would break the message are refused, others pass")
    func headers() {
        func problem(_ name: String, _ value: String, _ authentication: Credential = .none) -> CustomHeader.Problem? {
            CustomHeader(name: name, value: value).problem(beside: authentication)
        }
        #expect(problem("X-Key", "value with spaces, ü and \t") == nil)
        #expect(problem("Authorization", "Custom x") == nil)
        #expect(problem("x-api-key", "x", .apiKey(header: "X-API-Key", key: "k")) == .nameReserved)
        #expect(problem("", "x") == .nameEmpty)
        for name in ["X Key", "X:Key", "X-Kéy", "X-Key\r", "X\u{0}"] { #expect(problem(name, "x") == .nameMalformed) }
        for value in ["a\r\nHost: evil", "a\nb", "a\u{0}b", "\u{7F}"] { #expect(problem("X-Key", value) == .valueMalformed) }
        #expect(problem("X-Key", String(repeating: "x", count: 2_001)) == .tooLong)
    }
}
