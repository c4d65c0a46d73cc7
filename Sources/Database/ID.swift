// Ids are made in the application, sort by the time they were made, and know what they are the id of,
// so that a webhook's id cannot be passed where a delivery's is wanted.

import Spelling
import Synchronization
package import Time

/// Something with rows of its own. The prefix is what people see: `wh_01jd…`.
package protocol Identified {
    static var idPrefix: String { get }
}

/// A UUIDv7 (RFC 9562), stored as 26 lower-case characters of Crockford's base 32, which sort as the number does.
package struct ID<Entity: Identified>: Hashable, Comparable, Sendable, SQLConvertible, CustomStringConvertible {
    package let value: UInt128

    package init(value: UInt128) {
        self.value = value
    }

    /// From what people see (`wh_…`). Nil for another kind's prefix or anything malformed.
    package init?(_ text: some StringProtocol) {
        let prefix = Entity.idPrefix + "_"
        guard let digits = String(text).rest(after: prefix), let value = base32Decoded(digits.utf8) else { return nil }
        self.value = value
    }

    package init?(columns: any ColumnSource, at index: Int) {
        guard let value = base32Decoded(columns.text(at: index).utf8) else { return nil }
        self.value = value
    }

    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(stored) }

    /// As it stands in the database: without the prefix.
    package var stored: String { base32Encoded(value) }

    package var description: String { "\(Entity.idPrefix)_\(stored)" }

    package static func < (left: ID, right: ID) -> Bool { left.value < right.value }
}

/// Makes ids that always increase, also within a millisecond and when the clock steps back.
package final class IDGenerator: Sendable {
    private let clock: Clock
    private let last = Mutex<UInt128>(0)

    package init(clock: Clock) {
        self.clock = clock
    }

    /// Goes on behind an id that an earlier process made, also when the clock has stepped back since. One of a clock that was days
    /// ahead is left alone: its time would stand in all ids until then.
    package func goOn<Entity>(behind id: ID<Entity>) {
        guard Int64(truncatingIfNeeded: id.value >> 80) < (clock.now() + .seconds(86_400)).milliseconds else { return }
        last.withLock { $0 = max($0, id.value) }
    }

    package func next<Entity>(_ type: Entity.Type = Entity.self) -> ID<Entity> {
        let milliseconds = UInt128(UInt64(clamping: clock.now().milliseconds) & 0xFFFF_FFFF_FFFF)
        return last.withLock { last in
            // Adding stays within the 62 random bits for 2⁴⁵ ids in one millisecond.
            last = milliseconds > last >> 80 ? Self.first(in: milliseconds) : last &+ (1 + UInt128(UInt16.random(in: 0...UInt16.max)))
            return ID(value: last)
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

private func base32Encoded(_ value: UInt128) -> String {
    String(unsafeUninitializedCapacity: 26) { buffer in
        var rest = value
        for index in stride(from: 25, through: 0, by: -1) {
            buffer[index] = digits[Int(truncatingIfNeeded: rest & 31)]
            rest >>= 5
        }
        return 26
    }
}

private func base32Decoded(_ text: some Sequence<UInt8>) -> UInt128? {
    var value: UInt128 = 0
    var count = 0
    for byte in text {
        let digit = digitValues[Int(byte)]
        guard digit != 0xFF, count < 26 else { return nil }
        if count == 0, digit > 7 { return nil }
        value = value << 5 | UInt128(digit)
        count += 1
    }
    return count == 26 ? value : nil
}
