// GIF (CompuServe, 89a): a screen, then blocks of sub-blocks. Comments, written text and what applications left behind go; the
// loop count of an animation stays.

enum GIFStripper {
    static func strip(_ bytes: [UInt8]) throws(ImageFault) -> StrippedImage {
        var reader = ImageReader(bytes)
        _ = try reader.take(6)
        let width = try reader.littleEndian16()
        let height = try reader.littleEndian16()
        try ImageFault.check(width: width, height: height)
        try skipColours(try reader.byte(), after: 2, &reader)
        var kept = Array(reader.since(0))
        // Applies to the next picture: it goes when something else comes that is left out.
        var control: ArraySlice<UInt8> = []
        var hasPicture = false
        while true {
            let start = reader.position
            switch try reader.byte() {
            case 0x3B:
                guard hasPicture else { throw .damaged }
                return StrippedImage(width: width, height: height, bytes: kept + [0x3B])
            case 0x2C:
                try skipPicture(&reader)
                kept += control + reader.since(start)
                control = []
                hasPicture = true
            case 0x21:
                let label = try reader.byte()
                let content = try subBlocks(&reader)
                switch label {
                case 0xF9: control = content.count == 1 && content[0].count == 4 ? reader.since(start) : []
                case 0x01: control = []
                case 0xFF: kept += loop(content)
                default: continue
                }
            default: throw .damaged
            }
        }
    }

    /// A colour table as the flags say, `after` further bytes of the descriptor.
    private static func skipColours(_ flags: UInt8, after further: Int, _ reader: inout ImageReader) throws(ImageFault) {
        _ = try reader.take(further)
        if flags & 0x80 != 0 { _ = try reader.take(3 << (Int(flags & 7) + 1)) }
    }

    private static func skipPicture(_ reader: inout ImageReader) throws(ImageFault) {
        let left = try reader.littleEndian16()
        let top = try reader.littleEndian16()
        let width = try reader.littleEndian16()
        let height = try reader.littleEndian16()
        // Decoders make the screen as large as a picture needs, whatever the screen said of itself.
        try ImageFault.check(width: left + width, height: top + height)
        guard width > 0, height > 0 else { throw .damaged }
        try skipColours(try reader.byte(), after: 0, &reader)
        guard (2...11).contains(try reader.byte()) else { throw .damaged }
        _ = try subBlocks(&reader)
    }

    /// Walks to the end of the blocks and gives the first two: more are never looked at, and there may be a million.
    private static func subBlocks(_ reader: inout ImageReader) throws(ImageFault) -> [ArraySlice<UInt8>] {
        var first: [ArraySlice<UInt8>] = []
        while true {
            let length = Int(try reader.byte())
            if length == 0 { return first }
            let block = try reader.take(length)
            if first.count < 2 { first.append(block) }
        }
    }

    /// The loop count, written anew; nothing of other applications.
    private static func loop(_ content: [ArraySlice<UInt8>]) -> [UInt8] {
        guard content.count >= 2 else { return [] }
        let name = content[0]
        let count = content[1]
        guard name.elementsEqual("NETSCAPE2.0".utf8) || name.elementsEqual("ANIMEXTS1.0".utf8), count.count == 3, count.first == 1 else {
            return []
        }
        return [0x21, 0xFF, 11] + name + [3] + count + [0]
    }
}
