// PNG (W3C PNG, third edition): chunks of length, type, data and checksum. Kept are those that make the picture and its colours;
// text, time, EXIF, colour profiles and animation go.

enum PNGStripper {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func strip(_ bytes: [UInt8]) throws(ImageFault) -> StrippedImage {
        var reader = ImageReader(bytes)
        guard try reader.take(signature.count).elementsEqual(signature) else { throw .damaged }
        // The size first: a picture that is too large is told so, whatever else is wrong with it.
        let (width, height) = try size(reader)
        let header = try chunk(&reader)
        guard header.type == "IHDR" else { throw .damaged }
        let colour = try colourType(header)
        var kept = signature + header.whole
        var seen: Set<String> = ["IHDR"]
        var isAfterData = false
        while true {
            let next = try chunk(&reader)
            switch next.type {
            case "PLTE":
                guard !isAfterData, next.data.count % 3 == 0, (3...768).contains(next.data.count), colour != 0, colour != 4 else {
                    throw .damaged
                }
            case "IDAT":
                guard !isAfterData else { throw .damaged }
            case "IEND":
                guard seen.contains("IDAT"), colour != 3 || seen.contains("PLTE"), next.data.isEmpty else { throw .damaged }
                // Whatever stands behind the end is dropped with the rest.
                return StrippedImage(width: width, height: height, bytes: kept + next.whole)
            case "tRNS", "gAMA", "sRGB":
                guard isWellPlaced(next, seen) else { continue }
            default:
                // Bit 5 of the first letter: a chunk that one may leave out. An unknown one that one may not is no PNG that we know.
                guard next.isAncillary else { throw .damaged }
                if seen.contains("IDAT") { isAfterData = true }
                continue
            }
            if next.type != "IDAT" {
                guard seen.insert(next.type).inserted else { throw .damaged }
            } else {
                seen.insert("IDAT")
            }
            kept += next.whole
        }
    }

    private struct Chunk {
        let type: String
        let isAncillary: Bool
        let data: ArraySlice<UInt8>
        /// With length, type and checksum.
        let whole: ArraySlice<UInt8>
    }

    private static func chunk(_ reader: inout ImageReader) throws(ImageFault) -> Chunk {
        let start = reader.position
        let length = Int(try reader.bigEndian32())
        let type = try reader.take(4)
        guard let first = type.first, type.allSatisfy({ (65...90).contains($0) || (97...122).contains($0) }) else { throw .damaged }
        let data = try reader.take(length)
        let checksum = try reader.bigEndian32()
        guard checksum == CRC32.checksum(type, data) else { throw .damaged }
        return Chunk(type: String(decoding: type, as: UTF8.self), isAncillary: first & 0x20 != 0, data: data, whole: reader.since(start))
    }

    private static func size(_ reader: ImageReader) throws(ImageFault) -> (width: Int, height: Int) {
        var reader = reader
        guard try reader.bigEndian32() == 13, try reader.take(4).elementsEqual("IHDR".utf8) else { throw .damaged }
        let width = Int(try reader.bigEndian32())
        let height = Int(try reader.bigEndian32())
        try ImageFault.check(width: width, height: height)
        return (width, height)
    }

    private static func colourType(_ header: Chunk) throws(ImageFault) -> UInt8 {
        var reader = ImageReader(Array(header.data.dropFirst(8)))
        let depth = try reader.byte()
        let colour = try reader.byte()
        let depths: [UInt8: Set<UInt8>] = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
        guard depths[colour]?.contains(depth) == true else { throw .damaged }
        guard try reader.byte() == 0, try reader.byte() == 0, try reader.byte() <= 1 else { throw .damaged }
        return colour
    }

    /// A chunk in the wrong place is left out: decoders disagree on it.
    private static func isWellPlaced(_ chunk: Chunk, _ seen: Set<String>) -> Bool {
        guard !seen.contains("IDAT"), !seen.contains(chunk.type) else { return false }
        return switch chunk.type {
        case "tRNS": (1...256).contains(chunk.data.count)
        case "gAMA": chunk.data.count == 4 && !seen.contains("PLTE")
        default: chunk.data.count == 1 && !seen.contains("PLTE")
        }
    }
}

/// The checksum of PNG chunks (ISO 3309).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func checksum(_ parts: ArraySlice<UInt8>...) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for part in parts {
            for byte in part { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        }
        return value ^ 0xFFFF_FFFF
    }
}
