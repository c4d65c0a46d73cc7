// Telephones write a picture as the sensor lay and say beside it which way is up: whoever takes that out has to turn the picture.

/// The value of EXIF's tag 0x0112.
struct EXIFOrientation: Equatable {
    static let upright = EXIFOrientation(rawValue: 1)

    /// From 1 to 8.
    let rawValue: Int32

    /// Width and height change places.
    var changesSides: Bool { rawValue >= 5 }

    /// Upright when the file says nothing that can be understood.
    static func of(_ bytes: [UInt8], _ format: LogoImage.Format) -> EXIFOrientation {
        let data = Bytes(bytes: bytes)
        let block =
            switch format {
            case .jpeg: data.exifOfJPEG
            case .png: data.exifOfPNG
            case .gif: nil as Int?
            }
        return block.flatMap { data.orientation(at: $0) } ?? .upright
    }
}

/// Reads numbers at places that the file names itself: beyond its end there is nothing.
private struct Bytes {
    let bytes: [UInt8]

    func number(at place: Int, _ size: Int, isLittleEndian: Bool = false) -> Int? {
        guard place >= 0, place <= bytes.count - size else { return nil }
        let digits = bytes[place..<place + size]
        return (isLittleEndian ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }

    func has(_ text: String, at place: Int) -> Bool { place <= bytes.count && bytes[place...].starts(with: text.utf8) }

    /// Where the TIFF header stands, in the first segment APP1 that is EXIF's.
    var exifOfJPEG: Int? {
        var place = 2
        while let marker = number(at: place, 2), marker >= 0xFF01, marker != 0xFFDA, let length = number(at: place + 2, 2) {
            if marker == 0xFFE1, has("Exif\0\0", at: place + 4) { return place + 10 }
            // A marker may have fill bytes in front.
            place += marker == 0xFFFF ? 1 : 2 + max(2, length)
        }
        return nil
    }

    /// The data of the first chunk eXIf.
    var exifOfPNG: Int? {
        var place = 8
        while let length = number(at: place, 4), place + 8 <= bytes.count {
            if has("eXIf", at: place + 4) { return place + 8 }
            place += 12 + length
        }
        return nil
    }

    /// Of the first directory behind the TIFF header.
    func orientation(at start: Int) -> EXIFOrientation? {
        let isLittleEndian = has("II", at: start)
        guard isLittleEndian || has("MM", at: start),
            let offset = number(at: start + 4, 4, isLittleEndian: isLittleEndian),
            let entries = number(at: start + offset, 2, isLittleEndian: isLittleEndian)
        else { return nil }
        for entry in 0..<entries {
            let place = start + offset + 2 + entry * 12
            guard let tag = number(at: place, 2, isLittleEndian: isLittleEndian) else { return nil }
            guard tag == 0x0112 else { continue }
            return number(at: place + 8, 2, isLittleEndian: isLittleEndian).flatMap { value in
                (1...8).contains(value) ? EXIFOrientation(rawValue: Int32(value)) : nil
            }
        }
        return nil
    }
}
