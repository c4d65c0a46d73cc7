// The catalogue says which events there are, the locales what they tell: neither has one that the other lacks.

import Delivery
import Features
import Foundation
import Testing
import Web

@Suite("Words of events")
struct EventWordsTests {
    private static let folder =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path + "/Locales"

    @Test("Each event of the catalogue has a sentence, each sentence an event, in the catalogue's order", arguments: Language.allCases)
    func complete(language: Language) throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(language.rawValue)/events.json", encoding: .utf8)
        let keys = text.matches(of: /(?m)^ *"([^"]+)":/).map { String($0.output.1) }
        #expect(keys == (EventCatalogue.standard.types + [.test]).map { "event.\($0.name)" })
        let t = try Locales.load(folder: Self.folder)[language]
        for type in EventCatalogue.standard.types + [.test] {
            #expect(type.summary(t).hasSuffix(".") && type.summary(t).count > 8, "\(type.name)")
        }
    }

    @Test("The sentences are French in French, and say what the events are")
    func french() throws {
        let locales = try Locales.load(folder: Self.folder)
        for type in EventCatalogue.standard.types {
            #expect(type.summary(locales[.french]) != type.summary(locales[.english]), "\(type.name)")
        }
        let combined = try #require(EventCatalogue.standard.type(named: "COMBINED"))
        #expect(combined.summary(locales[.english]) == "Two accounts of one person were combined into one.")
        #expect(combined.summary(locales[.french]) == "Deux comptes d’une même personne ont été fusionnés.")
        let code = try #require(EventCatalogue.standard.type(named: "CODE_OBTAINED"))
        #expect(code.summary(locales[.english]) == "An authorization code was obtained.")
    }
}
