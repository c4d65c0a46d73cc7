// What searches compare: names as people type them, without accents, capitals and typographer's signs. Made here and nowhere else,
// because a database's own LOWER knows ASCII only (SQLite) or depends on a locale (PostgreSQL).

import Foundation
import Spelling

package enum SearchText {
    /// The text of a `search_text` column: each part folded, on a line of its own, so that no search finds what lies across two parts.
    package static func folded(_ parts: String...) -> String {
        parts.map(fold).joined(separator: "\n")
    }

    /// Decomposed (so that `ﬁ` is `fi`), without marks and invisible characters, case folded, with single spaces between words.
    private static func fold(_ text: String) -> String {
        // Upper case first: it makes `SS` of `ß`, and one sigma of Greek's two.
        let plain = text.decomposedStringWithCompatibilityMapping.uppercased().decomposedStringWithCompatibilityMapping
        var folded = String.UnicodeScalarView()
        for scalar in plain.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: continue
            case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator:
                if let last = folded.last, last != " " { folded.append(" ") }
            default:
                folded.append(contentsOf: (spelledOut[scalar] ?? scalar.properties.lowercaseMapping).unicodeScalars)
            }
        }
        if folded.last == " " { folded.removeLast() }
        return String(folded)
    }

    /// Letters and signs that Unicode does not take apart, as they are typed on a keyboard without them.
    private static let spelledOut: [Unicode.Scalar: String] = [
        "Æ": "ae", "Œ": "oe", "Ø": "o", "Ł": "l", "Đ": "d", "Ð": "d", "Þ": "th", "Ħ": "h", "ẞ": "ss", "’": "'", "‘": "'", "ʼ": "'",
        "‐": "-", "–": "-", "—": "-",
    ]
}

package enum LikePattern {
    /// For `search_text LIKE … ESCAPE '\'`.
    package static func containing(_ search: String) -> String {
        pattern(SearchText.folded(search))
    }

    private static func pattern(_ text: String) -> String {
        "%"
            + text.escaping { sign in
                switch sign {
                case UInt8(ascii: "\\"): "\\\\"
                case UInt8(ascii: "%"): "\\%"
                case UInt8(ascii: "_"): "\\_"
                default: nil
                }
            } + "%"
    }
}
