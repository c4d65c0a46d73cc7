// JPEG (ITU-T T.81): marker segments, and scans in which only markers count. EXIF, XMP, profiles, thumbnails and comments go;
// of JFIF and Adobe stays what colours need.

enum JPEGStripper {
    static func strip(_ bytes: [UInt8]) throws(ImageFault) -> StrippedImage {
        var reader = ImageReader(bytes)
        guard try reader.bigEndian16() == 0xFFD8 else { throw .damaged }
        var kept: [UInt8] = [0xFF, 0xD8]
        var size: (width: Int, height: Int)?
        var hasScan = false
        while true {
            let marker = try marker(&reader)
            if marker == 0xD9 {
                guard let size, hasScan else { throw .damaged }
                return StrippedImage(width: size.width, height: size.height, bytes: kept + [0xFF, 0xD9])
            }
            let start = reader.position
            let length = try reader.bigEndian16()
            let data = try reader.take(length - 2)
            switch marker {
            case 0xC0, 0xC1, 0xC2:
                // Baseline, extended and progressive with Huffman codes: what browsers show. Two frames are a trick.
                guard size == nil else { throw .damaged }
                size = try frameSize(data)
                kept += [0xFF, marker] + reader.since(start)
            case 0xC4, 0xDB, 0xDD:
                kept += [0xFF, marker] + reader.since(start)
            case 0xDA:
                guard size != nil else { throw .damaged }
                hasScan = true
                try skipScan(&reader)
                kept += [0xFF, marker] + reader.since(start)
            case 0xE0: kept += resolution(data)
            case 0xEE: kept += adobe(data)
            case 0xE1...0xEF, 0xFE: continue
            default: throw .damaged
            }
        }
    }

    /// A marker may have any number of FF before it.
    private static func marker(_ reader: inout ImageReader) throws(ImageFault) -> UInt8 {
        guard try reader.byte() == 0xFF else { throw .damaged }
        while true {
            let byte = try reader.byte()
            if byte != 0xFF { return byte }
        }
    }

    /// Stops in front of the marker that ends the scan: one that is neither a stuffed zero nor a restart.
    private static func skipScan(_ reader: inout ImageReader) throws(ImageFault) {
        while true {
            try reader.skip(to: 0xFF)
            var ahead = reader
            let found = try marker(&ahead)
            guard found == 0 || (0xD0...0xD7).contains(found) else { return }
            reader = ahead
        }
    }

    private static func frameSize(_ data: ArraySlice<UInt8>) throws(ImageFault) -> (width: Int, height: Int) {
        var reader = ImageReader(Array(data))
        let precision = try reader.byte()
        let height = try reader.bigEndian16()
        let width = try reader.bigEndian16()
        // A height of 0 would come later, in a marker that hardly any decoder reads.
        try ImageFault.check(width: width, height: height)
        let components = Int(try reader.byte())
        guard precision == 8, [1, 3, 4].contains(components), reader.left == components * 3 else { throw .damaged }
        return (width, height)
    }

    /// JFIF's density, without its thumbnail.
    private static func resolution(_ data: ArraySlice<UInt8>) -> [UInt8] {
        guard data.count >= 14, data.starts(with: Array("JFIF\0".utf8)) else { return [] }
        return [0xFF, 0xE0, 0, 16] + data.prefix(12) + [0, 0]
    }

    /// Adobe's word on how colours were transformed.
    private static func adobe(_ data: ArraySlice<UInt8>) -> [UInt8] {
        guard data.count >= 12, data.starts(with: Array("Adobe".utf8)) else { return [] }
        return [0xFF, 0xEE, 0, 14] + data.prefix(12)
    }
}
