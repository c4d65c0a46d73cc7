// The change log: that whatever is changed stands there in words, with who, when, from where, before and after, and can be found.

import Database
import Delivery
import Foundation
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Change log")
struct ChangesTests {
    private let test: TestApp

    init() throws {
        test = try TestApp { try $0.addSmallTab() }
    }

    private func text(_ query: String = "", of person: TestApp.Person? = nil) throws -> String {
        try test.browser(person ?? test.alice).get("/changes\(query)").text
    }

    /// What stands between tags, without them.
    private func plain(_ html: String) -> String {
        html.replacing(/<[^>]*>/, with: " ").replacing(/\s+/, with: " ")
    }

    private func record(
        _ action: StaticString, of subject: String = "", by user: TestApp.Person? = nil, named name: String = "System",
        _ changes: [FieldChange] = [], in account: ID<Account>? = nil
    ) throws {
        try test.site.database.write { connection in
            try AuditEntry(
                account: account ?? test.acme, user: user?.id, userName: name, action: action, subject: subject, from: "", requestID: "-",
                changes: changes
            ).record(test.site, on: connection)
        }
    }

    @Test("A change of a setting says who, when, from where, on which page, what, and each field before and after in words, a secret not")
    func change() throws {
        let alice = try test.browser(test.alice)
        alice.remoteAddress = "203.0.113.7"
        let saved = alice.post(
            "/settings/voicemail",
            [
                ("greeting", "Speak now"), ("minutes", "3"), ("transcription", "yes"), ("voice", "low"), ("pin", "12345678"),
                ("version", "0"),
            ])
        #expect(saved.status == 303)
        let page = plain(try text())
        for words in [
            "Alice Martin", "203.0.113.7", "22 Nov 2026, 14:05:09 +01:00", "Voicemail changed", "Greeting", "Before Leave a message.",
            "After Speak now", "Transcription", "Before Off", "After On", "After Low", "After Changed",
        ] {
            #expect(page.contains(words), "\(words)")
        }
        #expect(!page.contains("12345678") && !page.contains("Longest message"))
        // Not what was saved without a change.
        let version = try #require(alice.get("/settings/voicemail").hidden("version"))
        let again = [("greeting", "Speak now"), ("minutes", "3"), ("transcription", "yes"), ("voice", "low"), ("version", version)]
        #expect(alice.post("/settings/voicemail", again).status == 303)
        #expect(try test.audit() == ["voicemail.update"])
    }

    @Test("A tab's page leads to its own changes, and the list is narrowed to one tab with its sub-tabs, or to what belongs to none")
    func tabs() throws {
        let alice = try test.browser(test.alice)
        #expect(alice.post("/settings/voicemail", [("greeting", "Hello"), ("minutes", "3"), ("version", "0")]).status == 303)
        #expect(alice.post("/users/\(test.bob.id)/suspension").status == 303)
        try test.turnIntegrationOn(in: test.acme)
        let webhook = try test.addWebhook(to: "http://127.0.0.1:9/", in: test.acme)
        #expect(alice.post("/settings/webhooks/endpoints/\(webhook.id)/secret").status == 303)
        try record("media.hold", of: "med")
        let all = ["Voicemail changed", "User disabled", "Signing secret rotated", "Media put under legal hold"]
        for (tab, found) in [
            ("/settings/voicemail", [all[0]]), ("/users", [all[1]]), ("/settings/webhooks", [all[2]]), ("none", [all[3]]),
            ("/settings/deletions", []), ("/no/such", all),
        ] {
            let text = try text("?tab=\(tab)")
            #expect(all.filter { text.contains($0) } == found, "\(tab)")
        }
        #expect(alice.get("/settings/voicemail").text.contains("href=\"/changes?tab=%2Fsettings%2Fvoicemail\""))
        // Each tab that has a form of its own, without a word about it there.
        for tab in ["/settings/account", "/settings/retention", "/settings/webhooks"] {
            #expect(alice.get(tab).text.contains("href=\"/changes?tab="), "\(tab)")
        }
        // Nobody is led to where they may not go.
        try test.give(test.bob, [.manageVoicemail])
        _ = try test.site.database.write { try $0.execute("UPDATE users SET is_enabled = 1 WHERE id = \(test.bob.id)") }
        let bob = try test.browser(test.bob)
        #expect(bob.get("/settings/voicemail").status == 200 && !bob.get("/settings/voicemail").text.contains("/changes"))
        #expect(bob.get("/changes").status == 403 && bob.get("/changes.csv").status == 403)
    }

