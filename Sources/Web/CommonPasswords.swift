// The passwords that everybody tries first: eight characters and more, in English and French, written down here from common knowledge
// of keyboards and habits (no list was copied). Digits, years or "!" put behind one do not save it.

import Spelling

enum CommonPasswords {
    static func contains(_ lowered: String) -> Bool {
        let stem = lowered.unicodeScalars.reversed().drop { !$0.properties.isAlphabetic }.reversed()
        let text = String(String.UnicodeScalarView(stem))
        let plain = text.escaping { sign in
            switch sign {
            case UInt8(ascii: "@"): "a"
            case UInt8(ascii: "0"): "o"
            case UInt8(ascii: "1"): "i"
            case UInt8(ascii: "3"): "e"
            case UInt8(ascii: "$"): "s"
            default: nil
            }
        }
        return words.contains(lowered) || words.contains(text) || words.contains(plain) || isRun(lowered)
    }

    /// `12345678`, `abcdefgh`, `87654321`.
    private static func isRun(_ text: String) -> Bool {
        let values = text.unicodeScalars.map { Int($0.value) }
        let steps = Set(zip(values, values.dropFirst()).map { $1 - $0 })
        return steps == [1] || steps == [-1] || steps.isSubset(of: [1, -9])
    }

    private static let words: Set<String> = [
        "password", "passw", "pass", "motdepasse", "mot de passe", "azerty", "azertyuiop", "azertyui", "qwerty", "qwertyuiop", "qwertyui",
        "qwertz",
        "qwertzuiop", "asdfghjkl", "asdfgh", "qsdfghjklm", "zxcvbnm", "wxcvbn", "iloveyou", "jetaime", "jetaimefort", "letmein", "welcome",
        "bienvenue", "bonjour", "hello", "coucou", "soleil", "sunshine", "princess", "princesse", "dragon", "monkey", "football",
        "baseball", "admin",
        "administrator", "administrateur", "superman", "batman", "starwars", "master", "shadow", "michael", "jordan", "trustno", "whatever",
        "computer", "ordinateur", "internet", "telephone", "téléphone", "doudou", "loulou", "chouchou", "marseille", "paris", "france",
        "london",
        "liverpool", "arsenal", "chelsea", "nicolas", "thomas", "camille", "charlie", "freedom", "liberte", "liberté", "changeme",
        "changezmoi",
        "secret", "summer", "winter", "spring", "autumn", "hiver", "printemps", "automne", "test", "testtest", "default", "guest", "root",
        "toor",
        "hookswitch", "abc", "abcd", "abcdef", "abcdefg", "abcdefgh", "aaaaaaaa", "q1w2e3r4", "1q2w3e4r", "1qaz2wsx", "a1b2c3d4",
        "azeqsdwxc",
        "azerty123456", "1a2b3c4d", "11111111", "00000000", "12341234", "12121212", "12345678", "123456789", "1234567890", "123123123",
        "147258369",
        "987654321", "0123456789", "66666666", "88888888", "pokemon", "naruto", "minecraft", "fortnite", "google", "facebook", "linkedin",
        "samsung",
        "chocolat", "chocolate", "cookie", "family", "famille", "blink182", "nothing", "maison", "vacances", "holiday", "lovely", "myspace",
    ]
}
