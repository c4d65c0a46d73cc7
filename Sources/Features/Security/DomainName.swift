// A domain as somebody typed it, which is one domain however it was typed: stored in ASCII and small letters, by UTS #46, shown as people
// write it. Where wildcards may be, `*.example.com` is every name below example.com, and not example.com itself, as browsers take it.

import Spelling
import Web

/// What is wrong with a typed domain; in words `security.wrong.…`.
enum DomainFault: String, Error, CaseIterable {
    case scheme, port, email, blanks, wildcard, localhost, single, address
    case wildcardAlone = "wildcard_alone"
    case wildcardPlace = "wildcard_place"
    case wildcardSuffix = "wildcard_suffix"
    case emptyLabel = "empty_label"
    case longLabel = "long_label"
    case long, hyphen, underscore, punycode, characters
}

struct DomainName: Hashable, Sendable {
    /// As it is stored, and as machines read it.
    let ascii: String

    init(stored: String) { ascii = stored }

    /// Reads also what people paste: of an address of the web its host, of `@example.com` what follows the sign. A single dot at the end
    /// is left out, as it leads to the same machines.
    init(typed text: String, mayBeWildcard: Bool = false) throws(DomainFault) {
        let host = Self.plain(try Self.host(in: TypedText.line(text)))
        guard !host.isEmpty else { throw .single }
        guard !host.unicodeScalars.contains(where: \.properties.isWhitespace) else { throw .blanks }
        let isWildcard = host.utf8.contains(UInt8(ascii: "*"))
        if isWildcard { try Self.checkWildcard(host, mayBeWildcard) }
        var name = (isWildcard ? host.rest(after: "*.") : nil) ?? Substring(host)
        if name.utf8.count > 1, let rest = name.cut(atLast: "."), rest.after.isEmpty { name = rest.before }
        let domain = try Self.domain(String(name))
        try Self.check(domain, isWildcard)
        ascii = isWildcard ? "*." + domain : domain
    }

    var isWildcard: Bool { ascii.begins(with: "*.") }

    /// Without the wildcard.
    var host: String { ascii.rest(after: "*.").map { String($0) } ?? ascii }

    /// As people write it.
    var shown: String { (isWildcard ? "*." : "") + InternationalName.shownDomain(host) }

    /// Whether what is allowed to this one is allowed to the other by it: of a wildcard all that is below, further wildcards included.
    func covers(_ other: DomainName) -> Bool { isWildcard && other != self && other.host.ends(with: "." + host) }

    /// Whether more was typed than is stored: the rest of an address of the web.
    static func isPartOfAddress(_ typed: String) -> Bool {
        TypedText.line(typed).utf8.contains { "/:?#".utf8.contains($0) }
    }

    private static func host(in text: String) throws(DomainFault) -> Substring {
        var rest = Substring(text)
        if let (scheme, after) = text.cut(at: "://") {
            guard ["http", "https"].contains(String(scheme).asciiLowercased) else { throw .scheme }
            rest = after
        } else if let after = text.rest(after: "//") {
            rest = after
        }
        for sign in ["/", "?", "#"] { rest = rest.cut(at: sign)?.before ?? rest }
        if let after = rest.rest(after: "@") { rest = after }
        guard !rest.utf8.contains(UInt8(ascii: "@")) else { throw .email }
        guard let (host, port) = rest.cut(at: ":") else { return rest }
        guard !port.utf8.contains(UInt8(ascii: ":")), !host.begins(with: "[") else { throw .address }
        guard port.utf8.count <= 5, port.utf8.allSatisfy({ (48...57).contains($0) }) else { throw .port }
        return host
    }

    /// Dots and asterisks as keyboards of East Asia have them are the common ones, before a wildcard is looked for.
    private static func plain(_ host: Substring) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in host.unicodeScalars {
            switch scalar {
            case "\u{3002}", "\u{FF0E}", "\u{FF61}": plain.append(".")
            case "\u{FF0A}": plain.append("*")
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    private static func checkWildcard(_ host: String, _ mayBe: Bool) throws(DomainFault) {
        guard mayBe else { throw .wildcard }
        guard !["*", "*."].contains(host) else { throw .wildcardAlone }
        guard let rest = host.rest(after: "*."), !rest.utf8.contains(UInt8(ascii: "*")) else { throw .wildcardPlace }
    }

    private static func domain(_ name: String) throws(DomainFault) -> String {
        do throws(InternationalName.Fault) {
            return try InternationalName.domain(name)
        } catch {
            throw DomainFault(rawValue: error.rawValue) ?? .characters
        }
    }

    private static func check(_ domain: String, _ isWildcard: Bool) throws(DomainFault) {
        let labels = domain.parts(between: ".")
        guard let last = labels.last else { throw .emptyLabel }
        guard !last.isIdentical(to: "localhost") else { throw .localhost }
        // Browsers take a name that ends in a number for an address.
        let isNumber = last.utf8.allSatisfy { (48...57).contains($0) } || last.begins(with: "0x")
        guard !isNumber else { throw .address }
        guard labels.count > 1 else { throw isWildcard ? .wildcardSuffix : .single }
        guard !isWildcard || !isRegistry(labels) else { throw .wildcardSuffix }
    }

    /// Names below which anybody may have one. There are thousands; these are the ones under which most countries sell them.
    private static func isRegistry(_ labels: [Substring]) -> Bool {
        labels.count == 2 && labels[1].utf8.count == 2 && ["ac", "co", "com", "edu", "gov", "net", "org"].contains(String(labels[0]))
    }
}

extension DomainName {
    /// The field of a form in which one is typed.
    static func line<Root, Context>(
        _ name: String, _ path: any WritableKeyPath<Root, String> & Sendable, mayBeWildcard: Bool = false
    ) -> Line<Root, Context> {
        // Addresses of the web are pasted whole.
        Line(
            name, path, upTo: 2000, inputMode: "url",
            parsing: { text, _ in
                do throws(DomainFault) {
                    return .success(try DomainName(typed: text, mayBeWildcard: mayBeWildcard).ascii)
                } catch {
                    let domain = text.cut(atLast: "@").map { String($0.after) } ?? ""
                    return .failure(.init("security.wrong.\(error.rawValue)", ["domain": TypedText.prefix(domain, maximumBytes: 253)]))
                }
            })
    }
}

extension DomainName {
    /// That of users' addresses, which are stored as people write them.
    init(ofAddresses domain: String) { ascii = (try? InternationalName.domain(domain)) ?? domain }
}