    @Test("Staff of the platform, a machine's key, the System and the command line are told apart, and of another account nothing is there")
    func actors() throws {
        let olivia = try test.browser(test.olivia)
        #expect(olivia.post("/operator/accounts/acme/open").status == 303)
        #expect(olivia.post("/settings/voicemail", [("greeting", "Hello"), ("minutes", "3"), ("version", "0")]).status == 303)
        try record("retention.purge")
        try record("key.create", of: "CRM", named: "Command line")
        let key = test.site.ids.next(APIKey.self)
        try record("media.hold", named: key.description)
        try record("key.create", of: "Globex's key", in: test.globex)
        let page = plain(try text())
        #expect(page.contains("Platform staff: \u{2068}Olivia Stone\u{2069}") || page.contains("Platform staff: Olivia Stone"))
        #expect(page.contains(" System ") && page.contains(" Command line ") && page.contains(key.description))
        #expect(page.contains("Account opened by platform staff") && !page.contains("Globex"))
        _ = try test.site.database.write { try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        let french = plain(try text())
        #expect(french.contains("Équipe de la plateforme") && french.contains("Ligne de commande") && french.contains("Purge lancée"))
    }

    @Test("The search finds by person, action in the reader's words, name, address and value, whatever the spelling, and no secret")
    func search() throws {
        try record("user.create", of: "elodie@acme.example", by: test.bob, named: "Élodie Lefèvre")
        try record(
            "webhook.update", of: "100%_CRM", by: test.alice, named: "Alice Martin", [FieldChange("url", before: "x", after: "Zürich")])
        try record("retention.purge")
        try record("delete", of: "webhook Billing", by: test.alice, named: "Alice Martin", [.secret("password")])
        let all = ["User added", "Webhook changed", "Purge started", "Deleted"]
        for (query, found) in [
            ("elodie", [0]), ("LEFEVRE", [0]), ("zurich", [1]), ("0%25_crm", [1]), ("alice", [1, 3]), ("purge started", [2]),
            ("system", [2]),
            ("deleted", [3]), ("billing", [3]), ("nothing", []), ("", [0, 1, 2, 3]),
        ] {
            let text = try text("?q=\(query.replacing(" ", with: "%20"))")
            #expect(all.indices.filter { text.contains("<strong>\(all[$0])</strong>") } == found, "\(query)")
        }
        #expect(try plain(text("?q=billing")).contains("Webhook: Billing"))
    }

    @Test("Dates are days of the reader's zone, pages of fifty lead on to the oldest and back and keep the filters")
    func pages() throws {
        for number in 0..<120 {
            try record(number.isMultiple(of: 40) ? "webhook.test" : "webhook.pause", of: "hook \(number)")
            test.clock.advance(by: .seconds(3600))
        }
        // A new session: the old one has ended by then.
        let browser = try test.browser(test.alice)
        func numbers(_ page: Browser.Page) -> [Int] {
            page.text.split(separator: "<span>hook ").dropFirst().compactMap { Int($0.prefix { $0 != "<" }) }
        }
        func link(_ name: String, in page: Browser.Page) -> String? {
            page.text.split(separator: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
                .first { $0.hasPrefix("/changes?") && $0.contains("\(name)=aud_") }.map { String($0).replacing("&amp;", with: "&") }
        }
        let first = browser.get("/changes?q=hook")
        #expect(numbers(first) == Array((70..<120).reversed()) && link("before", in: first) == nil)
        let second = browser.get(try #require(link("after", in: first)))
        #expect(numbers(second) == Array((20..<70).reversed()))
        let back = browser.get(try #require(link("before", in: second)))
        #expect(numbers(back) == numbers(first) && link("after", in: back)?.contains("q=hook") == true)
        #expect(numbers(browser.get("/changes?q=tested")) == [80, 40, 0])
        // The first was at 14:05 of the 22nd in Paris: ten of that day.
        #expect(numbers(browser.get("/changes?to=2026-11-22")) == Array((0..<10).reversed()))
        #expect(numbers(browser.get("/changes?from=2026-11-23&to=2026-11-23")) == Array((10..<34).reversed()))
        let lines = browser.get("/changes.csv?q=hook").text.split(separator: "\r\n")
        #expect(lines.count == 121 && lines[1].contains("hook 119") && lines[120].contains("hook 0"))
    }

    @Test("The export has a line for each field, times with their offset, words of the reader's language, and nothing that runs")
    func export() throws {
        try record(
            "webhook.update", of: "=cmd|' /C calc'!A0", by: test.alice, named: "Alice Martin",
            [FieldChange("url", before: "", after: "+1"), .secret("password")])
        let csv = try test.browser(test.alice).get("/changes.csv")
        #expect(csv.fields[.contentType] == "text/csv; charset=utf-8")
        #expect(csv.text.hasPrefix("\u{FEFF}Date,Who,From,Page,Change,Of,Field,Before,After\r\n"))
        let start = "\r\n2026-11-22T14:05:09+01:00,Alice Martin,,,Webhook changed,'=cmd|' /C calc'!A0,"
        #expect(csv.text.contains(start + "url,,'+1\r\n") && csv.text.contains(start + "password,,Changed\r\n"))
        #expect(try test.browser(test.alice).get("/changes.csv?raw=1").text.contains(",=cmd|"))
        _ = try test.site.database.write { try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        let french = try test.browser(test.alice).get("/changes.csv").text
        #expect(french.contains(";Webhook modifié;") && french.hasPrefix("\u{FEFF}Date;Auteur;"))
    }

    @Test("Names with signs of every kind stand there as text, and a long value is shortened on the page and whole in the export")
    func strange() throws {
        let long = String(repeating: "é", count: 5000)
        try record(
            "user.create", of: "<script>alert(1)</script>\u{202E}evil\u{200B}", by: test.bob, named: "👩‍👩‍👧‍👦 \"Bob\" & Söhne",
            [FieldChange("name", before: "a\u{0}b", after: long)])
        let page = try text()
        #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"))
        #expect(!page.contains(long) && page.contains("éé…"))
        #expect(try test.browser(test.alice).get("/changes.csv").text.contains(long))
    }

    @Test("The values of settings stand there in words: labels of fields, choices, telephone numbers, roles by name")
    func words() throws {
        let alice = try test.browser(test.alice)
        let role: ID<RoleRow> = try #require(
            try test.site.database.read { try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND is_administrator = 1") })
        let path = "/users/\(test.bob.id)"
        let fields =
            alice.get(path + "/edit").hiddenInputs + [("name", "Bob Durand"), ("email", test.bob.email), ("role", role.description)]
        #expect(alice.post(path, fields).status == 303)
        let page = plain(try text())
        #expect(page.contains("Role") && page.contains("After Administrator") && !page.contains(role.description))
        #expect(page.contains("User changed") && page.contains(test.bob.email))
    }

    @Test("Rights, scopes and queues that were chosen stand there in words, and why staff opened the account under its label")
    func chosen() throws {
        let alice = try test.browser(test.alice)
        let sales = try test.add(Queue.self, "Sales", to: test.acme)
        let rights = [("rights", "changes.view"), ("rights", "people.view")]
        #expect(alice.post("/roles", alice.get("/roles/new").hiddenInputs + [("name", "Watchers")] + rights).status == 303)
        #expect(alice.post("/keys", alice.get("/keys/new").hiddenInputs + [("name", "CRM"), ("scopes", "events:write")]).status == 303)
        let role: ID<RoleRow> = try #require(
            try test.site.database.read { try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND is_administrator = 1") })
        let path = "/users/\(test.bob.id)"
        let fields = [("name", "Bob Durand"), ("email", test.bob.email), ("role", role.description), ("queues", sales.description)]
        #expect(alice.post(path, alice.get(path + "/edit").hiddenInputs + fields).status == 303)
        #expect(try test.browser(test.olivia).post("/operator/accounts/acme/open", [("reason", "Ticket 4711")]).status == 303)
        let page = plain(try text())
        #expect(page.contains("After Change log (View), Users (View)") && !page.contains("changes.view"))
        #expect(page.contains("After Hand over events") && !page.contains("events:write"))
        #expect(page.contains("After Sales") && !page.contains(sales.description))
        #expect(page.contains(" Reason ") && page.contains("After Ticket 4711"))
        #expect(alice.get("/alerts").text.contains("Ticket 4711"), "the notice says why, too")
        // Nobody of the account looks for the operator's other pages.
        #expect(!page.contains("Deletion certificates") && !page.contains("Health"))
    }

    @Test("It is kept for as long as its page says")
    func kept() {
        // “Two years”, in both languages' words.
        #expect(RecordPurge.auditKept == .seconds(731 * 86400))
    }

    @Test("Every action that is recorded anywhere in the sources has its words in both languages")
    func actions() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let files = FileManager.default.enumerator(at: package.appending(path: "Sources"), includingPropertiesForKeys: nil)
        let sources = try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
        let actions = try RecordedActions.found(in: sources)
        #expect(actions.count > 30)
        for action in ["delete", "account.update", "media.release", "user.enable", "password.link.use", "key.create", "webhook.test"] {
            #expect(actions.contains(action), "The scan does not find \(action)")
        }
        for action in actions.sorted() {
            for language in Language.allCases {
                #expect(test.site.locales[language].has("change.\(action)"), "change.\(action), \(language.rawValue)")
            }
        }
        let worded = Set(test.site.locales[.english].messages(under: "change.").map(\.rest)).subtracting(["voicemail.update"])
        #expect(worded.subtracting(actions) == [], "Words of what nothing records")
    }
}

/// The actions that sources record: literals where an action is a parameter, found by the functions that have one.
enum RecordedActions {
    static func found(in sources: [String]) throws -> Set<String> {
        let sources = sources.map { text in
            text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
                // What a fault calls an action is none of a person's.
                .replacing("MediaFault(action:", with: "MediaFault(")
        }
        // Functions that take one without a label: `change(_ action:`, `set(_ isEnabled:, _ action:`; private ones in their own file.
        func takers(_ text: String) -> [(name: String, isPrivate: Bool)] {
            text.matches(of: /(private )?(?:static )?func (\w+)(?:<[^>]*>)?\(([^{]*?)\)\s*(?:throws|->|\{)/)
                .filter { $0.output.3.contains("_ action: StaticString") }.map { (String($0.output.2), $0.output.1 != nil) }
        }
        let everywhere = Set(sources.flatMap(takers).filter { !$0.isPrivate }.map(\.name))
        // Labels and properties that one is given by: `for action: StaticString`, `let creation: StaticString`.
        let labels = Set(
            sources.flatMap { text in
                text.matches(of: /(\w+) action: StaticString|let (creation|change): StaticString/).compactMap { $0.output.1 ?? $0.output.2 }
                    .map(
                        String.init)
            }
        ).subtracting(["_", "let"])
        var actions: Set<String> = []
        for text in sources {
            // The simple kind of word: to Unicode `member.change` is one.
            for label in labels {
                let given = try Regex("\\b\(label): \"([a-z_]+\\.[a-z_.]+)\"", as: (Substring, Substring).self).wordBoundaryKind(.simple)
                for match in text.matches(of: given) { actions.insert(String(match.output.1)) }
            }
            for name in everywhere.union(takers(text).map(\.name)) {
                let call = try Regex("\\b\(name)\\([^\"{}()]*\"([a-z_.]+)\"", as: (Substring, Substring).self).wordBoundaryKind(.simple)
                for match in text.matches(of: call) { actions.insert(String(match.output.1)) }
            }
            for match in text.matches(of: /\baction: (?:\w+ \? "([a-z_.]+)" : )?"([a-z_.]+)"/) {
                if let first = match.output.1 { actions.insert(String(first)) }
                actions.insert(String(match.output.2))
            }
        }
        return actions
    }
}
