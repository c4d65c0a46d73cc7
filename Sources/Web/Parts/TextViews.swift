// The small parts that show a value the same way on every page: times, badges, ids, addresses, numbers of telephones.

import Spelling
import Telephony
package import Templating
import Time

package struct TimeView: TemplateData {
    let time: Timestamp
    package let text: String
    let relative: String

    package static let fields = Fields<TimeView> {
        Text("iso") { $0.time.iso8601 }
    }
}

/// Status: icon, word and colour; `shared/badge`.
package struct BadgeView: TemplateData {
    package enum Kind: String, Sendable {
        case good, warning, bad, info, neutral
    }

    package let kind: Kind
    package let label: String

    package init(_ kind: Kind, _ label: String) {
        self.kind = kind
        self.label = label
    }

    package static let fields = Fields<BadgeView> {
        Text("kind") { $0.kind.rawValue }
    }
}

/// A long id, shortened in the middle, copied whole; `shared/identifier`.
package struct IdentifierView: TemplateData {
    let full: String

    package init(_ full: String) {
        self.full = full
    }

    package static let fields = Fields<IdentifierView> {
        Text("short") {
            $0.full.utf8.count > 20
                ? "\($0.full.prefix(maximumScalars: 8))…\(String(decoding: $0.full.utf8.suffix(6), as: UTF8.self))" : $0.full
        }
    }
}

/// An address that wraps at its slashes; `shared/url`.
package struct URLView: TemplateData {
    let text: String
    private let parts: [String]

    package init(_ url: String) {
        text = InternationalName.shown(in: url)
        parts = Self.parts(of: text)
    }

    /// Scheme and host stay together, but a long host may part behind its first label. By bytes: lists show an address in every row.
    private static func parts(of text: String) -> [String] {
        let bytes = text.utf8
        var parts: [String] = []
        var start = bytes.startIndex
        var index = text.cut(at: "://")?.after.startIndex ?? start
        let host = bytes[index...].prefix { $0 != UInt8(ascii: "/") }
        if host.count > 18, let dot = host.firstIndex(of: UInt8(ascii: ".")) {
            index = bytes.index(after: dot)
            parts.append(String(text[start..<index]))
            start = index
        }
        while index < bytes.endIndex {
            let byte = bytes[index]
            index = bytes.index(after: index)
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "&") {
                parts.append(String(text[start..<index]))
                start = index
            }
        }
        if start < bytes.endIndex { parts.append(String(text[start...])) }
        return parts
    }
}

/// A telephone number, grouped; `shared/phone`.
package struct PhoneView: TemplateData {
    let e164: String

    package init(_ e164: String) {
        self.e164 = e164
    }

    package static let fields = Fields<PhoneView> {
        Text("text") { PhoneNumbers.grouped($0.e164) }
    }
}

/// Key and value, one below the other; `shared/facts`.
package struct Fact: TemplateData {
    package let label: String
    let text: String
    let isCode: Bool

    package init(_ label: String, _ text: String, isCode: Bool = false) {
        self.label = label
        self.text = text
        self.isCode = isCode
    }
}

package struct FactsView: TemplateData {
    let facts: [Fact]

    package init(_ facts: [Fact]) {
        self.facts = facts
    }
}

/// Text to copy; `shared/code`.
package struct CodeView: TemplateData {
    let label: String
    package let text: String
    let id: String

    /// - Parameter id: unique in the page; the copy button names it.
    package init(_ label: String, _ text: String, id: String) {
        self.label = label
        self.text = text
        self.id = id
    }

    package static let fields = Fields<CodeView> {
        Text("copy_id") { $0.id }
    }
}
