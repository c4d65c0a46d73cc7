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

    /// Why there can be no machines of a name.
    package enum Fault: String, Error {
        case emptyLabel = "empty_label"
        case longLabel = "long_label"
        case long, hyphen, underscore, punycode, characters
    }

    /// A domain as the Internet knows it, however it was typed: in ASCII and small letters. Converted as curl does it, by whom the same
    /// machines are reached: UTS #46, non-transitional; what is ASCII stays as it is, but has to be a name (RFC 1123 § 2.1).
    package static func domain(_ name: String) throws(Fault) -> String {
        let isPlain = name.utf8.allSatisfy { $0 < 0x80 }
        let domain = isPlain ? name.asciiLowercased : try converted(name)
        for label in domain.parts(between: ".") {
            guard !label.isEmpty else { throw .emptyLabel }
            guard label.utf8.count <= 63 else { throw .longLabel }
            let isPlain = label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-") }
            guard isPlain else { throw label.utf8.contains(UInt8(ascii: "_")) ? .underscore : .characters }
            guard label.utf8.first != UInt8(ascii: "-"), label.utf8.last != UInt8(ascii: "-") else { throw .hyphen }
        }
        guard domain.utf8.count <= 253 else { throw .long }
        guard !domain.has("xn--") || written(domain) != nil else { throw .punycode }
        return domain
    }

    /// Whether there could be machines of this name. Mail also goes where another spelling leads, which is a name of the Internet's.
    package static func isDomain(_ name: String) -> Bool {
        do throws(Fault) {
            _ = try domain(name)
            return true
        } catch { return error == .punycode }
    }

    /// A domain as people write it: as it is stored where that is no name, or one that another spelling leads to.
    package static func shownDomain(_ domain: String) -> String { domain.has("xn--") ? written(domain) ?? domain : domain }

    private static func converted(_ name: String) throws(Fault) -> String {
        switch call(name, { idn2_to_ascii_8z($0, $1, Int32(IDN2_NONTRANSITIONAL.rawValue)) }) {
        case (let domain?, _): return domain
        case (nil, IDN2_TOO_BIG_DOMAIN): throw .long
        case (nil, IDN2_TOO_BIG_LABEL), (nil, IDN2_PUNYCODE_BIG_OUTPUT): throw .longLabel
        case (nil, IDN2_2HYPHEN), (nil, IDN2_HYPHEN_STARTEND): throw .hyphen
        case (nil, IDN2_PUNYCODE_BAD_INPUT), (nil, IDN2_INVALID_ALABEL), (nil, IDN2_INVALID_NONTRANSITIONAL): throw .punycode
        default: throw .characters
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
        guard let written = call(host, { idn2_to_unicode_8z8z($0, $1, 0) }).0, ascii(written)?.isIdentical(to: host) == true else {
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
        call(host) { idn2_to_ascii_8z($0, $1, Int32(IDN2_NONTRANSITIONAL.rawValue)) }.0
    }

    private static func call(
        _ name: String, _ convert: (UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> (String?, idn2_rc) {
        var output: UnsafeMutablePointer<CChar>?
        defer { idn2_free(output) }
        let code = name.withCString { convert($0, &output) }
        guard code == Int32(IDN2_OK.rawValue), let output else { return (nil, idn2_rc(code)) }
        return (String(cString: output), IDN2_OK)
    }
}

// What is mistaken for something else (UTS #39), by ICU, as browsers have it.

extension InternationalName {
    /// Texts that are mistaken for one another have one skeleton; it is no text to show.
    package static func skeleton(_ text: String) -> String {
        // Of one sign it makes several, of which each has a few bytes.
        let room = text.utf8.count * 20 + 16
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
            let count = Int(cidn2_skeleton(text, Int32(clamping: text.utf8.count), buffer.baseAddress, Int32(clamping: room)))
            guard count > 0, count <= room else { return text }
            return String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
        }
    }

    /// Letters of scripts that no language is written in together.
    package static func isMixed(_ text: String) -> Bool { cidn2_is_mixed(text, Int32(clamping: text.utf8.count)) != 0 }
}
