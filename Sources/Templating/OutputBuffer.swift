// A page is some thousand short pieces; this buffer takes each with one bounds check and escapes eight bytes at a time.

import Spelling

/// The bytes of the page being rendered. It starts in memory lent to it and moves to its own when that is full.
struct OutputBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var isMoved = false
    private(set) var count = 0
    /// Whether text that turns the direction of what stands beside it is put into an element of its own.
    var isolates = false

    /// - Parameter lent: memory that outlives this value; empty is allowed.
    init(lent: UnsafeMutableBufferPointer<UInt8>) {
        if let address = lent.baseAddress {
            base = address
            capacity = lent.count
        } else {
            base = .allocate(capacity: 1)
            capacity = 1
            isMoved = true
        }
    }

    deinit {
        if isMoved { base.deallocate() }
    }

    /// The bytes written so far, valid until the next write.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    @inline(__always)
    mutating func append(_ source: UnsafePointer<UInt8>, count length: Int) {
        reserve(length)
        (base + count).update(from: source, count: length)
        count += length
    }

    /// Writes text with no escaping: only for markup.
    mutating func append(markup text: String) {
        var text = text
        text.withUTF8 { utf8 in
            if let source = utf8.baseAddress { append(source, count: utf8.count) }
        }
    }

    /// Writes plain decimal digits, with no locale.
    mutating func append(number: Int) {
        // 20 bytes hold the sign and the 19 digits of Int.min.
        reserve(20)
        var magnitude = number.magnitude
        if number < 0 {
            base[count] = UInt8(ascii: "-")
            count += 1
        }
        var digits = 1
        var bound = magnitude
        while bound >= 10 {
            bound /= 10
            digits += 1
        }
        var position = count + digits
        count = position
        repeat {
            position -= 1
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            base[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
            magnitude = quotient
        } while magnitude > 0
    }

    /// Writes text with `& < > " '` escaped, which makes it inert in an element and in a quoted attribute.
    @inline(__always)
    mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard let source = utf8.baseAddress else { return }
            let start = count
            let hasOtherThanASCII = append(escaping: source, count: utf8.count)
            if hasOtherThanASCII, isolates, TextDirection.turns(utf8) {
                count = start
                append(markup: "<bdi>")
                _ = append(escaping: source, count: utf8.count)
                append(markup: "</bdi>")
            }
        }
    }

    /// - Returns: whether there is anything else than ASCII in it.
    private mutating func append(escaping source: UnsafePointer<UInt8>, count length: Int) -> Bool {
        // Whole words are stored even for a shorter end, so a word more than the text is kept free at all times.
        reserve(length &+ 8)
        var index = 0
        var all: UInt64 = 0
        while length &- index >= 8 {
            let word = UnsafeRawPointer(source + index).loadUnaligned(as: UInt64.self)
            all |= word
            put(word, count: 8, left: length &- index)
            index &+= 8
        }
        let rest = length &- index
        if rest > 0 {
            let word = lastWord(source, length: length, rest: rest)
            all |= word
            put(word, count: rest, left: rest)
        }
        return all & 0x8080_8080_8080_8080 != 0
    }

    /// The last `rest` (1 to 7) bytes of the text, first byte lowest in memory, the others zero; reads nothing outside the text.
    @inline(__always)
    private func lastWord(_ source: UnsafePointer<UInt8>, length: Int, rest: Int) -> UInt64 {
        if length >= 8 {
            let word = UnsafeRawPointer(source + (length &- 8)).loadUnaligned(as: UInt64.self)
            return UInt64(littleEndian: UInt64(littleEndian: word) &>> UInt64(8 &* (8 &- rest)))
        }
        if rest >= 4 {
            let low = UInt32(littleEndian: UnsafeRawPointer(source).loadUnaligned(as: UInt32.self))
            let high = UInt32(littleEndian: UnsafeRawPointer(source + (rest &- 4)).loadUnaligned(as: UInt32.self))
            return UInt64(littleEndian: UInt64(low) | (UInt64(high) &<< UInt64(8 &* (rest &- 4))))
        }
        var word = UInt64(source[0])
        if rest > 1 { word |= UInt64(source[1]) &<< 8 }
        if rest > 2 { word |= UInt64(source[2]) &<< 16 }
        return UInt64(littleEndian: word)
    }

    /// Writes the first `length` bytes of a word, escaped; `left` bytes of the text, these included, are still to come.
    @inline(__always)
    private mutating func put(_ word: UInt64, count length: Int, left: Int) {
        if hasSpecialByte(word) {
            putEscaped(UInt64(littleEndian: word), count: length, left: left)
        } else {
            UnsafeMutableRawPointer(base + count).storeBytes(of: word, as: UInt64.self)
            count &+= length
        }
    }

    private mutating func putEscaped(_ word: UInt64, count length: Int, left: Int) {
        // The longest escape is 6 bytes.
        reserve(left &+ 5 &* length &+ 8)
        var word = word
        for _ in 0..<length {
            let byte = UInt8(truncatingIfNeeded: word)
            word = word &>> 8
            switch byte {
            case UInt8(ascii: "&"): put("&amp;")
            case UInt8(ascii: "<"): put("&lt;")
            case UInt8(ascii: ">"): put("&gt;")
            case UInt8(ascii: "\""): put("&quot;")
            case UInt8(ascii: "'"): put("&#39;")
            default:
                base[count] = byte
                count &+= 1
            }
        }
    }

    @inline(__always)
    private mutating func put(_ entity: StaticString) {
        (base + count).update(from: entity.utf8Start, count: entity.utf8CodeUnitCount)
        count &+= entity.utf8CodeUnitCount
    }

    @inline(__always)
    private mutating func reserve(_ length: Int) {
        if capacity &- count < length { grow(by: length) }
    }

    @inline(never)
    private mutating func grow(by length: Int) {
        let wanted = max(capacity * 2, count + length, 1024)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        larger.update(from: base, count: count)
        if isMoved { base.deallocate() }
        base = larger
        capacity = wanted
        isMoved = true
    }
}

/// Whether one of the eight bytes is `& ' < > "`. The pairs & ' and < > differ in one bit each, so three tests do for five.
@inline(__always)
private func hasSpecialByte(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let ampersandOrApostrophe = (word & (ones &* 0xFE)) ^ (ones &* 0x26)
    let lessOrGreater = (word & (ones &* 0xFD)) ^ (ones &* 0x3C)
    let quotationMark = word ^ (ones &* 0x22)
    // x - 1 borrows into the top bit of a byte only where that byte is zero, or after such a byte.
    let zeros =
        ((ampersandOrApostrophe &- ones) & ~ampersandOrApostrophe)
        | ((lessOrGreater &- ones) & ~lessOrGreater)
        | ((quotationMark &- ones) & ~quotationMark)
    return zeros & (ones &* 0x80) != 0
}
