// Numbers as people write them, and that a number which could be another country's is never guessed.

import Testing
import Web

@testable import Features

@Suite("Telephone numbers in forms")
struct PhoneSpellingTests {
    @Test(
        "Common spellings of one number are taken",
        arguments: [
            ("01 42 68 53 00", "FR", "+33142685300"), ("01.42.68.53.00", "FR", "+33142685300"), ("+33 1 42 68 53 00", "GB", "+33142685300"),
            ("+33 (0)1 42 68 53 00", "US", "+33142685300"), ("0033 1 42-68-53-00", "FR", "+33142685300"),
            ("\u{A0}01\u{202F}42 68 53 00 ", "FR", "+33142685300"), ("(020) 7946 0018", "GB", "+442079460018"),
            ("(415) 555-0132", "US", "+14155550132"), ("1 415 555 0132", "CA", "+14155550132"),
            ("011 33 1 42 68 53 00", "US", "+33142685300"),
            ("912 34 56 78", "ES", "+34912345678"), ("+39 06 6982 1234", "FR", "+390669821234"),
        ])
    func taken(typed: String, country: String, number: String) {
        #expect(PhoneSpelling(typed, country: country) == .number(number))
    }

    @Test(
        "What could be a number of several countries has to be written with +",
        arguments: [
            ("01 42 68 53 00", "JP"), ("0262 12 34 56", "FR"), ("33142685300", "FR"), ("1 42 68 53 00", "FR"), ("42 68 53", "FR"),
            ("01 42 68 53 00", "RE"), ("3615", "FR"), ("+39 (0)6 6982 1234", "FR"), ("01 42 68 53 00", "US"),
        ])
    func asked(typed: String, country: String) {
        #expect(PhoneSpelling(typed, country: country) == .ambiguous)
    }

    @Test("Words, codes of no country and wrong lengths are told apart; nothing is nothing")
    func refused() {
        #expect(PhoneSpelling("  ", country: "FR") == .empty)
        for text in ["call me", "+", "++33142685300", "٠١٤٢٦٨٥٣٠٠", "+33 1 42 68 53 00 x4", "()", String(repeating: "1", count: 400)] {
            #expect(PhoneSpelling(text, country: "FR") == .malformed, "\(text)")
        }
        #expect(PhoneSpelling("+999 12345678", country: "FR") == .unknownCode)
        #expect(PhoneSpelling("+0142685300", country: "FR") == .unknownCode)
        #expect(PhoneSpelling("+33 1 42 68 53", country: "FR") == .wrongLength)
        #expect(PhoneSpelling("+33 01 42 68 53 00", country: "FR") == .wrongLength)
        #expect(PhoneSpelling("+81 1", country: "FR") == .wrongLength)
    }

    @Test("Every country has one calling code, no code is the start of another, and each is one to choose")
    func callingCodes() {
        #expect(Countries.codes.filter { CallingCodes.code(of: $0) == nil } == [])
        #expect(CallingCodes.code(of: "FR") == "33")
        #expect(CallingCodes.code(of: "GB") == "44")
        let listed = CallingCodes.countries.flatMap(\.countries)
        #expect(Set(listed).count == listed.count)
        let codes = CallingCodes.countries.map(\.code)
        for code in codes { #expect(codes.filter { code.hasPrefix($0) } == [code]) }
        #expect(CallingCodes.isRegion("+33"))
        for text in ["33", "+", "+999", "+800", ""] { #expect(!CallingCodes.isRegion(text)) }
    }

    @Test("The head of line is the queue's, then the user's, then the account's, else there is none")
    func headOfLine() {
        let (a, b, c) = ("+33142685300", "+33142685301", "+33142685302")
        #expect(HeadOfLine(queue: a, user: b, account: c).source == .queue)
        #expect(HeadOfLine(queue: nil, user: b, account: c).number == b)
        #expect(HeadOfLine(queue: "", user: nil, account: c).source == .account)
        #expect(HeadOfLine(queue: nil, user: nil, account: nil) == HeadOfLine(queue: "", user: "", account: ""))
        #expect(HeadOfLine(queue: nil, user: nil, account: nil).number == nil)
    }
}
