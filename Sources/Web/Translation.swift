// Every word on a screen comes from Locales/, in English and French, and a language that lacks one stops the start.

import Foundation
import JSON
import Spelling

/// The console's languages. Both are complete.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case french = "fr"

    /// The best of ours for what a browser or a setting asks for (`fr-CA, en;q=0.8`), English when none fits.
    package init(preferred: String) {
        self = .english
        var best = 0
        for part in preferred.words(between: ",") {
            let pieces = part.parts(between: ";").map(\.withoutBlanks)
            let tag = pieces[0].parts(between: "-", maximum: 2)[0]
            guard let language = Language(rawValue: String(tag).asciiLowercased), let quality = Self.quality(pieces.dropFirst()) else {
                continue
            }
            if quality > best { (self, best) = (language, quality) }
        }
    }
}

extension Language {
    /// In thousandths (RFC 9110 § 12.4.2): `0`, `1`, or one of them with up to three decimals. Nil for what is no quality: a range that
    /// cannot be read is not one that was asked for.
    private static func quality(_ parameters: ArraySlice<Substring>) -> Int? {
        guard let weight = parameters.first(where: { $0.begins(with: "q=") || $0.begins(with: "Q=") }) else { return 1000 }
        let parts = weight.utf8.dropFirst(2).split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? Array(parts[1]) : []
        guard parts[0].count == 1, let whole = parts[0].first, (0x30...0x31).contains(whole), decimals.count <= 3,
            decimals.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let thousandths = (decimals + [0x30, 0x30, 0x30]).prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let quality = Int(whole - 0x30) * 1000 + thousandths
        return quality <= 1000 ? quality : nil
    }
}

/// The words of one language, by key. `t("retention.title")`
package struct Translation: Sendable {
    package let language: Language
    /// Short names, January first: wanted in every row of every table.
    let months: [String]
    private let messages: [String: String]

    init(language: Language, messages: [String: String]) {
        self.language = language
        self.messages = messages
        months = (1...12).map { messages["time.month.\($0)"] ?? String($0) }
    }

    /// The message of `key`, with each `{name}` replaced. A key that is missing shows as itself; `LocalesTests` keeps that from happening.
    package func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        Self.filled(messages[key] ?? key, values)
    }

    /// The message of `key.one` or `key.other`, as the language counts, with `{count}` in the language's digits.
    package func callAsFunction(_ key: String, count: Int, _ values: [String: String] = [:]) -> String {
        let isOne = language == .french ? (0...1).contains(count) : count == 1
        var values = values
        values["count"] = Numbers(language: language).text(count)
        return Self.filled(messages["\(key).\(isOne ? "one" : "other")"] ?? key, values)
    }

    package func has(_ key: String) -> Bool { messages[key] != nil }

    /// The message of `key`; nil where there is none, as for a field without a hint.
    package func find(_ key: String) -> String? { messages[key] }

    /// What is behind `prefix` in each key that begins with it, with its message.
    package func messages(under prefix: String) -> [(rest: String, message: String)] {
        messages.filter { $0.key.begins(with: prefix) }.map {
            (String(decoding: $0.key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), $0.value)
        }
    }

    /// Message as template source: escaped once, here, and each `{name}` a look-up in the page.
    func templateSource(_ key: String) throws -> String {
        guard let message = messages[key] else { throw LocaleError("there is no message “\(key)” in \(language.rawValue)") }
        return message.escaping { sign in
            switch sign {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            case UInt8(ascii: "\""): "&quot;"
            case UInt8(ascii: "'"): "&#39;"
            case UInt8(ascii: "{"): "{{"
            case UInt8(ascii: "}"): "}}"
            default: nil
            }
        }
    }

    private static func filled(_ message: String, _ values: [String: String]) -> String {
        guard !values.isEmpty, message.has("{") else { return message }
        var filled = ""
        var rest = Substring(message)
        while let (before, after) = rest.cut(at: "{"), let (name, behind) = after.cut(at: "}") {
            filled.append(contentsOf: before)
            filled += values[String(name)].map(TextDirection.isolated) ?? "{\(name)}"
            rest = behind
        }
        filled.append(contentsOf: rest)
        return filled
    }
}

package struct LocaleError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Both languages.
package struct Locales: Sendable {
    private let translations: [Language: Translation]

    /// Reads `folder/en/*.json` and `folder/fr/*.json`, one file a feature, flat objects of key and message. Throws `LocaleError`
    /// when a file is no such object, a key stands twice, or a language lacks a key or a placeholder that another has.
    ///
    /// - Parameter further: words from elsewhere, held to the same rules.
    package static func load(folder: String, adding further: [Language: [String: String]] = [:]) throws -> Locales {
        var messages: [Language: [String: String]] = [:]
        for language in Language.allCases {
            let languageFolder = "\(folder)/\(language.rawValue)"
            var all: [String: String] = [:]
            for file in try FileManager.default.contentsOfDirectory(atPath: languageFolder).sorted() where file.ends(with: ".json") {
                let path = "\(languageFolder)/\(file)"
                guard let data = FileManager.default.contents(atPath: path) else { throw LocaleError("\(path) cannot be read") }
                let json: JSONValue
                do { json = try JSONValue(parsing: Array(data)) } catch { throw LocaleError("\(path): \(error)") }
                guard let object = json.object else { throw LocaleError("\(path) is not a JSON object") }
                for member in object.members {
                    guard let message = member.value.string else { throw LocaleError("\(path): “\(member.name)” is not a text") }
                    guard all.updateValue(message, forKey: member.name) == nil else {
                        throw LocaleError("\(path): “\(member.name)” stands twice")
                    }
                }
            }
            for (key, message) in further[language] ?? [:] {
                guard all.updateValue(message, forKey: key) == nil else { throw LocaleError("“\(key)” stands twice") }
            }
            messages[language] = all
        }
        let english = messages[.english] ?? [:]
        for (language, own) in messages where language != .english {
            if let missing = Set(english.keys).symmetricDifference(own.keys).min() {
                throw LocaleError("“\(missing)” is in \(english[missing] == nil ? language.rawValue : "en") only")
            }
            for (key, message) in own where placeholders(message) != placeholders(english[key] ?? "") {
                throw LocaleError("“\(key)” has other placeholders in \(language.rawValue) than in en")
            }
        }
        return Locales(translations: messages.reduce(into: [:]) { $0[$1.key] = Translation(language: $1.key, messages: $1.value) })
    }

    package subscript(language: Language) -> Translation {
        translations[language] ?? Translation(language: language, messages: [:])
    }

    private static func placeholders(_ message: String) -> Set<Substring> {
        Set(message.parts(between: "{").dropFirst().map { $0.parts(between: "}", maximum: 2)[0] })
    }
}
