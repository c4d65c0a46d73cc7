// Domain names as people write them, `münchen.example`, of what the Internet knows as `xn--mnchen-3ya.example`: stored is the one, shown
// and looked for is the other.

internal import CIDN2
import Spelling

package enum InternationalName {
    /// A URL with its host as people write it, where that leads back to the same host.
    package static func shown(in url: String) -> String {
        guard url.has("xn--") else { return url }
        return withHost(of: url, written)
    }

    /// An email address with its domain as people write it, so that it is one address however it was typed.
    package static func shownAddress(_ address: String) -> String {
        guard !address.utf8.allSatisfy({ $0 < 0x80 }) || address.has("xn--") else { return address }
        return withDomain(of: address) { ascii($0).flatMap(written) }
    }

    /// An email address with its domain as relays know it, also those that take nothing but ASCII there.
    package static func storedAddress(_ address: String) -> String {
        address.utf8.allSatisfy { $0 < 0x80 } ? address : withDomain(of: address, ascii)
    }

    /// Whether there could be machines of this name (RFC 1123 § 2.1).
    package static func isDomain(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { $0 < 0x80 }
        guard let stored = isPlain ? name : ascii(name), stored.utf8.count <= 253 else { return false }
        return stored.parts(between: ".").allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-") && label.utf8.last != UInt8(ascii: "-")
                && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func withDomain(of address: String, _ convert: (String) -> String?) -> String {
        guard let (local, domain) = address.cut(at: "@"), domain.utf8.count <= 1000, let converted = convert(String(domain)) else {
            return address
        }
        return "\(local)@\(converted)"
    }

    /// Nil for what is no name, or one that another spelling leads to.
    private static func written(_ host: String) -> String? {
        guard let written = converted(host, { idn2_to_unicode_8z8z($0, $1, 0) }), ascii(written)?.isIdentical(to: host) == true else {
            return nil
        }
        return written
    }

    /// What somebody looks for in URLs, with its host as it is stored.
    package static func stored(in search: String) -> String {
        if search.utf8.allSatisfy({ $0 < 0x80 }) { return search }
        return withHost(of: search) { ascii($0) }
    }

    /// Of a part of an address too, which may begin with the host.
    private static func withHost(of url: String, _ convert: (String) -> String?) -> String {
        let start = url.cut(at: "://")?.after.startIndex ?? url.startIndex
        let rest = url[start...]
        let end = rest.utf8.firstIndex { "/?#:".utf8.contains($0) } ?? rest.endIndex
        return convert(String(rest[..<end])).map { "\(url[..<start])\($0)\(rest[end...])" } ?? url
    }

    private static func ascii(_ host: String) -> String? {
        converted(host) { idn2_to_ascii_8z($0, $1, Int32(IDN2_NONTRANSITIONAL.rawValue)) }
    }

    private static func converted(
        _ name: String, _ convert: (UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> String? {
        var output: UnsafeMutablePointer<CChar>?
        defer { idn2_free(output) }
        guard name.withCString({ convert($0, &output) }) == Int32(IDN2_OK.rawValue), let output else { return nil }
        return String(cString: output)
    }
}
