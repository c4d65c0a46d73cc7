// Numbers as people write them, and that a number which could be another country's is never guessed.

import Telephony
import Testing

@Suite("Telephone numbers as people type them")
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
            ("\u{202A}+33\u{200B} 1\u{2011}42\u{2013}68\u{2212}53\u{2014}00\u{202C}\u{FEFF}", "FR", "+33142685300"),
        ])
    func taken(typed: String, country: String, number: String) {
        #expect(PhoneSpelling(typed, country: country) == .number(number))
    }

    @Test(
        "The zero that is dialled at home only goes, and the zero that is part of a number stays",
        arguments: [
            ("+49 030 123456", "FR", "+4930123456"), ("0049 (0)30 123456", "FR", "+4930123456"), ("+49 (0) 30 123456", "DE", "+4930123456"),
            ("+33 01 42 68 53 00", "FR", "+33142685300"), ("+44 (0)20 7946 0018", "FR", "+442079460018"),
            ("+61 (02) 1234 5678", "FR", "+61212345678"), ("06 6982 1234", "IT", "+390669821234"),
            ("0039 06 6982 1234", "FR", "+390669821234"),
            ("+225 01 23 45 67 89", "FR", "+2250123456789"), ("01 23 45 67 89", "CI", "+2250123456789"),
            ("030 123456", "DE", "+4930123456"),
            ("(0)1 42 68 53 00", "FR", "+33142685300"),
        ])
    func trunkZero(typed: String, country: String, number: String) {
        #expect(PhoneSpelling(typed, country: country) == .number(number))
    }

    @Test(
        "Countries dial in their own ways",
        arguments: [
            ("+353 1 234 5678", "FR", "+35312345678"), ("+1 212 555 0100", "FR", "+12125550100"), ("06 1 234 5678", "HU", "+3612345678"),
            ("8 912 345 67 89", "RU", "+79123456789"), ("8 10 33 1 42 68 53 00", "RU", "+33142685300"),
            ("010 1234 5678", "CN", "+861012345678"),
            ("11 91234-5678", "BR", "+5511912345678"), ("0 11 91234-5678", "BR", "+5511912345678"), ("02 1234 5678", "AU", "+61212345678"),
            ("01 42 68 53 00", "JP", "+81142685300"), ("+377 93 15 00 00", "FR", "+37793150000"), ("+800 1234 5678", "FR", "+80012345678"),
            ("0800 123 456", "FR", "+33800123456"), ("080 2345 6789", "IN", "+918023456789"), ("022 123 45 67", "CH", "+41221234567"),
            ("02 123 45 67", "BE", "+3221234567"), ("020 123 4567", "NL", "+31201234567"), ("(01) 234 5678", "IE", "+35312345678"),
            ("0522 12 34 56", "MA", "+212522123456"), ("021 12 34 56", "DZ", "+21321123456"), ("21 123 4567", "PT", "+351211234567"),
            ("71 123 456", "TN", "+21671123456"),
        ])
    func plans(typed: String, country: String, number: String) {
        #expect(PhoneSpelling(typed, country: country) == .number(number))
    }

    @Test(
        "A range that the library's metadata does not know is no reason to refuse",
        arguments: [
            ("+33 6 00 00 00 00", "FR", "+33600000000"), ("020 0000 0000", "GB", "+442000000000"), ("(999) 999-9999", "US", "+19999999999"),
        ])
    func unknownRanges(typed: String, country: String, number: String) {
        #expect(PhoneSpelling(typed, country: country) == .number(number))
    }

    @Test(
        "What could be a number of several countries has to be written with +",
        arguments: [
            ("0262 12 34 56", "FR"), ("33142685300", "FR"), ("1 42 68 53 00", "FR"), ("42 68 53", "FR"), ("1 212 555 0100", "FR"),
            ("01 42 68 53 00", "RE"), ("+39 (0)6 6982 1234", "FR"), ("0039 (0)6 6982 1234", "FR"), ("+1 (0)212 555 0100", "FR"),
            ("01 42 68 53 00", "US"), ("00 33 1 42 68 53 00", "US"), ("0142685300", "ES"), ("7946 0018", "GB"), ("555-0132", "US"),
            ("01 42 68 53 00", "AQ"), ("0033 1 42 68 53 00", "AQ"), ("01 42 68 53 00", ""), ("01 42 68 53 00", "Élodie"),
            ("10 1234 5678", "CN"),
        ])
    func asked(typed: String, country: String) {
        #expect(PhoneSpelling(typed, country: country) == .ambiguous)
    }

    @Test(
        "France never takes its overseas departments' numbers for its own",
        arguments: [
            "0262", "0263", "0269", "0508", "0590", "0594", "0596", "0639", "0690", "0691", "0692", "0693", "0694", "0696", "0697", "0947",
            "0976",
        ])
    func overseas(beginning: String) {
        #expect(PhoneSpelling(beginning + " 12 34 56", country: "FR") == .ambiguous)
    }

    @Test("An overseas department's account dials its own numbers, and asks for the others of the plan")
    func departments() {
        #expect(PhoneSpelling("0262 12 34 56", country: "RE") == .number("+262262123456"))
        #expect(PhoneSpelling("0692 12 34 56", country: "RE") == .number("+262692123456"))
        #expect(PhoneSpelling("0596 12 34 56", country: "MQ") == .number("+596596123456"))
        #expect(PhoneSpelling("0262 12 34 56", country: "MQ") == .ambiguous)
        #expect(PhoneSpelling("+262 262 12 34 56", country: "FR") == .number("+262262123456"))
    }

    @Test(
        "Short codes are nobody's number",
        arguments: [
            ("3900", "FR", "3900"), ("36 15", "FR", "3615"), ("112", "FR", "112"), ("15", "FR", "15"), ("118 712", "FR", "118712"),
            ("+33 3900", "GB", "333900"), ("911", "US", "911"), ("116 117", "DE", "116117"),
        ])
    func shortCodes(typed: String, country: String, digits: String) {
        #expect(PhoneSpelling(typed, country: country) == .shortCode(digits))
    }

    @Test("Words, codes of no country and wrong lengths are told apart; nothing is nothing")
    func refused() {
        for text in ["  ", "", "\u{A0}\u{200B}\u{FEFF}"] { #expect(PhoneSpelling(text, country: "FR") == .empty) }
        for text in [
            "call me", "+", "++33142685300", "٠١٤٢٦٨٥٣٠٠", "+33 1 42 68 53 00 x4", "()", "33+142685300", "1-800-FLOWERS",
            "01 42 68 53 00\u{0}1x",
            "e\u{301}", "１２３",
        ] {
            #expect(PhoneSpelling(text, country: "FR") == .malformed, "\(text)")
        }
        #expect(PhoneSpelling("+999 12345678", country: "FR") == .unknownCode)
        #expect(PhoneSpelling("00999 12345678", country: "FR") == .unknownCode)
        #expect(PhoneSpelling("+0142685300", country: "FR") == .unknownCode)
        for text in ["+33 1 42 68 53", "+33 1 42 68 53 00 00", "+81 1", "01 42 68 53", "1", "00", "0033", "+33", "0033 0033 1 42 68 53 00"]
        {
            #expect(PhoneSpelling(text, country: "FR") == .wrongLength, "\(text)")
        }
        #expect(PhoneSpelling("212 555 01", country: "US") == .wrongLength)
    }

    @Test("What is far too long is refused without reading it")
    func hostile() {
        for text in [
            String(repeating: "1", count: 400), String(repeating: "1", count: 31), "+" + String(repeating: "9", count: 1_000_000),
            String(repeating: "(0)", count: 200_000), "1" + String(repeating: "\u{301}", count: 200_000),
        ] {
            #expect(PhoneSpelling(text, country: "FR") == .malformed)
        }
        let blank = String(repeating: "\u{200B}", count: 300_000)
        #expect(PhoneSpelling(blank + "01 42 68 53 00" + blank, country: "FR") == .number("+33142685300"))
        // Nothing that has the form of a number makes the library stumble.
        for digits in 1...30 {
            for sign in ["", "+", "00", "0"] {
                for digit in ["0", "1", "9"] { _ = PhoneSpelling(sign + String(repeating: digit, count: digits), country: "FR") }
            }
        }
    }

    @Test("Whatever is taken has the form of E.164 and is read again as itself, in any country")
    func roundTrip() {
        for (typed, country) in [("030 123456", "DE"), ("011 15 1234-5678", "AR"), ("+52 1 55 1234 5678", "MX"), ("06 6982 1234", "IT")] {
            guard case .number(let number) = PhoneSpelling(typed, country: country) else {
                Issue.record("\(typed) is not taken")
                continue
            }
            #expect(PhoneNumbers.isE164(number))
            #expect(PhoneSpelling(number, country: "FR") == .number(number))
            #expect(PhoneSpelling(PhoneNumbers.grouped(number), country: "US") == .number(number))
        }
    }

    @Test("Many threads read and show numbers at once")
    func threads() async {
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    (0..<400).allSatisfy { index in
                        let tail = String(1000 + (index * 7 + task * 131) % 9000)
                        return PhoneSpelling("01 42 68 \(tail)", country: "FR") == .number("+3314268" + tail)
                            && PhoneNumbers.grouped("+3314268" + tail) == "+33 1 42 68 \(tail.prefix(2)) \(tail.suffix(2))"
                            && PhoneSpelling("3900", country: "FR") == .shortCode("3900")
                            && PhoneNumbers.grouped("+3531234" + tail) == "+353 1 234 " + tail
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
