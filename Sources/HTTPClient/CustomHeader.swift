// Which headers a customer may add to requests: nothing that frames the message, that we sign, or that could be two in one.

import Spelling

/// A header of the customer's own. Its value may be a secret, and is sealed at rest.
package struct CustomHeader: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    package static func == (one: CustomHeader, other: CustomHeader) -> Bool {
        one.name.isIdentical(to: other.name) && one.value.isIdentical(to: other.value)
    }

    package enum Problem: Sendable, Equatable {
        case nameEmpty
        /// Not a token of RFC 9110.
        case nameMalformed
        /// Ours, the connection's, or the authentication's.
        case nameReserved
        /// CR, LF, NUL or another control character.
        case valueMalformed
        case tooLong
    }

    package static let maximumNameLength = 100
    package static let maximumValueLength = 2000

    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "connection", "keep-alive", "transfer-encoding", "te", "trailer",
        "trailers", "upgrade", "http2-settings", "alt-used", "expect", "user-agent", "x-signature", "accept-encoding", "cookie",
    ]
    private static let reservedPrefixes = ["proxy-", "webhook-"]

    /// What is wrong with the header, nil when nothing is. `credential` reserves the name that it uses itself.
    package func problem(beside credential: Credential) -> Problem? {
        if let problem = Self.problem(ofName: name) { return problem }
        if credential.header.map({ Self.meaning(of: $0.name) }) == Self.meaning(of: name) { return .nameReserved }
        return Self.problem(ofValue: value)
    }

    /// Also for the header of an API key, which may be `Authorization`.
    package static func problem(ofName name: String) -> Problem? {
        guard !name.isEmpty else { return .nameEmpty }
        guard name.utf8.count <= maximumNameLength else { return .tooLong }
        guard name.utf8.allSatisfy(isTokenByte) else { return .nameMalformed }
        let meaning = meaning(of: name)
        guard !reserved.contains(meaning), !reservedPrefixes.contains(where: { meaning.begins(with: $0) }) else { return .nameReserved }
        return nil
    }

    /// What a receiver may take the name for: behind CGI and its kin, `Content_Length` and `Content-Length` are one.
    private static func meaning(of name: String) -> String { name.asciiLowercased.replacing("_", by: "-") }

    package static func problem(ofValue value: String) -> Problem? {
        guard value.utf8.count <= maximumValueLength else { return .tooLong }
        return value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } ? nil : .valueMalformed
    }
}

private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
