// Words that the sources ask for are there, in both languages: what the compiler of templates does for templates.

import Foundation
import HTTPTypes
import TestSupport
import Testing
import Web

@Suite("Words")
struct LocalesTests {
    private let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    @Test("Every message that the sources name is there in both languages, in both numbers where they count")
    func messages() throws {
        let locales = try Locales.load(folder: "\(package)/Locales")
        var checked = 0
        for file in try sources() {
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            let text = lines.filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
            for match in text.matches(of: /\bt\(\s*"([^"\\]+)"(,\s*count:)?/) {
                let key = String(match.output.1)
                for language in Language.allCases {
                    let t = locales[language]
                    if match.output.2 != nil {
                        #expect(t.has("\(key).one") && t.has("\(key).other"), "\(key).one and .other, \(language.rawValue), in \(file)")
                    } else {
                        #expect(t.has(key), "\(key), \(language.rawValue), in \(file)")
                    }
                }
                checked += 1
            }
        }
        #expect(checked > 50)
    }

    @Test("French has its apostrophes, and before its double signs and inside its quotation marks the spaces at which no line breaks")
    func typography() throws {
        let folder = "\(package)/Locales/fr"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).filter({ $0.hasSuffix(".json") }) {
            let data = try #require(FileManager.default.contents(atPath: "\(folder)/\(file)"))
            let messages = try #require(try JSONSerialization.jsonObject(with: data) as? [String: String])
            for (key, message) in messages {
                #expect(!message.contains(/[A-Za-zéèà]'[A-Za-zéèà]/), "\(key): a straight apostrophe")
                #expect(!message.contains(/[^\u{202F}][;?!](\s|$)/), "\(key): a narrow no-break space before ; ? !")
                #expect(!message.contains(/[ \u{202F}]:(\s|$)/), "\(key): a no-break space before :")
                #expect(!message.contains(/«[^\u{A0}]|[^\u{A0}]»/), "\(key): a no-break space inside « »")
            }
        }
    }

    @Test("One word for one thing in French")
    func oneWord() throws {
        let folder = "\(package)/Locales/fr"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).filter({ $0.hasSuffix(".json") }) {
            let data = try #require(FileManager.default.contents(atPath: "\(folder)/\(file)"))
            let messages = try #require(try JSONSerialization.jsonObject(with: data) as? [String: String])
            for (key, message) in messages {
                // destinataire, Bearer, paramètres, conserver
                #expect(!message.contains(/[Rr]écepteur|bearer|[Rr]églage|[Gg]ardée?s? |fuseau de/), "\(key): \(message)")
            }
        }
    }

    @Test(
        "A message counts as its language does",
        arguments: [
            ("en", 0, "0 days ago"), ("en", 1, "1 day ago"), ("en", 2, "2 days ago"),
            ("fr", 0, "il y a 0 jour"), ("fr", 1, "il y a 1 jour"), ("fr", 2, "il y a 2 jours"),
        ])
    func counting(language: String, count: Int, words: String) throws {
        let language = try #require(Language(rawValue: language))
        let t = try Locales.load(folder: "\(package)/Locales")[language]
        #expect(t("time.ago.days", count: count).replacing("\u{00A0}", with: " ") == words)
    }

    private func sources() throws -> [String] {
        let folder = "\(package)/Sources"
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
    }
}
