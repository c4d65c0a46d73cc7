// Passwords are stretched with scrypt, and no more than two at a time, so that guessing can take neither the memory nor every worker.

import Crypto
import CryptoExtras
import Dispatch
import Foundation
import HTTPTypes
import Spelling
import Synchronization

package final class Passwords: Sendable {
    /// Cost by reliability.md: 32 MiB for a tenth of a second or so.
    package struct Cost: Sendable, Equatable {
        let rounds: Int
        let blockSize: Int
        let parallelism: Int

        package static let production = Cost(rounds: 1 << 15, blockSize: 8, parallelism: 3)
        /// For tests, which sign in hundreds of times.
        package static let testing = Cost(rounds: 1 << 4, blockSize: 8, parallelism: 1)
    }

    package static let lengths = 8...128
    private static let maximumAtOnce = 2
    /// Of those that nobody knows. They go behind all who are known, whose places they cannot take.
    private static let maximumStrangers = 8
    private static let maximumKnown = 16
    /// Under way and waiting, of one browser: who is known must not shut the others out either.
    private static let maximumOfOne = 2
    /// Of one try, where somebody's accounts do not share a salt.
    private static let maximumStretches = 3

    private let cost: Cost
    private let queue = Mutex(Queue())
    /// Checked against when the user is unknown, so that it takes the same time.
    private let nobody: String

    package init(cost: Cost = .production) throws {
        self.cost = cost
        nobody = try Self.hash("nobody has this password", salt: Self.salt(), cost)
    }

    /// Throws `Abort` 503 when too many wait.
    ///
    /// - Parameter other: a stored hash whose salt is taken, where that has today's cost; a new salt when nil.
    package func hash(_ password: String, saltedAs other: String? = nil, for caller: Caller = .insider) throws -> String {
        let known = other.flatMap { Recipe($0) }.flatMap { $0.cost == cost ? $0.salt : nil }
        return try inTurn(caller) { try Self.hash(password, salt: known ?? Self.salt(), cost) }
    }

    /// Takes the same time for an unknown user (`stored` nil) as for a known one. Throws `Abort` 503 when too many wait.
    package func matches(_ password: String, stored: String?) throws -> Bool {
        try matches(password, stored: stored.map { [$0] } ?? [], for: .insider) == [true]
    }

    /// Which of several stored hashes the password fits. Those with one salt are compared with one stretching, as is nobody's: an empty
    /// list, or that of somebody invited, who has chosen no password yet. Of other salts, no more than `maximumStretches` are tried.
    /// Throws `Abort` 503 when too many wait.
    package func matches(_ password: String, stored: [String], for caller: Caller = .insider) throws -> [Bool] {
        var recipes: [Recipe] = []
        for recipe in stored.compactMap({ Recipe($0) }) where !recipes.contains(recipe) { recipes.append(recipe) }
        if recipes.isEmpty, let recipe = Recipe(nobody) { recipes = [recipe] }
        let computed = try recipes.prefix(Self.maximumStretches).map { recipe in
            try inTurn(caller) { try Self.hash(password, salt: recipe.salt, recipe.cost) }
        }
        return stored.map { reference in
            computed.map { Token.isEqual($0.utf8, reference.utf8) }.contains(true)
        }
    }

    /// How a stored hash was made.
    private struct Recipe: Equatable {
        let cost: Cost
        let salt: [UInt8]

        init?(_ stored: String) {
            let parts = stored.words(between: "$")
            guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let block = Int(parts[2]),
                let parallelism = Int(parts[3]), let salt = Data(base64Encoded: String(parts[4]))
            else { return nil }
            cost = Cost(rounds: rounds, blockSize: block, parallelism: parallelism)
            self.salt = Array(salt)
        }
    }

    /// A word of the locale on what is wrong with a new password, or nil.
    package static func problem(with password: String, email: String) -> String? {
        if password.unicodeScalars.count < lengths.lowerBound { return "password.too_short" }
        if password.unicodeScalars.count > lengths.upperBound { return "password.too_long" }
        let lowered = password.lowercased()
        if CommonPasswords.contains(lowered) || lowered == email.lowercased() || Set(lowered.unicodeScalars).count < 3 {
            return "password.too_common"
        }
        return nil
    }

    /// For whom something is stretched.
    package enum Caller: Equatable, Sendable {
        case stranger
        /// A browser in which its owner has signed in before, or somebody signed in.
        case known(String)
        /// Who may have it done without showing a password: an operator, or somebody at the machine.
        case insider
    }

    private final class Place: Sendable {
        let turn = DispatchSemaphore(value: 0)
    }

    private struct Queue {
        var running = 0
        var known: [Place] = []
        var strangers: [Place] = []
        var ofOne: [String: Int] = [:]
    }

    private func inTurn<Value>(_ caller: Caller, _ body: () throws -> Value) throws -> Value {
        guard let place = queue.withLock({ Self.enter(&$0, caller) }) else { throw Abort(.serviceUnavailable) }
        place.turn.wait()
        defer { queue.withLock { Self.leave(&$0, caller) } }
        return try body()
    }

    /// Nil when there is no room.
    private static func enter(_ queue: inout Queue, _ caller: Caller) -> Place? {
        let place = Place()
        if case .known(let name) = caller {
            guard queue.ofOne[name, default: 0] < maximumOfOne else { return nil }
            queue.ofOne[name, default: 0] += 1
        }
        if queue.running < maximumAtOnce {
            queue.running += 1
            place.turn.signal()
            return place
        }
        if caller == .stranger {
            guard queue.strangers.count < maximumStrangers else { return nil }
            queue.strangers.append(place)
        } else {
            guard queue.known.count < maximumKnown else {
                forget(&queue, caller)
                return nil
            }
            queue.known.append(place)
        }
        return place
    }

    /// Gives the turn on.
    private static func leave(_ queue: inout Queue, _ caller: Caller) {
        forget(&queue, caller)
        if !queue.known.isEmpty {
            queue.known.removeFirst().turn.signal()
        } else if !queue.strangers.isEmpty {
            queue.strangers.removeFirst().turn.signal()
        } else {
            queue.running -= 1
        }
    }

    private static func forget(_ queue: inout Queue, _ caller: Caller) {
        guard case .known(let name) = caller, let count = queue.ofOne[name] else { return }
        queue.ofOne[name] = count > 1 ? count - 1 : nil
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
