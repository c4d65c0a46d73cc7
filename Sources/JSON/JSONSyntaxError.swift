// What to tell the person who sent the text: where it stops being JSON, and what was expected there.

/// The first place at which a text is not JSON as RFC 8259 has it.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    /// From 1.
    package let line: Int
    /// From 1, in characters (Unicode scalars).
    package let column: Int
    /// For people, without the place: `expected a comma or “]”`.
    package let message: String

    /// `line 3, column 7: expected a comma or “]”`
    package var description: String { "line \(line), column \(column): \(message)" }

    init(_ message: String, in text: [UInt8], at position: Int) {
        var line = 1
        var column = 1
        for byte in text.prefix(position) {
            if byte == 10 {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Bytes that continue a character are not counted.
                column += 1
            }
        }
        self.line = line
        self.column = column
        self.message = message
    }
}
