// Ids are made in the application, sort by the time they were made, and know what they are the id of,
// so that a webhook's id cannot be passed where a delivery's is wanted.

import Spelling
import Synchronization
package import Time

/// Something with rows of its own. The prefix is what people see: `wh_01jd…`.
package protocol Identified {
    static var idPrefix: String { get }
    static var idForm: IDForm { get }
}

extension Identified {
    package static var idForm: IDForm { .uuid }
}

package enum IDForm: Sendable {
    /// A UUIDv7 (RFC 9562), stored as 26 lower-case characters of Crockford's base 32, which sort as the number does.
    case uuid
    /// 63 bits, stored as a number, for what there are millions of: 42 bits of milliseconds since 1970, 15 that count within one, and 6
    /// that are left to what belongs to the thing. Shown as 13 characters.
    case number

    /// Of the characters that are shown.
    fileprivate var length: Int {
        switch self {
        case .uuid: 26
        case .number: 13
        }
    }

    /// How far the milliseconds are from the right.
    fileprivate var timeShift: Int {
        switch self {
        case .uuid: 80
        case .number: 21
        }
    }

    fileprivate func milliseconds(_ time: Timestamp) -> UInt128 {
        let milliseconds = UInt64(clamping: time.milliseconds)
        switch self {
        case .uuid: return UInt128(milliseconds & 0xFFFF_FFFF_FFFF)
        case .number: return UInt128(min(milliseconds, 0x3FF_FFFF_FFFF))
        }
    }
}

/// In form and storage as its entity says.
package struct ID<Entity: Identified>: Hashable, Comparable, Sendable, SQLConvertible, CustomStringConvertible {
    package let value: UInt128

    package init(value: UInt128) {
        self.value = value
    }

    /// From what people see (`wh_…`). Nil for another kind's prefix or anything malformed.
    package init?(_ text: some StringProtocol) {
        let prefix = Entity.idPrefix + "_"
        guard let digits = String(text).rest(after: prefix), let value = base32Decoded(digits.utf8, length: Entity.idForm.length) else {
            return nil
        }
        self.value = value
    }

    package init(columns: any ColumnSource, at index: Int) throws(NoSuchValue) {
        switch Entity.idForm {
        case .uuid:
            guard let value = base32Decoded(columns.text(at: index).utf8, length: Entity.idForm.length) else { throw NoSuchValue() }
            self.value = value
        case .number:
            guard let value = UInt128(exactly: columns.integer(at: index)) else { throw NoSuchValue() }
            self.value = value
        }
    }

    package static var sqlType: SQLType {
        switch Entity.idForm {
        case .uuid: .text
        case .number: .integer
        }
    }

    package var sqlValue: SQLValue {
        switch Entity.idForm {
        case .uuid: .text(stored)
        case .number: .integer(Int64(truncatingIfNeeded: value))
        }
    }

    /// As it is shown, without the prefix; a UUID stands so in the database.
    package var stored: String { base32Encoded(value, length: Entity.idForm.length) }

    /// Below every id of that moment, and above those of the moments before.
    package static func first(at time: Timestamp) -> ID {
        ID(value: Entity.idForm.milliseconds(time) << Entity.idForm.timeShift)
    }

    /// When it was made, or a little later where the clock had been ahead.
    package var time: Timestamp { Timestamp(milliseconds: Int64(truncatingIfNeeded: value >> Entity.idForm.timeShift)) }

    package var description: String {
        let prefix = Entity.idPrefix.utf8
        let length = Entity.idForm.length
        return String(unsafeUninitializedCapacity: prefix.count + 1 + length) { buffer in
            _ = buffer.initialize(from: prefix)
            buffer[prefix.count] = UInt8(ascii: "_")
            writeBase32(value, into: buffer, from: prefix.count + 1, to: prefix.count + 1 + length)
            return prefix.count + 1 + length
        }
    }

    package static func < (left: ID, right: ID) -> Bool { left.value < right.value }
}

/// Makes ids that always increase, also within a millisecond and when the clock steps back.
package final class IDGenerator: Sendable {
    private let clock: Clock
    private let last = Mutex<(uuid: UInt128, number: UInt128)>((0, 0))

    package init(clock: Clock) {
        self.clock = clock
    }

    /// Goes on behind an id that an earlier process made, also when the clock has stepped back since. One of a clock that was days
    /// ahead is left alone: its time would stand in all ids until then.
    package func goOn<Entity>(behind id: ID<Entity>) {
        guard id.time < clock.now() + .seconds(86_400) else { return }
        last.withLock { last in
            switch Entity.idForm {
            case .uuid: last.uuid = max(last.uuid, id.value)
            case .number: last.number = max(last.number, id.value)
            }
        }
    }

    package func next<Entity>(_ type: Entity.Type = Entity.self) -> ID<Entity> {
        let milliseconds = Entity.idForm.milliseconds(clock.now())
        return last.withLock { last in
            switch Entity.idForm {
            case .uuid:
                // Adding stays within the 62 random bits for 2⁴⁵ ids in one millisecond.
                last.uuid =
                    milliseconds > last.uuid >> 80
                    ? Self.first(in: milliseconds) : last.uuid &+ (1 + UInt128(UInt16.random(in: 0...UInt16.max)))
                return ID(value: last.uuid)
            case .number:
                // The next of 2¹⁵ in this millisecond, or, of so many, the first of the one after.
                let first = milliseconds << 21
                last.number = first > last.number ? first | UInt128(UInt64.random(in: 0..<1024)) << 6 : (last.number >> 6 + 1) << 6
                return ID(value: last.number)
            }
        }
    }

    /// 48 bits of time, version 7, 12 random bits, variant 2, 62 random bits. The top bit of each random part stays 0 as room to count.
    private static func first(in milliseconds: UInt128) -> UInt128 {
        let high = UInt128(0x7000 | UInt64.random(in: 0...0x7FF))
        let low = UInt128(0x8000_0000_0000_0000 | UInt64.random(in: 0...0x1FFF_FFFF_FFFF_FFFF))
        return milliseconds << 80 | high << 64 | low
    }
}

private let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

private let digitValues: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
}()

private func base32Encoded(_ value: UInt128, length: Int) -> String {
    String(unsafeUninitializedCapacity: length) { buffer in
        writeBase32(value, into: buffer, from: 0, to: length)
        return length
    }
}

private func writeBase32(_ value: UInt128, into buffer: UnsafeMutableBufferPointer<UInt8>, from start: Int, to end: Int) {
    var rest = value
    for index in stride(from: end - 1, through: start, by: -1) {
        buffer[index] = digits[Int(truncatingIfNeeded: rest & 31)]
        rest >>= 5
    }
}

/// The first digit has three bits: of 26 digits 128, of 13 the 63 that a database's number has.
private func base32Decoded(_ text: some Sequence<UInt8>, length: Int) -> UInt128? {
    var value: UInt128 = 0
    var count = 0
    for byte in text {
        let digit = digitValues[Int(byte)]
        guard digit != 0xFF, count < length else { return nil }
        if count == 0, digit > 7 { return nil }
        value = value << 5 | UInt128(digit)
        count += 1
    }
    return count == length ? value : nil
}
