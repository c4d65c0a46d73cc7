// Where the product may send anything at all: the one gate of every outgoing call (webhooks.md § Where a webhook may point).

/// Which addresses and schemes an outgoing request may use.
package struct AddressPolicy: Sendable, Equatable {
    /// Ranges that the operator opened for receivers on premises. Metadata addresses stay refused inside them.
    package let allowedRanges: [CIDR]
    /// Whether `http://` may be used beside `https://`.
    package let allowsHTTP: Bool

    package init(allowing ranges: [CIDR] = [], allowsHTTP: Bool = false) {
        allowedRanges = ranges
        self.allowsHTTP = allowsHTTP
    }

    /// Whether a connection to `address` may be opened or used.
    package func permits(_ address: IPAddress) -> Bool {
        guard !Self.isMetadata(address) else { return false }
        if allowedRanges.contains(where: { $0.contains(address) }) { return true }
        return Self.isGlobalUnicast(address)
    }

    private static func isMetadata(_ address: IPAddress) -> Bool {
        // A range of NAT64, 6to4 or Teredo that the operator allowed must not lead there by another way.
        metadata.contains(address) || address.embeddedIPv4.contains(where: metadata.contains)
    }

    private static func isGlobalUnicast(_ address: IPAddress) -> Bool {
        if address.isIPv4 { return !refusedIPv4.contains { $0.contains(address) } }
        // IANA has given out global unicast from 2000::/3 only: all else is refused, listed or not.
        return address.bits >> 125 == 1 && !refusedIPv6.contains { $0.contains(address) }
    }

    /// Where clouds hand out the machine's credentials: AWS (EC2, ECS, EKS), Google, Azure, Alibaba, Oracle, Tencent, Scaleway.
    static let metadata: Set<IPAddress> = Set(
        [
            "169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192", "169.254.0.23",
            "169.254.42.42", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42",
        ].compactMap(IPAddress.init(_:)))

    static let refusedIPv4: [CIDR] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ].compactMap(CIDR.init(_:))

    /// 2001::/23 (IETF protocol assignments) holds Teredo, 2001::/32.
    static let refusedIPv6: [CIDR] = [
        "::/128", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8",
    ].compactMap(CIDR.init(_:))
}

extension AddressPolicy {
    /// Whether both lead to one receiver, over the same scheme. What is stored for one is not sent to another unless it is typed
    /// again: who may write a secret, but not read it, would otherwise have it sent to themselves.
    package func isSameReceiver(_ one: String, _ other: String) -> Bool {
        guard let one = try? checked(target: one), let other = try? checked(target: other) else { return false }
        return one.host == other.host && one.port == other.port && one.isSecure == other.isSecure
    }
}
