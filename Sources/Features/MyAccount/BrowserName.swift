// A browser in words, "Chrome on Linux", out of what browsers say of themselves, which only machines can read: each claims to be several
// others, so the order below is what tells them apart.

import Spelling
import Web

struct BrowserName: Equatable {
    /// Nil when it is not known.
    let browser: String?
    let system: String?

    init(userAgent: String) {
        browser = Self.browsers.first { userAgent.has($0.mark) }?.name ?? Self.program(userAgent)
        system = Self.systems.first { userAgent.has($0.mark) }?.name
    }

    func words(_ t: Translation) -> String {
        let browser = browser ?? t("me.sessions.unknown_browser")
        return system.map { t("me.sessions.browser_on_system", ["browser": browser, "system": $0]) } ?? browser
    }

    /// Those that are built on another stand before it.
    private static let browsers: [(mark: String, name: String)] = [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"), ("OPT/", "Opera"), ("Vivaldi/", "Vivaldi"),
        ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Version/", "Safari"),
    ]

    private static let systems: [(mark: String, name: String)] = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
        ("Macintosh", "macOS"), ("Linux", "Linux"), ("FreeBSD", "FreeBSD"), ("OpenBSD", "OpenBSD"),
    ]

    /// A program that is no browser names itself first: `curl/8.5.0`.
    private static func program(_ userAgent: String) -> String? {
        let start = userAgent.utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "(") }.prefix(40)
        let name = start.split { !isWord($0) }.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        return name.isEmpty || name == "Mozilla" ? nil : name
    }

    /// A product's name is a token (RFC 9110 § 10.1.5); of one that is none, the letters of ASCII are shown.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._".utf8.contains(byte)
        }
    }
}
