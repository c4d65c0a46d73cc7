// What people type and paste, cleaned once for all: what is pasted brings white space of every kind with it, and signs that nobody
// sees. By scalars and bytes, never by Characters: a single one of these may be a megabyte long.

package enum TypedText {
    /// A value of one line, such as an address, a login or an id, without what nobody sees around it.
    package static func line(_ text: String) -> String {
        String(withoutEdges(text))
    }

    /// What people call something: a `line` that has nothing in it either that nobody sees, such as signs that turn the direction of the
    /// text around it. Joiners stay, Persian and many emoji are written with them; a line break counts as a space. Of marks upon one letter
    /// no more stay than any writing has: a hundred of them run across the whole page. What is too long for a name stays so, to be refused.
    package static func name(_ text: String) -> String {
        let core = withoutEdges(text)
        guard !core.allSatisfy({ $0.value >= 0x20 && $0.value < 0x7F }) else { return String(core) }
        var name = String.UnicodeScalarView()
        let maximumMarks = core.count > maximumName ? Int.max : Self.maximumMarks
        var marks = 0
        for scalar in core {
            if isMark(scalar) { marks += 1 } else if !isInvisible(scalar) { marks = 0 }
            guard marks <= maximumMarks else { continue }
            if scalar.value < 0x80 ? (0x09...0x0D).contains(scalar.value) : [0x85, 0x2028, 0x2029].contains(scalar.value) {
                name.append(" ")
            } else if !isInvisible(scalar) || isJoiner(scalar) {
                name.append(scalar)
            }
        }
        return String(withoutEdges(String(name)))
    }

    /// The lines of what was typed into an area, each as `line`: of CR LF, which browsers send, the first goes with the blanks.
    package static func lines(_ text: String) -> [String] {
        text.parts(between: "\n").map { line(String($0)) }
    }

    /// A value in which white space means nothing, such as an email address or a figure.
    package static func compact(_ text: String) -> String {
        var compact = String.UnicodeScalarView()
        compact.append(contentsOf: text.unicodeScalars.lazy.filter { !isBlank($0) })
        return String(compact)
    }

    private static let maximumMarks = 8

    /// Scalars of a name: what a page has room for. They may be a single Character, so the bound is none of Characters.
    package static let maximumName = 100

    /// What may be stored as a name, once it is cleaned.
    package static func isName(_ text: String) -> Bool {
        hasVisibleCharacter(text) && text.unicodeScalars.count <= maximumName && name(text).isIdentical(to: text)
    }

    /// False for what would show as nothing: white space, joiners, fillers, a mark without the letter that it stands on.
    package static func hasVisibleCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            if scalar.value < 0x7F { return scalar.value > 0x20 }
            // The blank Braille pattern is a symbol by its category.
            guard !isBlank(scalar), scalar.value != 0x2800, !scalar.properties.isDefaultIgnorableCodePoint else { return false }
            return switch scalar.properties.generalCategory {
            case .format, .unassigned, .surrogate, .privateUse: false
            default: !isMark(scalar)
            }
        }
    }

    /// The beginning of a text, of whole scalars: limits count bytes, as what is stored and compared does.
    package static func prefix(_ text: String, maximumBytes: Int) -> String {
        let bytes = text.utf8
        guard bytes.count > maximumBytes else { return text }
        var end = bytes.index(bytes.startIndex, offsetBy: max(0, maximumBytes))
        while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end = bytes.index(before: end) }
        return String(text[..<end])
    }

    private static func withoutEdges(_ text: String) -> Substring.UnicodeScalarView {
        var core = text.unicodeScalars[...]
        while let first = core.first, isBlank(first) { core.removeFirst() }
        while let last = core.last, isBlank(last) { core.removeLast() }
        return core
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value <= 0x20 }
        return isInvisible(scalar) || scalar.properties.isWhitespace
    }

    /// Of no width, and so upon or below what stands before it.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x300 else { return false }
        return scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .enclosingMark
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x200C || scalar.value == 0x200D
    }

    /// Controls, signs of no width, and signs that turn the direction of text.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
        default: false
        }
    }
}
