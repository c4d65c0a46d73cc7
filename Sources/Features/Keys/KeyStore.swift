// All the SQL of an account's list of keys. How one is made and found is with the pipeline, which asks for them (Web/APIKeys.swift).

import Database
import HTTPTypes
import Spelling
import Time
import Web

/// A key, as pages show it; never its secret.
struct KeyRecord {
    enum State: String, CaseIterable {
        case good, expired, revoked
    }

    let id: ID<APIKey>
    let name: String
    /// Its last signs, by which its owner knows it.
    let hint: String
    let scopes: [Scope]
    let userName: String
    let createdAt: Timestamp
    let expiresAt: Timestamp?
    let lastUsedAt: Timestamp?
    let revokedAt: Timestamp?

    func state(at now: Timestamp) -> State {
        if let revokedAt { return revokedAt == expiresAt ? .expired : .revoked }
        return expiresAt.map { $0 <= now } == true ? .expired : .good
    }
}

struct KeyStore {
    /// A key that opens nothing any more stays in the list for as long as what it did stays in the histories.
    static let kept = Duration.seconds(92 * 86400)

    private let site: Site

    init(_ site: Site) {
        self.site = site
    }

    func new() -> KeyEntry { KeyEntry(id: site.ids.next()) }

    func page(
        of account: ID<Account>, at position: PagePosition<APIKey>, size: Int, on connection: any Connection
    ) throws -> Keyset<KeyRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try connection.rows(
            """
            \(Self.selection) WHERE account_id = \(account) \(position.condition(on: "id"))
            ORDER BY id \(direction) LIMIT \(size + 1)
            """, Self.decode)
        return Keyset(records, size: size, position)
    }

    /// Throws 404 when it is not there, or not in this account.
    func key(_ id: ID<APIKey>, of account: ID<Account>, on connection: any Connection) throws -> KeyRecord {
        let found = try connection.first("\(Self.selection) WHERE id = \(id) AND account_id = \(account)", Self.decode)
        guard let found else { throw Abort(.notFound) }
        return found
    }

    private static let selection: SQL = """
        SELECT id, name, hint, scopes, user_name, created_at, expires_at, last_used_at, revoked_at FROM api_keys
        """

    private static func decode(_ row: Row) throws -> KeyRecord {
        KeyRecord(
            id: try row.next(), name: try row.next(), hint: try row.next(), scopes: [Scope](stored: try row.next()),
            userName: try row.next(), createdAt: try row.next(), expiresAt: try row.next(), lastUsedAt: try row.next(),
            revokedAt: try row.next())
    }

    /// What a form that was sent before has made.
    func made(_ entry: KeyEntry, of account: ID<Account>, on connection: any Connection) throws -> Made {
        guard let stored = try? key(entry.id, of: account, on: connection) else { return .not }
        return stored.name.isIdentical(to: entry.name) && Set(stored.scopes) == Set(entry.scopes) ? .asAsked : .otherwise
    }

    /// Gives the secret, which cannot be had again. Throws `Refusal.limitReached`: of the account's keys those count that are good.
    func insert(
        _ entry: KeyEntry, in account: ID<Account>, by userName: String, telling alerts: Alerts, on connection: any Connection
    ) throws -> String {
        try connection.lock(account)
        try endExpired(of: account, on: connection)
        try Limit.keys.requireRoom(in: account, telling: alerts, on: connection)
        let key = NewKey(
            entry.id, of: account, name: entry.name, scopes: entry.scopes, by: userName, expiresAt: entry.expiry(from: site.clock.now()))
        return try site.keys.create(key, on: connection)
    }

    /// Without those that making another would end.
    func usage(of account: ID<Account>, on connection: any Connection) throws -> LimitUsage {
        let usage = try Limit.keys.usage(of: account, on: connection)
        let expired = try connection.value(
            "SELECT COUNT(*) FROM api_keys WHERE account_id = \(account) AND revoked_at IS NULL AND expires_at <= \(site.clock.now())",
            as: Int.self)
        return LimitUsage(name: usage.name, used: usage.used - (expired ?? 0), maximum: usage.maximum)
    }

    /// What has expired counts no more; it was good for nothing before.
    func endExpired(of account: ID<Account>? = nil, on connection: any Connection) throws {
        let condition: SQL = account.map { "AND account_id = \($0)" } ?? ""
        try connection.execute(
            "UPDATE api_keys SET revoked_at = expires_at WHERE revoked_at IS NULL AND expires_at <= \(site.clock.now()) \(condition)")
    }

    /// Of every account, those that were good for nothing by then. How many went.
    func deleteEnded(before time: Timestamp, upTo limit: Int, on connection: any Connection) throws -> Int {
        try endExpired(on: connection)
        return try connection.execute(
            "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE revoked_at < \(time) ORDER BY id LIMIT \(limit))")
    }

    /// From the next call on it opens nothing. False when it did not before.
    func revoke(_ key: ID<APIKey>, of account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.execute(
            """
            UPDATE api_keys SET revoked_at = \(site.clock.now())
            WHERE id = \(key) AND account_id = \(account) AND \(site.keys.isGood())
            """) == 1
    }
}
