// Every page, in English and in French, with its words and nothing but its words.

import Database
import Features
import HTTPTypes
import TestSupport
import Testing
import Web

@Suite("Every page renders in both languages")
struct BothLanguagesTests {
    @Test(
        "Every page of an administrator and of an operator shows in the reader's language, no key and no placeholder in sight",
        arguments: ["en", "fr"])
    func pages(language: String) throws {
        let test = try TestApp { try $0.addSmallTab() }
        try test.site.database.write { connection in
            _ = try connection.execute("UPDATE users SET language = \(language)")
        }
        try test.fillAcme()
        for person in [test.alice, test.olivia] {
            let browser = try test.browser(person)
            for address in try test.addresses(of: person).sorted() where !address.hasPrefix("/api/") {
                let page = browser.get(address)
                #expect(page.status < 500, "\(address): \(page.status)")
                guard page.fields[.contentType]?.hasPrefix("text/html") == true else { continue }
                // A part has the language of the page that it is fetched into.
                let isPart = address.hasSuffix("/expansion")
                #expect(isPart || page.text.contains("<html lang=\"\(language)\""), "\(address)")
                #expect(Self.leftovers(page.text) == [], "\(address)")
            }
        }
    }

    @Test(
        "What nobody sees but nobody is in the browser's language",
        arguments: [("en-GB,en;q=0.9", "Sign in"), ("fr-CA,fr;q=0.9,en;q=0.5", "Se connecter")])
    func anonymous(accepted: String, words: String) throws {
        let test = try TestApp()
        let browser = try test.browser()
        browser.acceptLanguage = accepted
        #expect(browser.get("/sign-in").text.contains("<h1>\(words)</h1>"))
        #expect(browser.get("/nothing-here").status == 404)
    }

    /// Texts between tags that look like a key of the locale, or hold a placeholder that nothing was put into. Code is code.
    private static func leftovers(_ html: String) -> [String] {
        var found: [String] = []
        for piece in html.split(separator: "<").dropFirst() {
            guard !piece.hasPrefix("code"), !piece.hasPrefix("pre"), !piece.hasPrefix("option"), let end = piece.firstIndex(of: ">") else {
                continue
            }
            let text = piece[piece.index(after: end)...]
            if text.wholeMatch(of: /\s*[a-z_]+(\.[a-z0-9_]+)+\s*/) != nil || text.contains(/\{[a-z_]+\}/) { found.append(String(text)) }
        }
        return found
    }
}
