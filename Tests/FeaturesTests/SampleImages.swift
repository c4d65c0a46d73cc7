// Small pictures made by hand, with all that a logo may carry besides.

import Foundation

enum SampleImages {
    static let secret = Array("GPS 48.8584 N 2.2945 E".utf8)

    // MARK: PNG

    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let name = Array(type.utf8)
        return bigEndian(data.count) + name + data + bigEndian(Int(checksum(name + data)))
    }

    static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// One white pixel in RGB, whatever size the header claims.
    static func png(width: Int = 1, height: Int = 1, before: [UInt8] = [], after: [UInt8] = [], data: [UInt8]? = nil) -> [UInt8] {
        let header = bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
        // zlib: one stored block of a filter byte and three samples.
        let pixel: [UInt8] = [0x78, 0x01, 0x01, 4, 0, 0xFB, 0xFF, 0, 255, 255, 255, 0x05, 0xFE, 0x02, 0xFE]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + before + chunk("IDAT", data ?? pixel) + after
            + chunk("IEND", [])
    }

    static var pngWithEverything: [UInt8] {
        png(
            before: chunk("sRGB", [0]) + chunk("gAMA", bigEndian(45455)) + chunk("eXIf", secret) + chunk("iCCP", secret)
                + chunk("acTL", bigEndian(1) + bigEndian(0)) + chunk("tRNS", [0, 1, 0, 1, 0, 1]),
            after: chunk("tEXt", Array("Author\0".utf8) + secret) + chunk("tIME", [7, 234, 11, 22, 13, 5, 9])) + secret
    }

    /// The checksum of PNG chunks (ISO 3309).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(UInt32.max) { value, byte in
            (0..<8).reduce(value ^ UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        } ^ UInt32.max
    }

    // MARK: JPEG

    static func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 255)] + data
    }

    /// 16 × 8 pixels, the left half red and the right half blue.
    static let redAndBlue = decoded(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/
        2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAIABADAREAAhEBAxEB/8QA
        FAABAAAAAAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAVAQEBAAAAAAAAAAAAAAAAAAAGBP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAM
        AwEAAhEDEQA/ABEJUOOA5//Z
        """)

    /// The same in printers' inks, as Adobe writes them.
    static let inInks = decoded(
        """
        /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3OFBtUVdfYmdoZz5NcXlwZHhcZWdj/8AA
        FAgACAAQBEMRAE0RAFkRAEsRAP/EABYAAQEBAAAAAAAAAAAAAAAAAAYHAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAOBEMATQBZAEsAAD8ASBISoCSsrTP/
        2Q==
        """)

    static func jpeg(width: Int = 16, height: Int = 8, extra: [UInt8] = []) -> [UInt8] {
        var bytes = redAndBlue
        if let frame = bytes.indices.dropLast(9).first(where: { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 }) {
            bytes.replaceSubrange(
                frame + 5..<frame + 9, with: [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)])
        }
        return bytes.prefix(2) + extra + bytes.dropFirst(2)
    }

    static var jpegWithEverything: [UInt8] {
        jpeg(
            extra: segment(0xE0, Array("JFXX\0".utf8) + secret) + segment(0xE1, Array("Exif\0\0".utf8) + secret)
                + segment(0xE2, Array("ICC_PROFILE\0".utf8) + secret) + segment(0xED, secret) + segment(0xFE, secret)) + secret
    }

    /// EXIF of one tag, beginning with the TIFF header.
    static func exif(orientation: UInt8, isLittleEndian: Bool = false) -> [UInt8] {
        isLittleEndian
            ? Array("II".utf8) + [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
            : Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
    }

    private static func decoded(_ text: String) -> [UInt8] {
        Data(base64Encoded: text, options: .ignoreUnknownCharacters).map(Array.init) ?? []
    }

    // MARK: GIF

    /// 2 × 2 pixels, the left column red and the right one blue.
    static func gif(width: Int = 2, height: Int = 2, before: [UInt8] = [], frameWidth: Int = 2, after: [UInt8] = [0x3B]) -> [UInt8] {
        var bytes = Array("GIF89a".utf8) + littleEndian(width) + littleEndian(height) + [0x80, 0, 0, 255, 0, 0, 0, 0, 255]
        bytes += before
        bytes += [0x21, 0xF9, 4, 0, 10, 0, 0, 0]
        bytes += gifPicture(frameWidth)
        return bytes + after
    }

    static func gifPicture(_ width: Int = 2) -> [UInt8] {
        [0x2C, 0, 0, 0, 0] + littleEndian(width) + [2, 0, 0] + [2, 3, 0x44, 0x10, 0x05, 0]
    }

    static var gifWithEverything: [UInt8] {
        let text = [UInt8(secret.count)] + secret + [0]
        return gif(
            before: [0x21, 0xFE] + text + [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
                + [0x21, 0xFF, 11] + Array("XMP DataXMP".utf8) + text + [0x21, 0x77] + text,
            after: gifPicture() + [0x3B]) + secret
    }

    private static func littleEndian(_ number: Int) -> [UInt8] {
        [UInt8(number & 255), UInt8(number >> 8 & 255)]
    }
}
