// The compiled time zone format of RFC 9636 (TZif): offsets and the rule are taken, abbreviations and leap seconds are not.

extension ZoneTransitions {
    /// nil when the bytes are not a whole TZif file of version 2 or later.
    init?(tzif bytes: [UInt8]) {
        guard let first = ZoneFileHeader(bytes, at: 0), first.version >= 0x32,
            let header = ZoneFileHeader(bytes, at: ZoneFileHeader.size + first.bodySize(timeSize: 4))
        else { return nil }
        let timesStart = header.bodyStart
        let indicesStart = timesStart + header.timeCount * 8
        let typesStart = indicesStart + header.timeCount
        let footerStart = timesStart + header.bodySize(timeSize: 8)
        guard footerStart <= bytes.count, header.typeCount > 0 else { return nil }

        func offset(ofType type: Int) -> Int32? {
            guard type < header.typeCount else { return nil }
            let offset = Int32(truncatingIfNeeded: bytes.bigEndian(at: typesStart + type * 6, size: 4))
            // RFC 9636 § 3.2: a reader may refuse more than these.
            return (-89_999...93_599).contains(offset) ? offset : nil
        }
        guard let initial = offset(ofType: 0) else { return nil }
        self.init(initialOffset: initial)
        for index in 0..<header.timeCount {
            guard let offset = offset(ofType: Int(bytes[indicesStart + index])) else { return nil }
            append(start: bytes.bigEndian(at: timesStart + index * 8, size: 8), offset: offset)
        }
        let footer = bytes[footerStart...].split(separator: 10, omittingEmptySubsequences: true).first ?? []
        if let rule = ZoneRule(posix: String(decoding: footer, as: UTF8.self)) { continueForever(by: rule) }
    }
}

private struct ZoneFileHeader {
    static let size = 44
    let version: UInt8
    let bodyStart: Int
    private let utcIndicatorCount: Int
    private let standardIndicatorCount: Int
    private let leapCount: Int
    let timeCount: Int
    let typeCount: Int
    private let characterCount: Int

    init?(_ bytes: [UInt8], at start: Int) {
        guard start >= 0, start + Self.size <= bytes.count, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else { return nil }
        version = bytes[start + 4]
        bodyStart = start + Self.size
        let counts = (0..<6).map { Int(bytes.bigEndian(at: start + 20 + $0 * 4, size: 4)) }
        // No count can be larger than the file; this also keeps the sums below from overflowing.
        guard counts.allSatisfy({ (0...bytes.count).contains($0) }) else { return nil }
        utcIndicatorCount = counts[0]
        standardIndicatorCount = counts[1]
        leapCount = counts[2]
        timeCount = counts[3]
        typeCount = counts[4]
        characterCount = counts[5]
    }

    func bodySize(timeSize: Int) -> Int {
        timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardIndicatorCount
            + utcIndicatorCount
    }
}

extension [UInt8] {
    /// The caller has checked that the bytes are there.
    fileprivate func bigEndian(at start: Int, size: Int) -> Int64 {
        var value: UInt64 = 0
        for byte in self[start..<(start + size)] { value = value << 8 | UInt64(byte) }
        return Int64(bitPattern: value)
    }
}
