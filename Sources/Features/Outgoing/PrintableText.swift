// What receivers answer, on a page.

/// A receiver's bytes as text that a page can hold: it may have sent anything.
enum PrintableText {
    /// Bytes that are no UTF-8 become U+FFFD, control characters their pictures (U+2400…); line ends and tabs stay.
    static func of(_ bytes: [UInt8]) -> String {
        var text = ""
        text.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 9, 10, 13: text.unicodeScalars.append(scalar)
            case 0..<0x20: text.unicodeScalars.append(picture(scalar.value))
            case 0x7F: text.unicodeScalars.append("\u{2421}")
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func picture(_ control: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(0x2400 + control) ?? "\u{FFFD}"
    }
}
