// Recovery codes: the way in for somebody whose device is gone. Eighty random bits each, so that the hash alone says nothing of one.

import Spelling
import Web

enum RecoveryCodes {
    static let count = 10
    /// So many are enough not to speak of new ones.
    fileprivate static let plenty = 3
    private static let length = 16
    /// Crockford's base 32, in which no letter is taken for a digit.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// As they are shown: in groups of four.
    static func make() -> [String] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in
            let letters = (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            return groups(of: String(decoding: letters, as: UTF8.self)).joined(separator: "-")
        }
    }

    /// Of a code as it was shown, or typed from paper: capitals, spaces and look-alikes are what was meant, and the dashes that a word
    /// processor makes of hyphens. Nil for what cannot be one.
    static func hash(_ text: String) -> [UInt8]? {
        let typed = TypedText.compact(TypedText.prefix(text, maximumBytes: 200))
        let plain = String(typed.unicodeScalars.filter { $0.properties.generalCategory != .dashPunctuation })
        let letters: [UInt8] = plain.utf8.map { byte in
            switch byte | 0x20 {
            case UInt8(ascii: "o"): UInt8(ascii: "0")
            case UInt8(ascii: "i"), UInt8(ascii: "l"): UInt8(ascii: "1")
            case let letter: letter
            }
        }
        guard letters.count == length, letters.allSatisfy({ alphabet.contains($0) }) else { return nil }
        return Token.hash("recovery \(String(decoding: letters, as: UTF8.self))")
    }

    static func groups(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 4).map { String(decoding: bytes[$0..<min($0 + 4, bytes.count)], as: UTF8.self) }
    }
}

extension Factor {
    /// How many recovery codes are left, and what to do when they are few.
    func codesLeft(_ t: Translation) -> String {
        if codes == 0 { return t("me.factor.codes.none") }
        let left = t("me.factor.codes", count: codes)
        return codes < RecoveryCodes.plenty ? "\(left) \(t("me.factor.few_codes"))" : left
    }

    /// Said to whoever has just used one.
    func noteOfCodes(_ t: Translation) -> Flash {
        guard codes < RecoveryCodes.plenty else { return Flash(.info, codesLeft(t)) }
        return Flash(.warning, codesLeft(t), link: .init(t("me.factor.new_codes"), to: FactorController.codesPath))
    }
}
