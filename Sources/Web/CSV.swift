// Comma-separated exports that a spreadsheet opens without running anything in them.

package enum CSV {
    /// One line, CR LF at its end (RFC 4180). Cells that start like a formula get an apostrophe in front.
    package static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
        return text.contains(where: { ",\"\r\n;".contains($0) || $0 == "\r\n" }) ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
