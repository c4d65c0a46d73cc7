// What a provider's address may ask for in braces. Providers name their parameters as they like; what stands in them is of a few kinds.

import Spelling

enum SMSPlaceholder: String, CaseIterable, Sendable {
    case to, text, sender, login, password
    /// 0 for GSM, 2 for UCS-2, as Kannel has it and many after it.
    case coding
    case retId

    private var braced: String { "{\(rawValue)}" }

    static func all(in url: String) -> Set<SMSPlaceholder> { Set(allCases.filter { url.has($0.braced) }) }

    /// The parser of addresses has encoded the braces, as all that may not stand in one.
    static func restored(in url: String) -> String {
        allCases.reduce(url) { url, placeholder in
            ["%7B\(placeholder.rawValue)%7D", "%7b\(placeholder.rawValue)%7d"].reduce(url) { url, encoded in
                url.parts(between: encoded).joined(separator: placeholder.braced)
            }
        }
    }

    /// Of an address in which the known ones are restored.
    static func hasUnknown(in url: String) -> Bool { url.has("%7B") || url.has("%7D") || url.has("%7b") || url.has("%7d") }

    /// - Parameter value: percent-encoded, so that it does not end its parameter. What stands in a value is no placeholder.
    static func filled(_ url: String, _ value: (SMSPlaceholder) -> String) -> String {
        url.parts(between: "{").enumerated().map { index, part in
            guard index > 0, let (name, rest) = part.cut(at: "}"), let placeholder = SMSPlaceholder(rawValue: String(name)) else {
                return String(part)
            }
            return "\(value(placeholder))\(rest)"
        }.joined()
    }
}
