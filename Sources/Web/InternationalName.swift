// Domain names as people write them, `münchen.example`, of what the Internet knows as `xn--mnchen-3ya.example`: stored is the one, shown
// and looked for is the other.

internal import CIDN2
import Spelling

package enum InternationalName {
    /// A URL with its host as people write it, where that leads back to the same host.
    package static func shown(in url: String) -> String {
        guard url.has("xn--") else { return url }
        return withHost(of: url) { host in
            guard let written = converted(host, { idn2_to_unicode_8z8z($0, $1, 0) }), ascii(written)?.isIdentical(to: host) == true else {
                return nil
            }
            return written
        }
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
