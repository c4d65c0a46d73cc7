// Where people reach the console, and what follows from it. TLS often ends in front of the web server, so the scheme that the web server
// saw is that of the last stretch alone: the browser's own is said by the operator, or by a proxy whose word the operator takes.

import HTTP
import HTTPTypes
import Spelling

package struct SiteAddress: Sendable {
    /// As printed links begin; no slash at the end.
    package let text: String
    /// Without a port.
    package let host: String
    private let isSecure: Bool
    /// Without ports, in small letters.
    private let hosts: Set<String>
    private let isTrustedProxy: @Sendable (_ address: String) -> Bool

    /// Where `bin/start` puts it.
    package static let local = SiteAddress(text: "http://127.0.0.1:8080", host: "127.0.0.1", isSecure: false, hosts: []) { _ in false }

    /// Nil when the text is no `http://` or `https://` with a name in ASCII and perhaps a port, and nothing behind it.
    ///
    /// - Parameters:
    ///   - furtherHosts: names beside that of the address, such as those that machines use.
    ///   - isTrustedProxy: whether what comes from there says truly where it comes from and whether by TLS.
    package init?(
        _ text: String, furtherHosts: [String] = [], isTrustedProxy: @escaping @Sendable (_ address: String) -> Bool = { _ in false }
    ) {
        let whole = text.cut(atLast: "/").flatMap { $0.after.isEmpty ? String($0.before) : nil } ?? text
        let lowered = whole.asciiLowercased
        guard let scheme = ["http://", "https://"].first(where: { lowered.begins(with: $0) }),
            let host = lowered.rest(after: scheme).flatMap(Self.host)
        else { return nil }
        let isSecure = scheme == "https://"
        // Browsers leave the usual port out.
        let port = host.port.isEmpty || host.port == (isSecure ? "443" : "80") ? "" : ":" + host.port
        self.init(
            text: scheme + host.name + port, host: host.name, isSecure: isSecure,
            hosts: Set([host.name] + furtherHosts.map { $0.lowercased() }),
            isTrustedProxy: isTrustedProxy)
    }

    private init(
        text: String, host: String, isSecure: Bool, hosts: Set<String>, isTrustedProxy: @escaping @Sendable (_ address: String) -> Bool
    ) {
        (self.text, self.host) = (text, host)
        (self.isSecure, self.hosts, self.isTrustedProxy) = (isSecure, hosts, isTrustedProxy)
    }

    /// The request as it left the client, as far as we believe it: whether it went by TLS, and from which address.
    func original(of request: Request) -> Request {
        var request = request
        request.isSecure = request.isSecure || isSecure
        guard isTrustedProxy(request.remoteAddress) else { return request }
        // Each proxy writes behind what it was sent: the last word is that of the one we trust.
        if Self.list("X-Forwarded-Proto", of: request).last?.lowercased() == "https" { request.isSecure = true }
        let path = Self.list("X-Forwarded-For", of: request)
        if let client = path.last(where: { !isTrustedProxy($0) }) ?? path.first, client.utf8.count <= 45 { request.remoteAddress = client }
        return request
    }

    /// By a name that the operator gave it, or one that no stranger's DNS can lead here: this machine, and the web server's own address.
    /// A page whose name somebody else has made to mean our address would else read whatever needs no sign-in.
    func isMeant(by request: Request) -> Bool {
        guard let name = Self.host(Substring(request.host.lowercased()))?.name else { return false }
        let own = request.serverAddress
        return hosts.contains(name) || Self.isLoopback(name) || name == own || name == "[\(own)]"
    }

    /// Whether a page of that origin is ours. A proxy may name us otherwise than the browser does, so our address is ours whatever the
    /// request's host; beside it, the host that the request was sent to.
    func isOrigin(_ origin: String, of request: Request) -> Bool {
        if origin == text { return true }
        guard isMeant(by: request) else { return false }
        let host = request.host.lowercased()
        if origin == "\(request.isSecure ? "https" : "http")://\(host)" { return true }
        // On this machine, past the proxy that has the TLS.
        return Self.host(Substring(host)).map { Self.isLoopback($0.name) } ?? false && origin == "http://\(host)"
    }

    /// A name or an address alone, as a further host is given.
    package static func isHost(_ text: String) -> Bool { host(Substring(text.lowercased())).map { $0.name == text.lowercased() } ?? false }

    private static func host(_ text: Substring) -> (name: String, port: String)? {
        let bytes = text.utf8
        let isBracketed = bytes.first == UInt8(ascii: "[")
        let found =
            isBracketed ? bytes.firstIndex(of: UInt8(ascii: "]")).map { bytes.index(after: $0) } : bytes.firstIndex(of: UInt8(ascii: ":"))
        guard let end = found ?? (isBracketed ? nil : bytes.endIndex) else { return nil }
        let rest = bytes[end...]
        let port = rest.dropFirst()
        guard end > bytes.startIndex, rest.isEmpty || rest.first == UInt8(ascii: ":"), port.count <= 5, port.allSatisfy(isDigit),
            bytes[..<end].allSatisfy({ isNameByte($0) || isBracketed && "[]:".utf8.contains($0) })
        else { return nil }
        return (String(text[..<end]), String(Substring(port)))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || "-._".utf8.contains(byte)
    }

    private static func isLoopback(_ name: String) -> Bool {
        if name == "localhost" || name == "[::1]" { return true }
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0].elementsEqual("127".utf8) && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
    }

    private static func list(_ name: String, of request: Request) -> [String] {
        guard let name = HTTPField.Name(name), let value = request.fields[name] else { return [] }
        return value.utf8.split(separator: UInt8(ascii: ",")).map { part in
            String(Substring(part.drop { $0 == 0x20 }.prefix { $0 != 0x20 }))
        }
    }
}
