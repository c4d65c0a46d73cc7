// What a form may take as the address of a receiver: the same rules as at the socket, checked early and reported one by one.
import CCurl
import Spelling

/// Why an address was not taken: a closed set, so that a form has words for each.
package enum TargetProblem: String, Error, Sendable, CaseIterable {
    case tooLong = "too_long"
    case notURL = "not_url"
    /// Neither https nor, where the operator allows it, http; or no scheme at all.
    case scheme
    case userInfo = "user_info"
    /// No host, or none that can be a name or an address.
    case host
    /// Neither 80, 443 nor above 1023.
    case port
    /// The host is an address (in whatever spelling), or a name of this machine, that the policy refuses.
    case address
}

/// A checked address of a receiver, with the host in ASCII and numbers in one spelling.
package struct Target: Hashable, Sendable {
    package let url: String
    package let isSecure: Bool
    package let host: String
    package let port: Int
}

extension AddressPolicy {
    /// The longest address taken, in bytes of UTF-8; what browsers and proxies are known to carry.
    package static let maximumTargetLength = 2048
    /// Of an address with what is said in it.
    package static let maximumLengthWithContent = 32 * 1024

    /// Reads `target` with libcurl's own parser, so that what is checked here and what is called later are one.
    /// A name that only resolves to a refused address passes here and is refused at the socket.
    package func checked(target: String) throws(TargetProblem) -> Target {
        let target = try parsed(target: target)
        // RFC 6761: these names mean this machine, whatever a resolver says.
        let name = target.host.withoutDot
        if name == "localhost" || name.ends(with: ".localhost") {
            guard permits(IPAddress(ipv4: 0x7f00_0001)) || permits(IPAddress(ipv6: 1)) else { throw .address }
        }
        return target
    }

    /// As `checked`, but names are left to be judged by what they resolve to: what the client does with every request.
    func parsed(target: String, upTo limit: Int = maximumTargetLength) throws(TargetProblem) -> Target {
        guard target.utf8.count <= limit else { throw .tooLong }
        // Other readers drop what is no sign at all: such an address means two things.
        guard !target.begins(with: " "), !target.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { throw .notURL }
        let scheme = String(target.parts(between: ":", maximum: 2)[0]).asciiLowercased
        guard scheme == "https" || (scheme == "http" && allowsHTTP) else { throw .scheme }
        let authority = try TargetParser.authority(of: target, after: scheme)
        // A backslash is a slash to some, and would end the host there.
        guard !authority.utf8.contains(where: { $0 == 0x20 || $0 == 0x5C }) else { throw .notURL }
        guard !authority.has("@") else { throw .userInfo }
        let encoded = "\(target[..<authority.endIndex])\(Self.encoded(target[authority.endIndex...]))"
        guard encoded.utf8.count <= limit else { throw .tooLong }
        let parser = try TargetParser()
        try parser.read(encoded)
        guard try parser.part(CURLUPART_SCHEME) == scheme else { throw .notURL }
        guard !parser.has(CURLUPART_USER), !parser.has(CURLUPART_PASSWORD) else { throw .userInfo }
        guard let port = Int(try parser.part(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT))), port == 80 || port == 443 || port > 1023
        else { throw .port }
        // A zone names an interface of this machine: only link-local addresses have one.
        guard !parser.has(CURLUPART_ZONEID) else { throw .address }
        let host = try HostSpelling(parser.host())
        if let literal = host.literal, !permits(literal) { throw .address }
        try parser.set(CURLUPART_HOST, to: host.text)
        try parser.set(CURLUPART_FRAGMENT, to: nil)
        return Target(url: try parser.part(CURLUPART_URL), isSecure: scheme == "https", host: host.text, port: port)
    }

    /// A path and a query with all encoded that RFC 3986 does not let stand there, and a `%` that begins no code of two digits: as browsers
    /// send it, so that every reader on the way sees the same address.
    private static func encoded(_ rest: Substring) -> String {
        let bytes = Array(rest.utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isCode =
                byte == UInt8(ascii: "%") && index + 2 < bytes.count && isHexadecimal(bytes[index + 1]) && isHexadecimal(bytes[index + 2])
            if isCode || mayStand(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func mayStand(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~!$&'()*+,;=:@/?#".utf8.contains(byte)
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte & 0xDF)
    }
}
