// Where a template has arrived in its HTML when a value is written: text between elements may be put into one of its own, an attribute
// or an option may not.

/// Follows the literal text of a program from its start. Our templates close in every section what they open in it, so what is
/// written in between does not matter.
struct MarkupPosition {
    private enum Place {
        case text
        case name
        case tag
        case quoted(UInt8)
    }

    /// Elements that hold nothing but text.
    private static let leaves: Set<[UInt8]> = Set(["title", "option", "textarea", "script", "style"].map { Array($0.utf8) })

    private var place = Place.text
    private var name: [UInt8] = []
    private var leaf: [UInt8]?

    /// An element may stand here.
    var isBetweenElements: Bool {
        if case .text = place { leaf == nil } else { false }
    }

    mutating func pass(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { pass(byte) }
    }

    private mutating func pass(_ byte: UInt8) {
        switch place {
        case .text:
            guard byte == UInt8(ascii: "<") else { return }
            (place, name) = (.name, [])
        case .name:
            if byte == UInt8(ascii: ">") {
                end()
            } else if byte <= 0x20 {
                place = .tag
            } else {
                name.append(byte | 0x20)
            }
        case .tag:
            if byte == UInt8(ascii: ">") {
                end()
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                place = .quoted(byte)
            }
        case .quoted(let quote): if byte == quote { place = .tag }
        }
    }

    private mutating func end() {
        place = .text
        if let open = leaf {
            if name.first == UInt8(ascii: "/"), Array(name.dropFirst()) == open { leaf = nil }
        } else if Self.leaves.contains(name) {
            leaf = name
        }
    }
}
