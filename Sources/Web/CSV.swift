// Exports that a spreadsheet opens without running anything in them, and that a program reads: the field's separator, ISO 8601
// times, plain numbers.

package struct CSV: Sendable {
    private let separator: String
    private let isRaw: Bool

    /// - Parameters:
    ///   - language: a spreadsheet set to French takes the comma for a decimal sign, and so separates by semicolons.
    ///   - isRaw: for programs: what looks like a formula stays as it is.
    package init(language: Language, isRaw: Bool = false) {
        separator = language == .french ? ";" : ","
        self.isRaw = isRaw
    }

    /// One line, CR LF at its end (RFC 4180).
    package func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: separator) + "\r\n"
    }

    private func cell(_ text: String) -> String {
        let text = isRaw ? text : Self.neutralised(text)
        // Never by Character, to which CR LF is one, and a sign with a combining mark another.
        guard text.utf8.contains(where: { ",;\"\r\n\t".utf8.contains($0) }) else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// An apostrophe in front of all that a spreadsheet could take for a formula: at the start, and, since one that is set to another
    /// separator splits the cell there, after each sign that may separate, also with quotes in between.
    private static func neutralised(_ text: String) -> String {
        var safe = ""
        var isStart = true
        for scalar in text.unicodeScalars {
            if isStart, starters.contains(scalar) { safe += "'" }
            isStart = separators.contains(scalar) || isStart && scalar == "\""
            safe.unicodeScalars.append(scalar)
        }
        return safe
    }

    /// What `line` made of a cell that begins like a formula, as it was before: a telephone number comes back as it went out.
    static func restored(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "'"), let second = text.unicodeScalars.dropFirst().first, starters.contains(second) else {
            return text
        }
        return String(text.unicodeScalars.dropFirst())
    }

    /// The wide forms are what an East Asian spreadsheet reads as the plain ones.
    private static let starters = Set("=+-@\t\r\n＝＋－＠".unicodeScalars)
    private static let separators = Set(",;\t\r\n|".unicodeScalars)
}
