// A number is shown as its country writes it, and never as another one.

import Telephony
import Testing

@Suite("Telephone numbers and calling codes")
struct PhoneNumbersTests {
    @Test(
        "Numbers are grouped as their country does",
        arguments: [
            ("+33142685300", "+33 1 42 68 53 00"), ("+442079460958", "+44 20 7946 0958"), ("+390612345678", "+39 06 1234 5678"),
            ("+35312345678", "+353 1 234 5678"), ("+12125550100", "+1 212-555-0100"), ("+4930123456", "+49 30 123456"),
            ("+262692123456", "+262 692 12 34 56"), ("+80012345678", "+800 1234 5678"), ("+37793150000", "+377 93 15 00 00"),
        ])
    func grouped(number: String, grouped: String) {
        for _ in 1...2 { #expect(PhoneNumbers.grouped(number) == grouped) }
    }

    @Test(
        "What is no number, or would change by being grouped, is shown as it is",
        arguments: [
            "0142685300", "", "+33", "+99912345678", "+330142685300", "+5215512345678", "+33142685300x",
            String(repeating: "+", count: 100_000),
        ])
    func unchanged(text: String) {
        #expect(PhoneNumbers.grouped(text) == text)
    }

    @Test("More numbers than are kept are all shown right")
    func many() {
        for index in 0..<6000 {
            let tail = String(10_000 + index)
            #expect(PhoneNumbers.grouped("+3314268" + tail.dropFirst()) == "+33 1 42 68 \(tail.dropFirst().prefix(2)) \(tail.suffix(2))")
        }
    }

    @Test(
        "E.164 is a plus, a country code and 7 to 15 digits in all",
        arguments: [
            ("+33142685300", true), ("+1234567", true), ("+0123456789", false), ("33142685300", false), ("+3314268x300", false),
            ("+1234567890123456", false), ("", false), ("+٣٣١٤٢٦٨٥٣", false),
        ])
    func e164(text: String, isNumber: Bool) {
        #expect(PhoneNumbers.isE164(text) == isNumber)
    }

    @Test("No country has two codes, no code is the start of another, and each is one to choose")
    func callingCodes() {
        let listed = CallingCodes.countries.flatMap(\.countries)
        #expect(listed.count > 240)
        #expect(Set(listed).count == listed.count)
        #expect(listed.allSatisfy { $0.utf8.count == 2 && $0.utf8.allSatisfy { (65...90).contains($0) } })
        let codes = CallingCodes.countries.map(\.code)
        for code in codes {
            #expect(codes.filter { code.hasPrefix($0) } == [code])
            #expect(CallingCodes.isRegion("+" + code))
        }
        #expect(codes.contains("33"))
        #expect(CallingCodes.countries.first?.code == "1")
        #expect(CallingCodes.countries.first?.countries.first == "US")
        #expect(CallingCodes.countries.first { $0.code == "44" }?.countries.first == "GB")
        for text in ["33", "+", "+999", "+800", "", "+33 "] { #expect(!CallingCodes.isRegion(text)) }
    }
}
