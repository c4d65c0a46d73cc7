// A provider may answer with what it was asked: in a page of its own, or in the address that it redirects to. The password, and the code of
// a link that opens an account, are taken out of all that is kept of an answer, however they are spelled there.

import Spelling

struct SecretMask: Sendable {
    static let mask = "••••••"
    static let none = SecretMask(password: "", header: nil)

    /// Scalar by scalar: each writer escapes others of them, and in another way.
    private let secrets: [[Unicode.Scalar]]
    /// Of codes: an answer may be cut anywhere within one.
    private let pieces: Set<[UInt8]>
    /// Of bytes that a secret may take.
    private let longest: Int

    private static let pieceLength = 8
    /// Of hexadecimal digits.
    private static let shortestCode = 32

    /// - Parameters:
    ///   - header: the value of the header that carries the password.
    ///   - message: whose codes are to be hidden as well.
    init(password: String, header: String?, message: String = "") {
        let credentials = header.map { $0.cut(at: " ").map { String($0.after) } ?? $0 } ?? ""
        secrets = password.isEmpty ? [] : [password, credentials].map { Array($0.unicodeScalars) }.filter { !$0.isEmpty }
        // Escapes: `\u0041`, and of one that is not ASCII `\ud83d\ude00`.
        longest = secrets.map { $0.reduce(0) { $0 + ($1.isASCII ? 6 : 12) } }.max() ?? 0
        var pieces: Set<[UInt8]> = []
        for code in Array(message.utf8).split(whereSeparator: { !Self.isHexadecimal($0) }) where code.count >= Self.shortestCode {
            for start in code.startIndex...(code.endIndex - Self.pieceLength) {
                pieces.insert(Array(code[start..<(start + Self.pieceLength)]))
            }
        }
        self.pieces = pieces
    }

    /// - Parameter isCut: it went on. So much of its end is left out as could be the beginning of a secret.
    func bytes(_ bytes: [UInt8], isCut: Bool = false) -> [UInt8] {
        guard !secrets.isEmpty || !pieces.isEmpty else { return bytes }
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        // Up to where a secret reaches that began before.
        var hidden = 0
        for place in 0..<max(0, bytes.count - (isCut ? longest : 0)) {
            let end = self.end(from: place, in: bytes)
            if end > place {
                if place >= hidden { masked += Array(Self.mask.utf8) }
                hidden = max(hidden, end)
            }
            if place >= hidden { masked.append(bytes[place]) }
        }
        return masked
    }

    func text(_ text: String) -> String { String(decoding: bytes(Array(text.utf8)), as: UTF8.self) }

    // MARK: Spellings

    /// Where a secret ends that begins at the place; the place itself: none does.
    private func end(from place: Int, in bytes: [UInt8]) -> Int {
        var end = place
        if place + Self.pieceLength <= bytes.count, Self.isHexadecimal(bytes[place]),
            pieces.contains(Array(bytes[place..<(place + Self.pieceLength)]))
        {
            end = place + Self.pieceLength
        }
        for secret in secrets {
            // Several: a backslash may be one, or the first of two that stand for one.
            var ends: Set<Int> = [place]
            for scalar in secret {
                ends = Set(ends.flatMap { Self.ends(of: scalar, from: $0, in: bytes) })
                if ends.isEmpty { break }
            }
            end = max(end, ends.max() ?? place)
        }
        return end
    }

    private static func ends(of scalar: Unicode.Scalar, from place: Int, in bytes: [UInt8]) -> [Int] {
        guard place < bytes.count else { return [] }
        let utf8 = scalar.utf8
        var ends: [Int?] = []
        if bytes[place...].starts(with: utf8) { ends.append(place + utf8.count) }
        // Of old gateways.
        let latin1: UInt8? = (0xA0...0xFF).contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : nil
        if latin1 == bytes[place] { ends.append(place + 1) }
        switch bytes[place] {
        case UInt8(ascii: "%"):
            ends.append(percentEnd(of: Array(utf8), from: place, in: bytes))
            if let latin1 { ends.append(percentEnd(of: [latin1], from: place, in: bytes)) }
        case UInt8(ascii: "+") where scalar == " ": ends.append(place + 1)
        case UInt8(ascii: "\\"):
            if place + 1 < bytes.count, UInt32(bytes[place + 1]) == scalar.value { ends.append(place + 2) }
            ends.append(unicodeEnd(of: scalar, from: place, in: bytes))
        case UInt8(ascii: "&"): ends.append(entityEnd(of: scalar, from: place, in: bytes))
        default: break
        }
        return ends.compactMap { $0 }
    }

    /// `%2F` or `%2f`, for each of the bytes.
    private static func percentEnd(of encoded: [UInt8], from start: Int, in bytes: [UInt8]) -> Int? {
        var place = start
        for byte in encoded {
            guard place + 2 < bytes.count, bytes[place] == UInt8(ascii: "%"),
                number(bytes[(place + 1)...(place + 2)]) == UInt32(byte)
            else { return nil }
            place += 3
        }
        return place
    }

    /// `\u00e9` of JSON; two of them beyond the first plane.
    private static func unicodeEnd(of scalar: Unicode.Scalar, from start: Int, in bytes: [UInt8]) -> Int? {
        var place = start
        for unit in scalar.utf16 {
            guard place + 5 < bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u"),
                number(bytes[(place + 2)...(place + 5)]) == UInt32(unit)
            else { return nil }
            place += 6
        }
        return place
    }

    /// `&amp;`, `&#38;` or `&#x26;`.
    private static func entityEnd(of scalar: Unicode.Scalar, from place: Int, in bytes: [UInt8]) -> Int? {
        let rest = bytes[(place + 1)...].prefix(longestEntity)
        guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: rest[..<end], as: UTF8.self).asciiLowercased
        let value: UInt32? =
            if let digits = name.rest(after: "#x") {
                number(digits.utf8)
            } else if let digits = name.rest(after: "#") {
                UInt32(digits)
            } else {
                entities[name]
            }
        return value == scalar.value ? end + 1 : nil
    }

    private static let entities: [String: UInt32] = ["amp": 0x26, "lt": 0x3C, "gt": 0x3E, "quot": 0x22, "apos": 0x27]
    private static let longestEntity = 10

    private static func number(_ digits: some Collection<UInt8>) -> UInt32? {
        UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
