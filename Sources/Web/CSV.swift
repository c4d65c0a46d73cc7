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
    /// separator splits the cell there, after each sign that may separate, also with quotes in between. It is put in front of apostrophes
    /// that stand there already, too, so that a name with one of its own comes back with it.
    private static func neutralised(_ text: String) -> String {
        rewritten(text) { _, written in written.append("'") }
    }

    /// What `line` made of a cell as it was before: the apostrophes that it put in go, and no others.
    static func restored(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "'")) else { return text }
        return rewritten(text) { rest, _ in
            guard rest.first == "'" else { return }
            rest.removeFirst()
        }
    }

    /// - Parameter change: is called wherever a formula could begin, with or without apostrophes before it, on what is left from there and
    ///   what is written so far.
    private static func rewritten(
        _ text: String, _ change: (_ rest: inout Substring.UnicodeScalarView, _ written: inout String.UnicodeScalarView) -> Void
    ) -> String {
        var rest = text.unicodeScalars[...]
        var written = String.UnicodeScalarView()
        var isStart = true
        while !rest.isEmpty {
            if isStart, let sign = rest.first(where: { $0 != "'" }), starters.contains(sign) { change(&rest, &written) }
            let scalar = rest.removeFirst()
            isStart = separators.contains(scalar) || isStart && scalar == "\""
            written.append(scalar)
        }
        return String(written)
    }

    /// The wide forms are what an East Asian spreadsheet reads as the plain ones.
    private static let starters = Set("=+-@\t\r\n＝＋－＠".unicodeScalars)
    private static let separators = Set(",;\t\r\n|".unicodeScalars)
}
