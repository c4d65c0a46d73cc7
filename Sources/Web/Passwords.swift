// Passwords are stretched with scrypt, and no more than two at a time, so that guessing can take neither the memory nor every worker.

import Crypto
import CryptoExtras
import Dispatch
import Foundation
import HTTPTypes
import Synchronization

package final class Passwords: Sendable {
    /// Cost by reliability.md: 32 MiB for a tenth of a second or so.
    package struct Cost: Sendable {
        let rounds: Int
        let blockSize: Int
        let parallelism: Int

        package static let production = Cost(rounds: 1 << 15, blockSize: 8, parallelism: 3)
        /// For tests, which sign in hundreds of times.
        package static let testing = Cost(rounds: 1 << 4, blockSize: 8, parallelism: 1)
    }

    package static let lengths = 8...128
    private static let maximumAtOnce = 2
    private static let maximumWaiting = 16

    private let cost: Cost
    private let places = DispatchSemaphore(value: maximumAtOnce)
    private let waiting = Mutex(0)
    /// Checked against when the user is unknown, so that it takes the same time.
    private let nobody: String

    package init(cost: Cost = .production) throws {
        self.cost = cost
        nobody = try Self.hash("nobody has this password", salt: Self.salt(), cost)
    }

    /// Throws `Abort` 503 when too many wait.
    package func hash(_ password: String) throws -> String {
        try inTurn { try Self.hash(password, salt: Self.salt(), cost) }
    }

    /// Takes the same time for an unknown user (`stored` nil) as for a known one. Throws `Abort` 503 when too many wait.
    package func matches(_ password: String, stored: String?) throws -> Bool {
        let reference = stored ?? nobody
        let parts = reference.split(separator: "$")
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let block = Int(parts[2]),
            let parallelism = Int(parts[3]),
            let salt = Data(base64Encoded: String(parts[4]))
        else { return false }
        let cost = Cost(rounds: rounds, blockSize: block, parallelism: parallelism)
        let computed = try inTurn { try Self.hash(password, salt: Array(salt), cost) }
        let isEqual =
            computed.utf8.count == reference.utf8.count && zip(computed.utf8, reference.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
        return isEqual && stored != nil
    }

    /// A word of the locale on what is wrong with a new password, or nil.
    package static func problem(with password: String, email: String) -> String? {
        if password.unicodeScalars.count < lengths.lowerBound { return "password.too_short" }
        if password.unicodeScalars.count > lengths.upperBound { return "password.too_long" }
        let lowered = password.lowercased()
        if CommonPasswords.contains(lowered) || lowered == email.lowercased() || Set(lowered).count < 3 { return "password.too_common" }
        return nil
    }

    private func inTurn<Value>(_ body: () throws -> Value) throws -> Value {
        let isFull = waiting.withLock { waiting in
            if waiting < Self.maximumWaiting + Self.maximumAtOnce { waiting += 1 } else { return true }
            return false
        }
        guard !isFull else { throw Abort(.serviceUnavailable) }
        places.wait()
        defer {
            places.signal()
            waiting.withLock { $0 -= 1 }
        }
        return try body()
    }

    private static func salt() -> [UInt8] {
        (0..<16).map { _ in UInt8.random(in: 0...255) }
    }

    private static func hash(_ password: String, salt: [UInt8], _ cost: Cost) throws -> String {
        // NFKC as RFC 8265 asks, so that an accent typed on another keyboard is the same accent.
        let normal = password.precomposedStringWithCompatibilityMapping
        let key = try KDF.Scrypt.deriveKey(
            from: Array(normal.utf8), salt: salt, outputByteCount: 32, rounds: cost.rounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism)
        let digest = key.withUnsafeBytes { Data($0) }.base64EncodedString()
        return "scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)$\(Data(salt).base64EncodedString())$\(digest)"
    }
}
