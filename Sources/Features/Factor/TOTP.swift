// The codes of an authenticator app: RFC 6238 with SHA-1, six digits and thirty seconds, which is what all apps can do.

import Crypto
import HTTP
import Spelling
import Time
import Web

enum TOTP {
    static let period = Duration.seconds(30)
    /// How far the clock of somebody's device may be off: the steps that such a clock shows are taken, always one before and one after
    /// among them.
    static let tolerance = Duration.seconds(40)
    private static let digits = 6
    private static let modulus: UInt32 = 1_000_000

    /// 160 bits, as long as SHA-1's hash (RFC 4226 § 4).
    static func newSecret() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<20).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    static func step(at time: Timestamp) -> Int {
        Int(time.seconds / period.components.seconds)
    }

    static func code(of secret: [UInt8], step: Int) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: Int64(step)).bigEndian) { Array($0) }
        let code = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(code[code.count - 1] & 15)
        let number = code[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// The step whose code was typed. Nil when it is none of those that may be shown now, or not after the last one that was taken.
    static func step(of typed: String, secret: [UInt8], at now: Timestamp, after last: Int = .min) -> Int? {
        var found: Int?
        // All of them, whichever it is.
        for step in step(at: now - tolerance)...step(at: now + tolerance)
        where Token.isEqual(typed.utf8, code(of: secret, step: step).utf8) && step > last { found = step }
        return found
    }

    /// As people type it, "123 456"; nil for what cannot be a code.
    static func typed(_ text: String) -> String? {
        let code = TypedText.compact(text)
        return code.utf8.count == digits && code.utf8.allSatisfy { (48...57).contains($0) } ? code : nil
    }

    /// RFC 4648's base 32 without padding, as apps and people take a secret.
    static func base32(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var text: [UInt8] = []
        var (bits, count) = (0, 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | Int(byte), count + 8)
            while count >= 5 {
                count -= 5
                text.append(alphabet[bits >> count & 31])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// What an app reads out of a QR code (Google Authenticator's key URI).
    static func link(secret: [UInt8], name: String) -> String {
        let label = "\(percentEncoded(issuer)):\(percentEncoded(name))"
        return "otpauth://totp/\(label)?secret=\(base32(secret))&issuer=\(issuer)&algorithm=SHA1&digits=\(digits)&period=30"
    }

    private static let issuer = "Hookswitch"
}
