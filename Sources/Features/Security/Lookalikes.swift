// Domains that are taken for others: people are warned before they add one, and see it in the list. It is no error, as whole languages are
// written in letters that look like Latin ones. By ICU and UTS #39, as browsers decide whether to show a domain as people write it.

import Spelling
import Web

enum Lookalike: Hashable {
    /// A part in letters of scripts that are not written together.
    case mixed(String)
    /// A part in letters that all look like Latin ones, in a domain that ends in Latin ones.
    case foreign(String)
    /// Another domain of the list.
    case other(DomainName)

    func words(_ t: Translation) -> String {
        switch self {
        case .mixed(let label): t("security.lookalike.mixed", ["label": label])
        case .foreign(let label): t("security.lookalike.foreign", ["label": label])
        case .other(let name): t("security.lookalike.like", ["domain": name.shown])
        }
    }
}

/// The domains of a list by what they look like.
struct Lookalikes {
    private var names: [String: [DomainName]]

    init(_ names: [DomainName]) {
        self.names = Dictionary(grouping: names) { Self.skeleton(of: $0) }
    }

    /// Why this one may be taken for another; empty when nothing says so.
    func reasons(_ name: DomainName) -> [Lookalike] {
        let labels = InternationalName.shownDomain(name.host).parts(between: ".").map { String($0) }
        let endsInLatin = labels.last.map { Self.isASCII($0) } ?? true
        var reasons: [Lookalike] = []
        for label in labels where !Self.isASCII(label) {
            if InternationalName.isMixed(label) {
                reasons.append(.mixed(label))
            } else if endsInLatin, Self.looksLatin(label) {
                reasons.append(.foreign(label))
            }
        }
        // The same with a wildcard is the same domain.
        let others = (names[Self.skeleton(of: name)] ?? []).filter { $0.host != name.host }
        return reasons + others.prefix(1).map { .other($0) }
    }

    private static func skeleton(of name: DomainName) -> String {
        InternationalName.skeleton(InternationalName.shownDomain(name.host))
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    /// The ligatures of Danish and French are letters that their readers know, and look like two others only to the rule.
    private static func looksLatin(_ label: String) -> Bool {
        var rest = String.UnicodeScalarView()
        rest.append(contentsOf: label.unicodeScalars.lazy.filter { $0 != "æ" && $0 != "œ" })
        return !isASCII(String(rest)) && isASCII(InternationalName.skeleton(String(rest)))
    }
}
