// The ranges of webhooks.md § Where a webhook may point, one by one: a range that falls out of the list is a hole.
import Testing

@testable import HTTPClient

@Suite("Address policy")
struct AddressPolicyTests {
    static let refused = [
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
        "169.254.0.0", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.0", "192.0.2.255",
        "192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.0",
        "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
        "::", "::1", "fc00::", "fdff:ffff::1", "fe80::1", "febf::1", "ff00::", "ff02::1", "2001:db8::", "2001:db8:ffff::1", "2002::",
        "2002:ffff::1", "2001::", "2001:0:ffff::1", "64:ff9b::808:808", "64:ff9b:1::1", "64:ff9b:1:ffff::1", "100::", "100::ffff",
        "3fff::", "3fff:fff::1", "5f00::", "5f00:ffff::1",
        // Mapped, compatible, site-local, and what nobody has been given.
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "fec0::1", "4000::1", "8000::1", "1::1",
    ]

    @Test("No address that is not global unicast is permitted", arguments: refused)
    func refuses(_ text: String) throws {
        #expect(!AddressPolicy().permits(try #require(IPAddress(text))))
    }

    @Test(
        "The neighbours of the refused ranges are permitted",
        arguments: [
            "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
            "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255",
            "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8", "2000::1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2003::1",
            "2606:4700::1111", "2a00:1450::1", "3ffe:ffff::1", "3fff:1000::1",
        ])
    func permits(_ text: String) throws {
        #expect(AddressPolicy().permits(try #require(IPAddress(text))))
    }

    @Test("No range was lost to a slip in its spelling")
    func listIsWhole() {
        #expect(AddressPolicy.refusedIPv4.count == 15)
        #expect(AddressPolicy.refusedIPv6.count == 13)
        #expect(AddressPolicy.metadata.count == 12)
    }

    @Test(
        "Metadata addresses are refused even where the operator allows everything",
        arguments: [
            "169.254.169.254", "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::1", "169.254.170.2",
            // RFC 6052 behind 48, 56 and 64 bits, whatever stands behind the address; a translator's own prefix; SIIT; ISATAP.
            "64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1:a9fe:a9:feff:ffff:ffff", "64:ff9b:1:ffa9:fe:a9fe::", "64:ff9b:1:1:a9:fea9:fe00:0",
            "64:ff9b:1:1:a9:fea9:feab:cdef", "64:ff9b:1:abcd:0:1:a9fe:a9fe", "2606:4700:64::a9fe:a9fe", "::ffff:0:a9fe:a9fe",
            "fd12::200:5efe:a9fe:a9fe", "64:ff9b::a83f:8110", "64:ff9b:1:6464:64:c800::",
            // Teredo: a client, with its bits turned, and a server.
            "2001:0:808:808:0:1234:5601:5601", "2001:0:a9fe:a9fe:0:ffff:f7f7:f7f7", "169.254.170.23", "168.63.129.16", "100.100.100.200",
            "192.0.0.192", "fd00:ec2::254",
            "fd00:ec2::23", "fd20:ce::254",
        ])
    func metadata(_ text: String) throws {
        let everything = AddressPolicy(allowing: [try #require(CIDR("0.0.0.0/0")), try #require(CIDR("::/0"))], allowsHTTP: true)
        #expect(!everything.permits(try #require(IPAddress(text))))
        #expect(everything.permits(try #require(IPAddress("169.254.169.253"))))
    }

    @Test(
        "What carries another address stays with its range",
        arguments: ["64:ff9b:1:808:8:800::", "64:ff9b::808:808", "2001:0:808:808:0:ffff:f7f7:f7f7", "2002:808:808::1", "2606:4700::1111"])
    func otherEmbedded(_ text: String) throws {
        let everything = AddressPolicy(allowing: [try #require(CIDR("::/0"))])
        #expect(everything.permits(try #require(IPAddress(text))))
    }

    @Test("An allowed range opens itself and nothing beside")
    func allows() throws {
        let policy = AddressPolicy(allowing: [try #require(CIDR("10.1.0.0/16")), try #require(CIDR("fd12::/16"))])
        for text in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "fd12::1"] { #expect(policy.permits(try #require(IPAddress(text)))) }
        for text in ["10.0.255.255", "10.2.0.0", "127.0.0.1", "fd13::1", "::1"] { #expect(!policy.permits(try #require(IPAddress(text)))) }
    }

    @Test("A range reads as written, a bare address as a range of one")
    func ranges() {
        #expect(CIDR("127.0.0.0/8")?.description == "127.0.0.0/8")
        #expect(CIDR("192.168.1.7")?.description == "192.168.1.7/32")
        #expect(CIDR("fd00::/8")?.description == "fd00::/8")
        #expect(CIDR("::1")?.description == "::1/128")
        #expect(CIDR("::ffff:10.0.0.0/104") == CIDR("10.0.0.0/8"))
    }

    @Test(
        "A range that is not one is not taken",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/8x", "10.0.0.1/8", "10/8",
            "::/129", "::1/64", "localhost", "::ffff:0:0/8", "10.0.0.0/99999999999999999999",
        ])
    func wrongRanges(_ text: String) {
        #expect(CIDR(text) == nil)
    }
}
