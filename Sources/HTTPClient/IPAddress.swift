// One value for IPv4 and IPv6, so that the policy judges numbers and never spellings.
import Glibc

/// An IPv4 or IPv6 address. An IPv4 address mapped into IPv6 (`::ffff:a.b.c.d`) is its IPv4 address.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    let bits: UInt128  // the low 32 bits for IPv4
    let isIPv4: Bool

    init(ipv4: UInt32) {
        bits = UInt128(ipv4)
        isIPv4 = true
    }

    init(ipv6: UInt128) {
        let isMapped = ipv6 >> 32 == 0xffff
        bits = isMapped ? ipv6 & 0xffff_ffff : ipv6
        isIPv4 = isMapped
    }

    /// The canonical spellings only: four decimal numbers, or RFC 4291 without brackets and zone.
    package init?(_ text: String) {
        var address = in_addr()
        if inet_pton(AF_INET, text, &address) == 1 {
            self.init(ipv4: UInt32(bigEndian: address.s_addr))
            return
        }
        var address6 = in6_addr()
        guard inet_pton(AF_INET6, text, &address6) == 1 else { return nil }
        self.init(address6)
    }

    private init(_ address: in6_addr) {
        self.init(ipv6: withUnsafeBytes(of: address) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } })
    }

    /// From the memory of a `sockaddr` of `length` bytes; nil for any other family.
    init?(socketAddress: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sockaddr_in>.size else { return nil }
        switch Int32(socketAddress.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            self.init(ipv4: UInt32(bigEndian: socketAddress.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            self.init(socketAddress.loadUnaligned(as: sockaddr_in6.self).sin6_addr)
        default:
            return nil
        }
    }

    /// The IPv4 address that a transition mechanism carries inside this IPv6 address: IPv4-compatible, NAT64, 6to4.
    var embeddedIPv4: IPAddress? {
        guard !isIPv4 else { return nil }
        let high = UInt64(truncatingIfNeeded: bits >> 64)
        if bits >> 32 == 0 || bits >> 32 == 0x0064_ff9b_0000_0000_0000_0000 || high >> 16 == 0x0064_ff9b_0001 {
            return IPAddress(ipv4: UInt32(truncatingIfNeeded: bits))
        }
        if high >> 48 == 0x2002 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 16)) }
        return nil
    }

    package var description: String {
        var text = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        text.withUnsafeMutableBytes { buffer in
            let out = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            if isIPv4 {
                var address = UInt32(truncatingIfNeeded: bits).bigEndian
                _ = inet_ntop(AF_INET, &address, out, socklen_t(INET6_ADDRSTRLEN))
            } else {
                var address = bits.bigEndian
                _ = inet_ntop(AF_INET6, &address, out, socklen_t(INET6_ADDRSTRLEN))
            }
        }
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
}
