// The alphabet of seven bits in which a text of 160 characters fits one SMS, and its extension, whose characters take two (3GPP TS 23.038,
// § 6.2.1 and § 6.2.1.1). Whatever stands in neither makes the whole text UCS-2.

package enum GSMAlphabet {
    /// By their codes, row by row; 0x1B leads to the extension, and is no character.
    package static let basic = """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1B}ÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà
        """
    package static let `extension` = "\u{0C}^{}\\[~]|€"

    private static let septets: [Unicode.Scalar: Int] = {
        var septets = Dictionary(basic.unicodeScalars.map { ($0, 1) }) { first, _ in first }
        septets["\u{1B}"] = nil
        for scalar in `extension`.unicodeScalars { septets[scalar] = 2 }
        return septets
    }()

    /// How many of its seven bits a character takes; nil: it has none.
    package static func septets(_ scalar: Unicode.Scalar) -> Int? { septets[scalar] }
}
