// Small pictures made by hand, with all that a logo may carry besides: each parser has to tell the one from the other.

@testable import Features

enum SampleImages {
    static let secret = Array("GPS 48.8584 N 2.2945 E".utf8)

    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let name = Array(type.utf8)
        return bigEndian(data.count) + name + data + bigEndian(Int(CRC32.checksum(name[...], data[...])))
    }

    static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// One white pixel in RGB, whatever size the header claims.
    static func png(width: Int = 1, height: Int = 1, before: [UInt8] = [], after: [UInt8] = []) -> [UInt8] {
        let header = bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
        // zlib: one stored block of a filter byte and three samples.
        let data: [UInt8] = [0x78, 0x01, 0x01, 4, 0, 0xFB, 0xFF, 0, 255, 255, 255, 0x05, 0xFB, 0x02, 0xFE]
        return PNGStripper.signature + chunk("IHDR", header) + before + chunk("IDAT", data) + after + chunk("IEND", [])
    }

    static var pngWithEverything: [UInt8] {
        png(
            before: chunk("sRGB", [0]) + chunk("gAMA", bigEndian(45455)) + chunk("eXIf", secret) + chunk("iCCP", secret)
                + chunk("acTL", bigEndian(1) + bigEndian(0)) + chunk("tRNS", [0, 255, 0, 255, 0, 255]),
            after: chunk("tEXt", Array("Author\0".utf8) + secret) + chunk("tIME", [7, 234, 11, 22, 13, 5, 9])) + secret
    }

    static func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 255)] + data
    }

    static func jpeg(width: Int = 8, height: Int = 8, extra: [UInt8] = [], frames: Int = 1) -> [UInt8] {
        let frame = segment(
            0xC0, [8, UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), 1, 1, 0x11, 0])
        var bytes: [UInt8] = [0xFF, 0xD8]
        bytes += extra
        bytes += segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
        for _ in 0..<frames { bytes += frame }
        bytes += segment(0xC4, [0] + [1] + [UInt8](repeating: 0, count: 15) + [0])
        // A scan with a stuffed FF, a restart and a fill byte.
        bytes += segment(0xDA, [1, 1, 0, 0, 63, 0]) + [0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56, 0xFF]
        return bytes + [0xFF, 0xD9]
    }

    static var jpegWithEverything: [UInt8] {
        let thumbnail = [UInt8](repeating: 0x77, count: 12)
        let extra =
            segment(0xE0, Array("JFIF\0".utf8) + [1, 2, 1, 0, 72, 0, 72, 2, 2] + thumbnail) + segment(0xE0, Array("JFXX\0".utf8) + secret)
            + segment(0xE1, Array("Exif\0\0".utf8) + secret) + segment(0xE2, Array("ICC_PROFILE\0".utf8) + secret) + segment(0xED, secret)
            + segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1]) + segment(0xFE, secret)
        return jpeg(extra: extra) + secret
    }

    static func gif(width: Int = 2, height: Int = 2, before: [UInt8] = [], frameWidth: Int = 2) -> [UInt8] {
        var bytes = Array("GIF89a".utf8) + littleEndian(width) + littleEndian(height) + [0x80, 0, 0, 0, 0, 0, 255, 255, 255]
        bytes += before
        bytes += [0x21, 0xF9, 4, 0, 10, 0, 0, 0]
        bytes += [0x2C, 0, 0, 0, 0] + littleEndian(frameWidth) + [2, 0, 0]
        return bytes + [2, 2, 0x44, 0x01, 0, 0x3B]
    }

    static var gifWithEverything: [UInt8] {
        let text = [UInt8(secret.count)] + secret + [0]
        return gif(
            before: [0x21, 0xFE] + text + [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
                + [0x21, 0xFF, 11] + Array("XMP DataXMP".utf8) + text + [0x21, 0x01, 12] + [UInt8](repeating: 1, count: 12) + text
                + [0x21, 0x77] + text) + secret
    }

    private static func littleEndian(_ number: Int) -> [UInt8] {
        [UInt8(number & 255), UInt8(number >> 8 & 255)]
    }
}
