// RFC 3339 by hand on bytes: a formatter of Foundation costs microseconds a date, and a page of fifty rows has
// a hundred and more of them.

extension Timestamp {
    /// `2026-11-22T13:05:09.123Z`: UTC, and always three digits of milliseconds, so that texts sort as times do.
    /// Years outside 0…9999 are written as ISO 8601's expanded form has them (`+012345-…`), as JavaScript does.
    package var iso8601: String {
        let time = CivilTime(localSeconds: seconds)
        return ASCIIText.string { text in
            text.append(time.date)
            text.append("T")
            text.append(time.hour, digits: 2)
            text.append(":")
            text.append(time.minute, digits: 2)
            text.append(":")
            text.append(time.second, digits: 2)
            text.append(".")
            text.append(Int(milliseconds.flooredRemainder(by: 1000)), digits: 3)
            text.append("Z")
        }
    }

    /// Reads RFC 3339 with any offset, for example `2026-11-22T14:05:09.5+01:00`; digits after the third are cut off.
    /// A second of 60 is taken only where a leap second can be (23:59:60 UTC) and is the start of the next minute.
    package init?(iso8601 text: String) {
        var scanner = ASCIIScanner(text)
        guard let date = scanner.date(), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.number(digits: 2), hour < 24, scanner.skip(":"),
            let minute = scanner.number(digits: 2), minute < 60, scanner.skip(":"),
            let second = scanner.number(digits: 2), second <= 60
        else { return nil }
        var fraction = 0
        if scanner.skip(".") {
            guard let milliseconds = scanner.fraction() else { return nil }
            fraction = milliseconds
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        // Four-digit years keep all of this far inside Int64.
        let minutes = Int64(date.daysSince1970) * 1440 + Int64(hour * 60 + minute - offset)
        if second == 60, minutes.flooredRemainder(by: 1440) != 1439 { return nil }
        self.init(milliseconds: minutes * 60_000 + Int64(second * 1000 + fraction))
    }
}

/// Builds short texts in one allocation.
package struct ASCIIText: ~Copyable {
    /// Room for any date and time with the name of a month.
    private static let capacity = 128
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private var count = 0

    private init(_ bytes: UnsafeMutableBufferPointer<UInt8>) { self.bytes = bytes }

    package static func string(_ build: (inout ASCIIText) -> Void) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { bytes in
            var text = ASCIIText(bytes)
            build(&text)
            return String(decoding: bytes[..<text.count], as: UTF8.self)
        }
    }

    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { text in
            guard bytes.count - count >= text.count else { return }
            for byte in text {
                bytes[count] = byte
                count += 1
            }
        }
    }

    /// Zero-padded to `digits`, and as many more as it has where that is 1; `number` is not negative.
    package mutating func append(_ number: Int, digits: Int = 1) {
        var length = digits
        if digits == 1 {
            var rest = number / 10
            while rest > 0 {
                rest /= 10
                length += 1
            }
        }
        guard bytes.count - count >= length else { return }
        // From its end, so that all that is divided by is the constant 10.
        var rest = number
        for place in stride(from: count + length - 1, through: count, by: -1) {
            bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += length
    }

    mutating func append(_ date: CivilDate) {
        if (0...9999).contains(date.year) {
            append(date.year, digits: 4)
        } else {
            append(date.year < 0 ? "-" : "+")
            append(abs(date.year), digits: 9)
        }
        append("-")
        append(date.month, digits: 2)
        append("-")
        append(date.day, digits: 2)
    }
}

/// Reads fixed-width ASCII texts; every step says nil or false instead of moving past the end.
struct ASCIIScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    private func digit(at index: Int) -> Int? {
        guard index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 else { return nil }
        return Int(bytes[index]) - 48
    }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard position < bytes.count, UInt32(bytes[position]) == scalar.value else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int? {
        var value = 0
        for index in position..<(position + digits) {
            guard let digit = digit(at: index) else { return nil }
            value = value * 10 + digit
        }
        position += digits
        return value
    }

    mutating func date() -> CivilDate? {
        guard let year = number(digits: 4), skip("-"), let month = number(digits: 2), skip("-"), let day = number(digits: 2)
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    /// One digit or more, as milliseconds.
    mutating func fraction() -> Int? {
        var value = 0
        var scale = 100
        guard digit(at: position) != nil else { return nil }
        while let digit = digit(at: position) {
            value += digit * scale
            scale /= 10
            position += 1
        }
        return value
    }

    /// `Z` or `±hh:mm`, in minutes.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(digits: 2), hours < 24, skip(":"), let minutes = number(digits: 2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
