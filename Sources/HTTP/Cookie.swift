// Session and language cookies: written with every attribute spelled out, so that none is left to a browser's default.

/// A cookie to be set (RFC 6265 and its successor).
package struct Cookie: Sendable, Equatable {
    package enum SameSite: String, Sendable {
        case strict = "Strict"
        case lax = "Lax"
        case none = "None"
    }

    package var name: String
    package var value: String
    /// nil: until the browser is closed; zero: remove now. Whole seconds count.
    package var maxAge: Duration?
    package var path: String
    package var isSecure: Bool
    package var isHTTPOnly: Bool
    package var sameSite: SameSite

    package init(
        name: String, value: String, maxAge: Duration? = nil, path: String = "/", isSecure: Bool = true, isHTTPOnly: Bool = true,
        sameSite: SameSite = .lax
    ) {
        self.name = name
        self.value = value
        self.maxAge = maxAge
        self.path = path
        self.isSecure = isSecure
        self.isHTTPOnly = isHTTPOnly
        self.sameSite = sameSite
    }

    /// The value of `Set-Cookie`. What a cookie may not hold is percent-encoded, and decoded again by `parse`.
    package var serialized: String {
        var text = percentEncoded(name, leaving: isUnreserved) + "=" + percentEncoded(value, leaving: Self.isAllowed)
        text += "; Path=" + percentEncoded(path) { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ";") }
        if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        if isSecure { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        return text + "; SameSite=" + sameSite.rawValue
    }

    /// The cookies of a `Cookie` header; of a repeated name the first, which browsers put where the path is longest.
    package static func parse(_ header: String) -> [String: String] {
        var cookies: [String: String] = [:]
        for pair in header.utf8.split(separator: UInt8(ascii: ";")).prefix(maximumCount) {
            let pair = trimmed(pair)
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), equals > pair.startIndex else { continue }
            let rawValue = pair[pair.index(after: equals)...]
            let name = String(Substring(pair[..<equals]))
            if cookies[name] == nil { cookies[name] = percentDecoded(rawValue) ?? String(Substring(rawValue)) }
        }
        return cookies
    }

    /// Browsers keep at most 180 cookies a site; more come from someone who wants us to work.
    private static let maximumCount = 200

    /// RFC 6265's cookie-octet, less the `%` that we encode with.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !#"",;\%"#.utf8.contains(byte)
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        var text = text
        while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
