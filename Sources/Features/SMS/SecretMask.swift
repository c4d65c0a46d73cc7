// A provider may answer with what it was asked: in a page of its own, or in the address that it redirects to. The password is taken out of
// all that is kept of an answer, however it is spelled there.

import HTTP
import Spelling

struct SecretMask: Sendable {
    static let mask = "••••••"

    private let secrets: [[UInt8]]

    /// - Parameter header: the value of the header that carries it.
    init(password: String, header: String?) {
        guard !password.isEmpty else {
            secrets = []
            return
        }
        let encoded = percentEncoded(password)
        let html = password.escaping { sign in
            switch sign {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            case UInt8(ascii: "\""): "&quot;"
            case UInt8(ascii: "'"): "&#39;"
            default: nil
            }
        }
        let json = password.escaping { $0 == UInt8(ascii: "\"") ? "\\\"" : $0 == UInt8(ascii: "\\") ? "\\\\" : nil }
        let spellings = [
            header.map { $0.cut(at: " ").map { String($0.after) } ?? $0 } ?? "", encoded,
            encoded.parts(between: "%20").joined(separator: "+"),
            encoded.asciiLowercased, html, json, password,
        ]
        // The longest first: one may be a part of another.
        secrets = Set(spellings.filter { !$0.isEmpty }.map { Array($0.utf8) }).sorted { $0.count > $1.count }
    }

    func bytes(_ bytes: [UInt8]) -> [UInt8] {
        guard let first = secrets.first, bytes.count >= (secrets.last ?? first).count else { return bytes }
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            if let secret = secrets.first(where: { bytes[place...].starts(with: $0) }) {
                masked += Array(Self.mask.utf8)
                place += secret.count
            } else {
                masked.append(bytes[place])
                place += 1
            }
        }
        return masked
    }

    func text(_ text: String) -> String { String(decoding: bytes(Array(text.utf8)), as: UTF8.self) }
}
