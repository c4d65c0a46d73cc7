// A range of addresses, as the operator writes it and as the policy lists what it refuses.

import Spelling

/// A range such as `10.0.0.0/8` or `fd00::/8`; a bare address is a range of one.
package struct CIDR: Hashable, Sendable, CustomStringConvertible {
    let base: IPAddress
    let prefixLength: Int

    /// Nil when the address or the length is wrong, or when bits beyond the length are set (`10.0.0.1/8` is more
    /// often a slip than a wish, and a range that allows must say what it allows).
    package init?(_ text: String) {
        let parts = text.parts(between: "/", maximum: 2)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        let written = first.has(":") ? 128 : 32
        var length = written
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(parts[1]), number <= written
            else { return nil }
            length = number
        }
        if address.isIPv4, written == 128 {  // ::ffff:10.0.0.0/104
            guard length >= 96 else { return nil }
            length -= 96
        }
        base = address
        prefixLength = length
        let width = address.isIPv4 ? 32 : 128
        guard (address.bits >> (width - length)) << (width - length) == address.bits else { return nil }
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.isIPv4 == base.isIPv4 else { return false }
        return (address.bits ^ base.bits) >> ((base.isIPv4 ? 32 : 128) - prefixLength) == 0
    }

    package var description: String { "\(base)/\(prefixLength)" }
}
