// Keys of machines: shown once, stored as a hash, good for one account and the scopes they were made with.

package import Database
import Spelling
import Time

package enum APIKey: Identified {
    package static let idPrefix = "key"
}

package struct APIKeyStore: Sendable {
    let ids: IDGenerator
    let clock: Clock

    /// Makes a key and gives its secret, which cannot be had again.
    package func create(account: ID<Account>, name: String, scopes: Set<Scope>, on connection: any Connection) throws -> String {
        let secret = "hsk_" + Token.random()
        try connection.execute(
            """
            INSERT INTO api_keys (id, account_id, name, secret_hash, hint, scopes, created_at)
            VALUES (\(ids.next(APIKey.self)), \(account), \(name), \(Token.hash(secret)), \(String(decoding: secret.utf8.suffix(4), as: UTF8.self)),
                \(scopes.map(\.rawValue).sorted().joined(separator: " ")), \(clock.now()))
            """)
        return secret
    }

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
            WHERE k.secret_hash = \(Token.hash(secret)) AND k.revoked_at IS NULL
            """
        ) { row in
            Found(
                id: try row.next(), account: try row.next(), slug: try row.next(), state: try row.next(),
                scopes: Set(try row.next(String.self).words().map { Scope(String($0)) }))
        }
    }
}
