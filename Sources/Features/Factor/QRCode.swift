// A QR code as the path of an SVG, by libqrencode: inline, so that nothing of a secret is fetched or cached beside its page.

import CQREncode
import Templating

struct QRCode: TemplateData {
    /// Modules on a side, with the quiet zone of four around.
    let side: Int
    /// Its dark modules, row by row.
    let path: String

    private static let quietZone = 4

    /// Nil when there is no memory for it, or the text is longer than a code can be.
    init?(_ text: String) {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard let modules = code.pointee.data else { return nil }
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                let start = column
                // The lowest bit says dark.
                while column < width, modules[row * width + column] & 1 == 1 { column += 1 }
                if column > start {
                    path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(column - start)v1h-\(column - start)z"
                } else {
                    column += 1
                }
            }
        }
        side = width + 2 * Self.quietZone
        self.path = path
    }
}
