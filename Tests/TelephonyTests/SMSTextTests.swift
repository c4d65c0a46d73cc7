// What fits an SMS, held against the tables of 3GPP TS 23.038 and the limits of TS 23.040.

import Telephony
import Testing

@Suite("Texts as SMS")
struct SMSTextTests {
    /// § 6.2.1, code by code: the Unicode character of each of the 128; 0x1B is the way to the extension.
    private static let basic: [UInt32] = [
        0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, 0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5,
        0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E, 0x001B, 0x00C6, 0x00E6, 0x00DF, 0x00C9,
        0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027, 0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F,
        0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037, 0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F,
        0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047, 0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F,
        0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057, 0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
        0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067, 0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F,
        0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077, 0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
    ]

    /// § 6.2.1.1: 0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65.
    private static let `extension`: [UInt32] = [0x000C, 0x005E, 0x007B, 0x007D, 0x005C, 0x005B, 0x007E, 0x005D, 0x007C, 0x20AC]

    private func text(_ scalar: UInt32, _ count: Int = 1) throws -> String {
        String(repeating: String(try #require(Unicode.Scalar(scalar))), count: count)
    }

    @Test("The alphabet is the standard's, in the standard's order")
    func tables() {
        #expect(GSMAlphabet.basic.unicodeScalars.map(\.value) == Self.basic)
        #expect(GSMAlphabet.extension.unicodeScalars.map(\.value) == Self.extension)
    }

    @Test("Each of the 127 characters counts for one, each of the ten of the extension for two, and no other is GSM")
    func everyCharacter() throws {
        for value in Self.basic where value != 0x1B {
            let one = try SMSText(text(value))
            #expect(one.encoding == .gsm7 && one.parts == [1], "U+\(String(value, radix: 16))")
        }
        for value in Self.extension {
            let one = try SMSText(text(value))
            #expect(one.encoding == .gsm7 && one.parts == [2], "U+\(String(value, radix: 16))")
        }
        let known = Set(Self.basic + Self.extension).subtracting([0x1B])
        for value in UInt32(0)...0x1_FFFF where !known.contains(value) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            if GSMAlphabet.septets(scalar) != nil { Issue.record("U+\(String(value, radix: 16)) is none of the alphabet's") }
        }
        #expect(SMSText("\u{1B}").encoding == .ucs2)
    }

    @Test(
        "One message has 160 septets, each of several 153",
        arguments: [
            (0, []), (1, [1]), (159, [159]), (160, [160]), (161, [153, 8]), (306, [153, 153]), (307, [153, 153, 1]),
            (459, [153, 153, 153]), (460, [153, 153, 153, 1]),
        ])
    func gsm(count: Int, parts: [Int]) {
        let counted = SMSText(String(repeating: "a", count: count))
        #expect(counted.encoding == .gsm7 && counted.parts == parts && counted.credits == parts.count && counted.length == count)
    }

    @Test(
        "One message has 70 characters of UCS-2, each of several 67",
        arguments: [(1, [1]), (70, [70]), (71, [67, 4]), (134, [67, 67]), (135, [67, 67, 1]), (201, [67, 67, 67])])
    func ucs2(count: Int, parts: [Int]) {
        let counted = SMSText(String(repeating: "ж", count: count))
        #expect(counted.encoding == .ucs2 && counted.parts == parts && counted.length == count)
    }

    @Test("A character of the extension stays whole where a message ends")
    func extensionIsWhole() {
        let letters = String(repeating: "a", count: 152)
        #expect(SMSText(letters + "€" + "bcdefg").parts == [160])
        #expect(SMSText(letters + "€" + "bcdefgh").parts == [152, 9])
        #expect(SMSText(String(repeating: "€", count: 80)).parts == [160])
        #expect(SMSText(String(repeating: "€", count: 81)).parts == [152, 10])
    }

    @Test("A character beyond the first plane counts for two, and stays whole where a message ends")
    func pairsAreWhole() {
        #expect(SMSText(String(repeating: "😀", count: 35)).parts == [70])
        #expect(SMSText(String(repeating: "😀", count: 36)).parts == [66, 6])
        let letters = String(repeating: "ж", count: 66)
        #expect(SMSText(letters + "😀" + "жж").parts == [70])
        #expect(SMSText(letters + "😀" + "жжж").parts == [66, 5])
    }

    @Test("One character outside the alphabet makes the whole text UCS-2, and is named")
    func strange() {
        let long = String(repeating: "a", count: 70)
        #expect(SMSText(long).strange.isEmpty)
        #expect(SMSText(long + "ê").parts == [67, 4])
        #expect(SMSText("a’bê’ç").strange == ["’", "ê", "ç"])
        #expect(SMSText("один два три").strange == ["о", "д", "и", "н", "в"])
        // Composed of two, of which the second is in no alphabet.
        #expect(SMSText("e\u{301}").encoding == .ucs2 && SMSText("\u{E9}").encoding == .gsm7)
    }

    @Test("What still fits is told, also where a character had to go whole into the next message")
    func room() {
        #expect(SMSText("").room == 160 && SMSText("a").room == 159 && SMSText("ж").room == 69)
        #expect(SMSText(String(repeating: "a", count: 161)).room == 145)
        #expect(SMSText(String(repeating: "€", count: 81)).room == 143)
    }

    @Test("1,600 emoji are counted, and a line break is one character whoever sends it")
    func long() {
        let emoji = SMSText(String(repeating: "😀", count: 1600))
        #expect(emoji.length == 3200 && emoji.parts.allSatisfy { $0 <= 67 } && emoji.parts.reduce(0, +) == 3200 && emoji.credits == 49)
        #expect(SMSText.spelled("a\r\nb\nc\r\n") == "a\nb\nc\n")
        #expect(SMSText(SMSText.spelled("a\r\nb")).length == 3)
    }
}
