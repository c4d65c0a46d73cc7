// A PNG may carry texts and profiles beside its picture, compressed: two hundred of them, a few kilobytes each, become eight megabytes each,
// and kept the decoder busy for 14 seconds. So it gets only what the pixels need.

enum PNGChunks {
    /// Of those that a decoder may leave out, which have a small first letter.
    private static let needed = ["tRNS", "cHRM", "gAMA", "sBIT", "sRGB"].map { Array($0.utf8) }
    private static let signatureLength = 8
    /// Length, name and checksum.
    private static let frameLength = 12

    /// The file without what nobody will see. What is no whole chunk stays, for the decoder to refuse.
    static func needed(of bytes: [UInt8]) -> [UInt8] {
        var kept = Array(bytes.prefix(signatureLength))
        kept.reserveCapacity(bytes.count)
        var rest = bytes.dropFirst(signatureLength)
        while rest.count >= frameLength {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard length <= rest.count - frameLength else { break }
            let chunk = rest.prefix(frameLength + length)
            let name = chunk.dropFirst(4).prefix(4)
            if name.first.map({ $0 & 0x20 == 0 }) ?? false || needed.contains(where: name.elementsEqual) { kept += chunk }
            rest = rest.dropFirst(chunk.count)
        }
        return kept + rest
    }
}
