// The regions of a national trunk as they are offered: each by names that people know.

import Foundation
import Telephony
import Testing
import Web

@testable import Features

@Suite("Calling codes to choose from")
struct CallingCodesTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    @Test("Each country of each code has a name in both languages, and of many the first two are named")
    func names() throws {
        let locales = try Locales.load(folder: "\(folder)/Locales")
        for language in Language.allCases {
            let t = locales[language]
            for country in CallingCodes.countries.flatMap(\.countries) {
                #expect(CallingCodes.name(country, t) != country, "\(country), \(language.rawValue)")
            }
            let options = CallingCodes.options(t)
            #expect(options.map(\.value) == CallingCodes.countries.map { "+\($0.code)" })
            #expect(options.contains { $0 == ("+33", "+33 France") })
        }
        #expect(CallingCodes.label("+1", locales[.english]).hasPrefix("+1 United States, "))
        #expect(CallingCodes.label("+999", locales[.english]) == "+999")
    }
}
