// Names that people gave, in a script from right to left, on every page: where one stands in text, it stands in a <bdi>, or in a sentence
// between the signs of an isolate, so that it turns nothing beside it.

import Database
import Delivery
import Features
import HTTPTypes
import Spelling
import TestSupport
import Testing
import Web

@Suite("Names are isolated on every page")
struct IsolatedNamesTests {
    private static let word = "\u{5E9}\u{5DC}\u{5D5}\u{5DD}"

    @Test("Every name of every kind, on every page of an administrator and of an operator", arguments: Language.allCases)
    func pages(_ language: Language) throws {
        let test = try TestApp()
        try test.fillAcme()
        let name = "\(Self.word) (7)"
        try test.site.database.write { connection in
            for statement: SQL in [
                "UPDATE users SET name = \(name), language = \(language.rawValue)",
                "UPDATE accounts SET name = \(name), logo_name = \(name)",
                "UPDATE webhooks SET name = \(name)", "UPDATE deliveries SET webhook_name = \(name)",
                "UPDATE deletions SET user_name = \(name)",
                "UPDATE limit_requests SET user_name = \(name), reason = \(name)",
                "UPDATE media_holds SET scope = \(name), reason = \(name), user_name = \(name), release_reason = \(name), released_by = \(name)",
                "UPDATE media_files SET user_name = \(name), connector = \(name)",
            ] { try connection.execute(statement) }
        }
        test.app.directory.invalidate(account: test.acme)
        var shown = 0
        for person in [test.alice, test.olivia] {
            let browser = try test.browser(person)
            for address in try test.addresses(of: person).sorted() where !address.hasPrefix("/api/") {
                let page = browser.get(address)
                guard page.fields[.contentType]?.hasPrefix("text/html") == true else { continue }
                let places = Self.places(in: page.text)
                shown += places.isolated
                #expect(places.bare == [], "\(address)")
            }
        }
        #expect(shown > 50)
    }

    @Test("The look itself finds a name that is not isolated")
    func look() {
        let word = Self.word
        #expect(Self.places(in: "<p>Delete \(word)?</p>").bare.count == 1)
        #expect(Self.places(in: "<bdi>a</bdi> \(word)").bare.count == 1)
        #expect(Self.places(in: "<p>\u{2068}a\u{2069}\(word)</p>").bare.count == 1)
        #expect(
            Self.places(in: "<p><bdi>\(word) 7</bdi> \u{2068}\(word)\u{2069}</p><option>\(word)</option><a title=\"\(word)\">").bare == [])
        #expect(Self.places(in: "<p><bdi>\(word) 7</bdi> \u{2068}\(word)\u{2069}</p>").isolated == 2)
    }

    /// Where the word stands in text: bare, with what is around it, and how often it is isolated. What has no direction beside it, such
    /// as an option, and attributes, are left out.
    private static func places(in html: String) -> (bare: [String], isolated: Int) {
        var bare: [String] = []
        var isolated = 0
        var inside = ""
        for piece in html.split(separator: "<", omittingEmptySubsequences: false) {
            guard piece.has(word) else { continue }
            // A `>` within a quoted attribute is written as an entity.
            let parts = piece.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let tag = parts[0].prefix { $0 != " " && $0 != "\n" }
            inside = String(tag)
            if ["title", "option", "textarea"].contains(inside) || !parts[1].has(word) { continue }
            var depth = 0
            var rest = Array(parts[1].unicodeScalars)[...]
            let letters = Array(word.unicodeScalars)
            while let scalar = rest.first {
                if scalar == "\u{2068}" { depth += 1 }
                if scalar == "\u{2069}" { depth -= 1 }
                if rest.starts(with: letters) {
                    if inside == "bdi" || depth > 0 { isolated += 1 } else { bare.append("<\(piece.prefix(120))") }
                }
                rest = rest.dropFirst()
            }
        }
        return (bare, isolated)
    }
}
