// Keys of machines: shown once, stored as a hash, good for one account and the scopes they were made with, until they expire or are
// revoked.

package import Database
import Spelling
package import Time

package enum APIKey: Identified {
    package static let idPrefix = "key"
}

/// What is to be made.
package struct NewKey: Sendable {
    package let id: ID<APIKey>
    package let account: ID<Account>
    package let name: String
    package let scopes: [Scope]
    /// Whoever makes it, as the audit names them.
    package let userName: String
    /// Nil: never.
    package let expiresAt: Timestamp?

    package init(_ id: ID<APIKey>, of account: ID<Account>, name: String, scopes: [Scope], by userName: String, expiresAt: Timestamp?) {
        self.id = id
        self.account = account
        self.name = name
        self.scopes = scopes
        self.userName = userName
        self.expiresAt = expiresAt
    }
}

package struct APIKeyStore: Sendable {
    let clock: Clock

    /// Makes a key and gives its secret, which cannot be had again.
    package func create(_ key: NewKey, on connection: any Connection) throws -> String {
        let secret = "hsk_" + Token.random()
        try connection.execute(
            """
            INSERT INTO api_keys (id, account_id, name, secret_hash, hint, scopes, user_name, created_at, expires_at)
            VALUES (\(key.id), \(key.account), \(key.name), \(Token.hash(secret)), \(String(decoding: secret.utf8.suffix(4), as: UTF8.self)),
                \(key.scopes.stored), \(key.userName), \(clock.now()), \(key.expiresAt))
            """)
        return secret
    }

    /// Of `api_keys`: those that open something.
    package func isGood() -> SQL { "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(clock.now()))" }

    struct Found {
        let id: ID<APIKey>
        let account: ID<Account>
        let slug: String
        let state: AccountState
        let scopes: Set<Scope>
    }

    func account(slug: String, on connection: any Connection) throws -> ID<Account>? {
        try connection.value("SELECT id FROM accounts WHERE slug = \(slug)")
    }

    func find(secret: String, on connection: any Connection) throws -> Found? {
        guard secret.begins(with: "hsk_") else { return nil }
        return try connection.first(
            """
            SELECT k.id, k.account_id, a.slug, a.state, k.scopes FROM api_keys k JOIN accounts a ON a.id = k.account_id
            WHERE k.secret_hash = \(Token.hash(secret)) AND \(isGood())
            """
        ) { row in
            Found(
                id: try row.next(), account: try row.next(), slug: try row.next(), state: try row.next(),
                scopes: Set([Scope](stored: try row.next())))
        }
    }
}
