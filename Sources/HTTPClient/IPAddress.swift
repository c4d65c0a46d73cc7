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

    /// Every IPv4 address that some way from IPv6 to IPv4 may read out of this one. A translator's own prefix is known to its operator
    /// alone, so the layout that such a prefix mostly has, the last 32 bits, is read out of every address.
    var embeddedIPv4: [IPAddress] {
        guard !isIPv4 else { return [] }
        // NAT64 behind 96 bits, IPv4-compatible, ISATAP.
        var addresses = [ipv4(at: 96)]
        let high = UInt64(truncatingIfNeeded: bits >> 64)
        // 64:ff9b:1::/48 (RFC 8215) is for local translators, whose prefixes in it have 48, 56 or 64 bits as well; RFC 6052 keeps the
        // bits from 64 to 71 out of the address.
        if high >> 16 == 0x0064_ff9b_0001 {
            let joined = ((bits >> 64) << 56) | (bits & 0xff_ffff_ffff_ffff)
            addresses += [48, 56, 64].map { IPAddress(ipv4: UInt32(truncatingIfNeeded: joined >> (88 - $0))) }
        }
        // 6to4.
        if high >> 48 == 0x2002 { addresses.append(ipv4(at: 16)) }
        // Teredo: its server, and its client with each bit turned.
        if high >> 32 == 0x2001_0000 { addresses += [ipv4(at: 32), IPAddress(ipv4: ~UInt32(truncatingIfNeeded: bits))] }
        return addresses
    }

    private func ipv4(at bit: Int) -> IPAddress { IPAddress(ipv4: UInt32(truncatingIfNeeded: bits >> (96 - bit))) }

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
