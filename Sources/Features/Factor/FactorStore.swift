// All the SQL of second factors. A code is compared, and used up, in one write: of two that come at once with the same code, one is late.

import Database
import Spelling
import Time
import Web

/// What somebody has.
struct Factor {
    let since: Timestamp
    /// Recovery codes that were not used.
    let codes: Int
}

enum FactorProof {
    case app, recoveryCode
}

struct FactorStore {
    static let secret = SealedColumn("users", "factor_secret")

    private let vault: Vault
    private let clock: Clock

    init(_ site: Site) {
        (vault, clock) = (site.vault, site.clock)
    }

    func factor(of user: ID<User>, on connection: any Connection) throws -> Factor? {
        try connection.first(
            """
            SELECT factor_since, (SELECT COUNT(*) FROM recovery_codes c WHERE c.user_id = u.id) FROM users u
            WHERE u.id = \(user) AND u.factor_since IS NOT NULL
            """
        ) { Factor(since: try $0.next(), codes: try $0.next()) }
    }

    func isOn(for user: ID<User>, on connection: any Connection) throws -> Bool {
        try connection.value("SELECT 1 FROM users WHERE id = \(user) AND factor_since IS NOT NULL", as: Int.self) != nil
    }

    /// All of its recovery codes are the person's: it has been taken.
    func isTaken(_ draft: FactorDraft, by user: ID<User>, on connection: any Connection) throws -> Bool {
        let stored = try connection.rows("SELECT code_hash FROM recovery_codes WHERE user_id = \(user)") { try $0.next([UInt8].self) }
        return !stored.isEmpty && Set(stored) == Set(draft.hashes)
    }

    /// In the place of what they had.
    ///
    /// - Parameter step: whose code confirmed it, and is used up with that.
    func turnOn(_ draft: FactorDraft, confirmedBy step: Int, for user: Credentials, on connection: any Connection) throws {
        let sealed = try vault.seal(draft.secret, at: Self.secret.place(account: user.account, row: user.user))
        try connection.execute(
            """
            UPDATE users SET factor_secret = \(sealed), factor_since = \(clock.now()), factor_step = \(step) WHERE id = \(user.user)
            """)
        try replaceCodes(by: draft, for: user.user, on: connection)
    }

    func replaceCodes(by draft: FactorDraft, for user: ID<User>, on connection: any Connection) throws {
        try connection.execute("DELETE FROM recovery_codes WHERE user_id = \(user)")
        for hash in draft.hashes {
            try connection.execute("INSERT INTO recovery_codes (user_id, code_hash) VALUES (\(user), \(hash))")
        }
    }

    /// False when they have none.
    func turnOff(for user: ID<User>, on connection: any Connection) throws -> Bool {
        try connection.execute("DELETE FROM recovery_codes WHERE user_id = \(user)")
        return try connection.execute(
            """
            UPDATE users SET factor_secret = NULL, factor_since = NULL, factor_step = NULL
            WHERE id = \(user) AND factor_since IS NOT NULL
            """) == 1
    }

    /// Uses up what was typed: a code of the app, or a recovery code. Nil when it is neither, or was used before.
    func accept(_ typed: String, of user: Credentials, on connection: any Connection) throws -> FactorProof? {
        if let code = TOTP.typed(typed) {
            let stored = try connection.first(
                "SELECT factor_secret, factor_step FROM users WHERE id = \(user.user) AND factor_since IS NOT NULL"
            ) { (secret: try $0.next([UInt8].self), last: try $0.next(Int.self)) }
            guard let stored else { return nil }
            let secret = try vault.open(stored.secret, at: Self.secret.place(account: user.account, row: user.user))
            guard let bytes = Hexadecimal.bytes(of: secret),
                let step = TOTP.step(of: code, secret: bytes, at: clock.now(), after: stored.last)
            else { return nil }
            let changed = try connection.execute(
                "UPDATE users SET factor_step = \(step) WHERE id = \(user.user) AND factor_secret = \(stored.secret) AND factor_step < \(step)"
            )
            return changed == 1 ? .app : nil
        }
        guard let hash = RecoveryCodes.hash(typed), try isOn(for: user.user, on: connection) else { return nil }
        let used = try connection.execute("DELETE FROM recovery_codes WHERE user_id = \(user.user) AND code_hash = \(hash)")
        return used == 1 ? .recoveryCode : nil
    }
}
