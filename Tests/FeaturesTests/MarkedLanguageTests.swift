// What no scan of sources finds: a sentence that some code puts on a page. Every page is shown in a language whose every message stands
// between marks; what is outside of them is data, or was never in a catalogue.

import Database
import Delivery
import Foundation
import HTTPTypes
import TestSupport
import Testing
import Web

@testable import Features

@Suite("A language of marks")
struct MarkedLanguageTests {
    /// Words that are alike in every language: names of products, of systems and of units.
    private static let technical: Set<String> = ["Hookswitch", "AM", "PM", "OS", "ms", "kB", "MB", "GB"]

    /// Templates and styles of the product, and its messages between marks.
    private static func resources(in folder: String) throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
        let files = FileManager.default
        for name in ["Templates", "Public"] {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try files.copyItem(atPath: "\(package)/\(name)", toPath: "\(folder)/\(name)")
        }
        for language in Language.allCases.map(\.rawValue) {
            try files.createDirectory(atPath: "\(folder)/Locales/\(language)", withIntermediateDirectories: true)
            for file in try files.contentsOfDirectory(atPath: "\(package)/Locales/\(language)") where file.hasSuffix(".json") {
                let data = try Data(contentsOf: URL(filePath: "\(package)/Locales/\(language)/\(file)"))
                let messages = try JSONSerialization.jsonObject(with: data) as? [String: String] ?? [:]
                let marked = try JSONSerialization.data(withJSONObject: messages.mapValues { "⟦\($0)⟧" })
                try marked.write(to: URL(filePath: "\(folder)/Locales/\(language)/\(file)"))
            }
        }
    }

    /// What is in no message, of a text that may hold several, one within another.
    private static func unmarked(_ text: String) -> String {
        var text = text
        for (entity, sign) in [("&amp;", "&"), ("&#39;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">")] {
            text = text.replacing(entity, with: sign)
        }
        text = text.replacing(/\b[a-z]{2,4}_[0-9a-z]{10,}/, with: " ")
        while text.contains(/⟦[^⟦⟧]*⟧/) { text = text.replacing(/⟦[^⟦⟧]*⟧/, with: " ") }
        return text
    }

    /// All that people and machines have written.
    private static func data(_ test: TestApp) throws -> Set<String> {
        let selections: [SQL] = [
            "SELECT name || ' ' || email FROM users", "SELECT name || ' ' || slug || ' ' || time_zone || ' ' || country FROM accounts",
            "SELECT name || ' ' || url || ' ' || restriction_value FROM webhooks", "SELECT name FROM roles",
            "SELECT user_agent FROM sessions", "SELECT user_name || ' ' || detail FROM deletions",
            "SELECT user_name || ' ' || subject || ' ' || COALESCE(changes, '') FROM audit", "SELECT name || ' ' || hint FROM api_keys",
            "SELECT params FROM alerts", "SELECT name FROM queues", "SELECT name FROM playlists",
            "SELECT COALESCE(name, '') FROM tracking_numbers",
            // What an attempt met with is written down once, in the words of whoever said it.
            "SELECT COALESCE(detail, '') FROM attempts", "SELECT account_name FROM deletion_certificates",
            "SELECT reason || ' ' || user_name FROM limit_requests",
            "SELECT domain || ' ' || search_text || ' ' || added_by FROM email_domains",
            "SELECT who || ' ' || address FROM blacklist_entries",
            "SELECT domain || ' ' || user_name FROM chat_domains", "SELECT domain || ' ' || user_name FROM user_domains",
            "SELECT extension FROM media_files",
            "SELECT scope || ' ' || reason || ' ' || user_name || ' ' || COALESCE(release_reason, '') FROM media_holds",
            "SELECT COALESCE(logo_name, '') FROM accounts", "SELECT COALESCE(url, '') FROM sms_settings",
        ]
        let texts = try test.site.database.read { connection in
            try selections.flatMap { try connection.rows($0) { try $0.next(String.self) } }
        }
        return Set(texts.flatMap { $0.matches(of: /\p{L}{2,}/).map { String($0.output) } })
    }

    @Test("No page shows a word that is neither data nor from a catalogue, to nobody, to an administrator, to staff")
    func pages() throws {
        let folder = NSTemporaryDirectory() + "hookswitch-marks-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Self.resources(in: folder)
        let test = try TestApp { $0.resources = try Resources(folder: folder) }
        try test.fillAcme()
        let known = try Self.data(test).union(Self.technical)
            .union(EventCatalogue.standard.types.map(\.name).flatMap { $0.matches(of: /\p{L}{2,}/).map { String($0.output) } })
        var found: [String: Set<String>] = [:]
        var seen = 0
        for person in [test.alice, test.olivia] {
            let browser = try test.browser(person)
            for address in try test.addresses(of: person).sorted() where !address.hasPrefix("/api/") {
                let page = browser.get(address)
                guard page.fields[.contentType]?.hasPrefix("text/html") == true else { continue }
                seen += 1
                let html = page.text.replacing(/<option\b[^>]*>.*?<\/option>/.dotMatchesNewlines(), with: "")
                for text in VisibleText(html).texts {
                    let words = Self.unmarked(text).matches(of: /\p{L}{2,}/).map { String($0.output) }
                        // An id is shown in parts.
                        .filter { !known.contains($0) && !address.contains($0) }
                    for word in words { found[word, default: []].insert(address) }
                }
            }
        }
        #expect(seen > 30)
        for (word, places) in found.sorted(by: { $0.key < $1.key }) { Issue.record("“\(word)” on \(places.min() ?? "")") }
    }
}
